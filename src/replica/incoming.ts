/**
 * What peers send, on its way in: verified, opened, admitted in small slices, one receipt after the other.
 *
 * Keys are looked for in every batch before it is admitted, so that what follows can be opened. What cannot be opened waits in
 * a pen and is tried again with each key that is learned. What the gate keeps out waits in another, until somebody's work hangs
 * on it or its author may write again.
 */

import { type Bytes, toHex } from '../base/bytes.ts'
import { authorityOp, decodeAuthority } from '../core/authority-change.ts'
import type { VerifiedBatch } from '../core/batch.ts'
import type { ActorKey } from '../core/ids.ts'
import type { Rekey } from '../core/rekey.ts'
import type { Keyring } from '../log/keyring.ts'
import type { Admitted } from '../log/ledger.ts'
import type { Verdict, Verifier } from '../log/verifier.ts'
import type { ReceiveReport } from '../sync/log-source.ts'
import { decodeWire } from '../log/batch-codec.ts'
import { Gate } from './gate.ts'
import { Pen } from './pen.ts'
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

/** Somebody who has written far more than they may. */
export interface Flood {
  readonly actor: ActorKey
  /** Batches of theirs that stay outside. */
  readonly outside: number
}

export class Incoming {
  readonly #state: State
  readonly #ports: IncomingPorts
  readonly #gate: Gate
  /** What is sealed under a key that is not here, with the id of the key. */
  readonly #sealed = new Pen()
  /** What the gate keeps out, with who answers for it. */
  readonly #outside = new Pen()
  #admitting: Promise<unknown> = Promise.resolve()
  #sawNewer = false

  constructor(state: State, self: ActorKey, ports: IncomingPorts) {
    this.#state = state
    this.#gate = new Gate(state, self, ports.now)
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
    return this.#sealed.size
  }

  /** Batches that the gate keeps out. */
  get outside(): number {
    return this.#outside.size
  }

  /** Who has written far more than they may, in the last minutes. */
  floods(): readonly Flood[] {
    return this.#gate.floods().map((actor) => ({ actor, outside: this.#outside.countOf(actor) }))
  }

  /** Whether the batch came and waits beside the log. */
  isSetAside(id: Bytes): boolean {
    return this.#sealed.has(id) || this.#outside.has(id)
  }

  /** Who may what has changed: who may write again is let in. */
  authorityChanged(): void {
    this.#gate.forget()
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

  /** Lets in what stayed outside and may come in by now. */
  async letIn(): Promise<void> {
    if (this.#outside.size > 0) await this.admit([], '')
  }

  /** Admits after all that was asked for before. */
  admit(verdicts: readonly Verdict[], from: string): Promise<ReceiveReport> {
    const admission = this.#admitting.then(() => this.#admit(verdicts, from))
    this.#admitting = admission.catch(() => undefined)
    return admission
  }

  async #admit(verdicts: readonly Verdict[], from: string): Promise<ReceiveReport> {
    const { now, yieldToUi, sliced, settled } = this.#ports
    const tally = { admitted: 0, duplicate: 0, delayed: 0, refused: [] as string[], waitMs: 0 }
    let sliceEnd = now() + SLICE_MS
    for (const verdict of verdicts) {
      await this.#judge(verdict, from, tally)
      if (now() < sliceEnd) continue
      sliced()
      await yieldToUi()
      sliceEnd = now() + SLICE_MS
    }
    await this.#letIn(tally)
    await settled()
    return tally
  }

  async #judge(verdict: Verdict, from: string, tally: Tally): Promise<void> {
    if (!verdict.ok) {
      // Nobody's fault: whoever wrote it is ahead of us. Held by not being taken; it comes again once we are updated.
      if (verdict.reason === 'unknown-version') {
        this.#sawNewer = true
        tally.delayed++
      } else tally.refused.push(`${verdict.reason}: ${verdict.detail}`)
      return
    }
    const { batch } = verdict
    const isHere = this.#state.history.ordinalOf(batch.id) !== null
    const epoch = batch.body === null && !isHere ? epochOf(batch) : null
    if (epoch) {
      this.#sealed.add({ batch, from, awaits: toHex(epoch) })
      tally.delayed++
      return
    }
    const account = isHere || this.#state.ledger.isAwaited(batch.id) ? null : this.#gate.accountOf(batch.header.key)
    if (account !== null && this.#gate.keepsOut(account)) {
      this.#outside.add({ batch, from, awaits: account })
      tally.waitMs = Math.max(tally.waitMs, this.#gate.kept(account, this.#outside.countOf(account)))
      tally.delayed++
    } else await this.#offer(batch, from, tally)
  }

  async #offer(batch: VerifiedBatch, from: string, tally: Tally): Promise<void> {
    const { idle, isIdle, taken } = this.#ports
    while (!isIdle()) await idle()
    const outcome = this.#state.offer(batch, from, (next) => {
      tally.admitted++
      this.#gate.charge(next)
      taken(next)
    })
    if (outcome.state === 'duplicate') tally.duplicate++
    else if (outcome.state === 'refused') tally.refused.push(outcome.reason)
    else if (outcome.state !== 'admitted') tally.delayed++
  }

  /** Lets in what need not stay outside any more, and what that hangs on. */
  async #letIn(tally: Tally): Promise<void> {
    const { history, ledger } = this.#state
    const staysOut = new Set<string>()
    for (const penned of this.#outside.oldestFirst()) {
      const { batch, from, awaits } = penned
      if (history.ordinalOf(batch.id) !== null) this.#outside.remove(batch.id)
      else if (staysOut.has(awaits) || this.#gate.keepsOut(awaits as ActorKey)) staysOut.add(awaits)
      else {
        this.#outside.remove(batch.id)
        await this.#offer(batch, from, tally)
      }
    }
    for (let before = -1; this.#outside.size !== before && ledger.waiting > 0;) {
      before = this.#outside.size
      for (const penned of this.#outside.oldestFirst().toReversed()) {
        if (!ledger.isAwaited(penned.batch.id)) continue
        this.#outside.remove(penned.batch.id)
        await this.#offer(penned.batch, penned.from, tally)
      }
    }
  }

  async #openPen(): Promise<void> {
    const { verifier, keyring } = this.#ports
    const bySender = new Map<string, Bytes[]>()
    for (const { batch, from } of keyring.keys.flatMap(({ id }) => this.#sealed.release(toHex(id)))) {
      const wires = bySender.get(from)
      if (wires) wires.push(batch.wire)
      else bySender.set(from, [batch.wire])
    }
    for (const [from, wires] of bySender) await this.admit(await verifier.verify(wires), from)
  }
}

type Tally = { -readonly [K in keyof Omit<ReceiveReport, 'refused'>]: ReceiveReport[K] } & { readonly refused: string[] }

/** Of a sealed batch the id of its key; null of one that was pruned. */
function epochOf({ wire: bytes }: VerifiedBatch): Bytes | null {
  const wire = decodeWire(bytes)
  return wire.ok && wire.value.form === 'sealed' ? wire.value.epoch : null
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
