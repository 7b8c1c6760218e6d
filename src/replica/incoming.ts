/**
 * What peers send, on its way in: verified, opened, admitted in small slices, one receipt after the other.
 *
 * Keys are looked for in every batch before it is admitted, so that what follows can be opened. What cannot be opened waits in
 * the pen and is tried again with each key that is learned.
 */

import type { Bytes } from '../base/bytes.ts'
import { authorityOp, decodeAuthority } from '../core/authority-change.ts'
import type { Rekey } from '../core/rekey.ts'
import type { Keyring } from '../log/keyring.ts'
import type { Admitted } from '../log/ledger.ts'
import type { Verdict, Verifier } from '../log/verifier.ts'
import type { ReceiveReport } from '../sync/log-source.ts'
import { SealedPen } from './sealed-pen.ts'
import type { State } from './state.ts'

export interface IncomingPorts {
  readonly verifier: Verifier
  readonly keyring: Keyring
  readonly now: () => number
  readonly yieldToUi: () => Promise<void>
  /** Resolves while every batch of our own has its id: only then may foreign ones be admitted. */
  idle(): Promise<void>
  isIdle(): boolean
  taken(admitted: Admitted): void
  /** The slice is over: what it touched can be shown. */
  sliced(): void
  /** All of a receipt is admitted. */
  settled(): Promise<void>
}

/** Admission and folding pause after this long, so that no slice is felt. */
export const SLICE_MS = 8

export class Incoming {
  readonly #state: State
  readonly #ports: IncomingPorts
  readonly #pen = new SealedPen()
  #admitting: Promise<unknown> = Promise.resolve()
  #sawNewer = false

  constructor(state: State, ports: IncomingPorts) {
    this.#state = state
    this.#ports = ports
    for (const key of ports.keyring.keys) ports.verifier.learn(key)
    ports.keyring.onLearned((key) => ports.verifier.learn(key))
  }

  /** Whether a peer has sent what only a newer version understands. */
  get sawNewer(): boolean {
    return this.#sawNewer
  }

  /** Batches that wait for a key. */
  get sealed(): number {
    return this.#pen.size
  }

  async receive(wires: readonly Bytes[], from: string): Promise<ReceiveReport> {
    const { verifier, keyring } = this.#ports
    let verdicts = await verifier.verify(wires)
    const hasLearned = await keyring.learnFrom(rekeysIn(verdicts))
    // What hands out a key and what is sealed under it may come in one message.
    if (hasLearned && verdicts.some(isSealed)) {
      const again = await verifier.verify(wires.filter((_, i) => isSealed(verdicts[i] as Verdict)))
      let next = 0
      verdicts = verdicts.map((verdict) => (isSealed(verdict) ? (again[next++] as Verdict) : verdict))
    }
    const report = await this.admit(verdicts, from)
    if (hasLearned) await this.#openPen()
    return report
  }

  /** Looks for keys, and admits what they open. */
  async learn(wires: readonly Bytes[]): Promise<void> {
    const { verifier, keyring } = this.#ports
    if (await keyring.learnFrom(rekeysIn(await verifier.verify(wires)))) await this.#openPen()
  }

  /** Admits after all that was asked for before. */
  admit(verdicts: readonly Verdict[], from: string): Promise<ReceiveReport> {
    const admission = this.#admitting.then(() => this.#admit(verdicts, from))
    this.#admitting = admission.catch(() => undefined)
    return admission
  }

  async #admit(verdicts: readonly Verdict[], from: string): Promise<ReceiveReport> {
    const { now, yieldToUi, idle, isIdle, taken, sliced, settled } = this.#ports
    let [admitted, duplicate, delayed] = [0, 0, 0]
    const refused: string[] = []
    let sliceEnd = now() + SLICE_MS
    for (const verdict of verdicts) {
      if (!verdict.ok && verdict.reason === 'unknown-version') {
        // Nobody's fault: whoever wrote it is ahead of us. Held by not being taken; it comes again once we are updated.
        this.#sawNewer = true
        delayed++
        continue
      }
      if (!verdict.ok) {
        refused.push(`${verdict.reason}: ${verdict.detail}`)
        continue
      }
      const { batch } = verdict
      if (batch.body === null && this.#state.history.ordinalOf(batch.id) === null && this.#pen.add(batch, from)) {
        delayed++
        continue
      }
      while (!isIdle()) await idle()
      const outcome = this.#state.offer(batch, from, (next) => {
        admitted++
        taken(next)
      })
      if (outcome.state === 'duplicate') duplicate++
      else if (outcome.state === 'refused') refused.push(outcome.reason)
      else if (outcome.state !== 'admitted') delayed++
      if (now() < sliceEnd) continue
      sliced()
      await yieldToUi()
      sliceEnd = now() + SLICE_MS
    }
    await settled()
    return { admitted, duplicate, delayed, refused }
  }

  async #openPen(): Promise<void> {
    const { verifier, keyring } = this.#ports
    for (const [from, wires] of this.#pen.release((epoch) => keyring.keyOf(epoch) !== undefined))
      await this.admit(await verifier.verify(wires), from)
  }
}

function isSealed(verdict: Verdict): boolean {
  return verdict.ok && verdict.batch.body === null
}

function rekeysIn(verdicts: readonly Verdict[]): Rekey[] {
  return verdicts.flatMap((verdict) => {
    if (!verdict.ok || verdict.batch.header.workspace === null) return []
    return (verdict.batch.body?.changes ?? []).flatMap(([op, , , , args]) => {
      const change = authorityOp(op) === 'rekey' ? decodeAuthority('rekey', args) : null
      return change?.op === 'rekey' ? [change.rekey] : []
    })
  })
}
