/**
 * A world that runs the same each time: one virtual clock, one stream of chance, and cryptography in single file.
 *
 * WebCrypto answers when it likes. Asked for one thing at a time, its answers come in the order of asking, and between two of
 * them everything else has come to rest; so a seed always tells the same story.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { type Bytes, concatBytes, equalBytes, toHex } from '../../base/bytes.ts'
import { type RandomBytes, seededBytes, seededRandom } from '../../base/random.ts'
import type { KeyPair } from '../../log/keys.ts'
import { decodeWire, encodeWire } from '../../log/batch-codec.ts'
import { toySealing } from '../../log/sealing.fixture.ts'
import type { Sealing } from '../../log/sealing.ts'
import { sealBatch } from '../../log/signing.ts'
import type { Verdict, Verifier } from '../../log/verifier.ts'
import { type Opener, openerOf, readEnvelope, verifyWire } from '../../log/verify.ts'
import type { Signer } from '../../replica/writer.ts'
import { createVirtualClock, type VirtualClock } from '../../sync/pair-clock.ts'

export interface World {
  readonly clock: VirtualClock
  readonly random: () => number
  readonly randomBytes: RandomBytes
  /** A whole number below `n`. */
  upTo(n: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
  /** Turns the clock on by `ms`; after each thing that falls due all comes to rest. */
  run(ms: number): Promise<void>
  /** Lets everything that needs no time happen. */
  settle(): Promise<void>
  signer(pair: KeyPair): Signer
  verifier(workspace: Bytes): Verifier
  readonly sealing: Sealing
  proves(pair: KeyPair): (message: Bytes) => Promise<Bytes>
  checks(key: Bytes, signature: Bytes, message: Bytes): Promise<boolean>
}

export function createWorld(seed: number, startAt: number): World {
  const random = seededRandom(seed)
  const clock = createVirtualClock(startAt)
  const inLine = createLine()
  const sealing = toySealing()
  const upTo = (n: number): number => Math.floor(random() * n)

  async function settle(): Promise<void> {
    do {
      await inLine.done()
      await new Promise((resolve) => setImmediate(resolve))
    } while (inLine.isBusy())
  }

  return {
    clock,
    random,
    randomBytes: seededBytes(random),
    upTo,
    chance: (probability) => random() < probability,
    pick: (list) => list[upTo(list.length)] as never,
    settle,
    async run(ms) {
      let isOver = false
      clock.after(ms, () => (isOver = true))
      await settle()
      while (!isOver) {
        clock.step()
        await settle()
      }
    },
    signer: (pair) => ({ key: pair.key, sign: (draft) => inLine.ask(() => sealBatch(draft, pair)) }),
    sealing,
    verifier(workspace) {
      const opener = openerOf(sealing)
      return {
        learn: opener.learn,
        verify: (wires) => inLine.ask(() => Promise.all(wires.map((wire) => openedVerdict(wire, workspace, opener)))),
        close() {},
      }
    },
    proves:
      ({ key }) =>
      async (message) =>
        proofOf(key, message),
    checks: async (key, proof, message) => equalBytes(proof, proofOf(key, message)),
  }
}

/** Links come and go by the hundred, and nobody here lies about who he is (`sync/hello.test.ts`): a hash does. */
function proofOf(key: Bytes, message: Bytes): Bytes {
  const hash = sha256(concatBytes(key, message))
  return concatBytes(hash, hash)
}

/** A verdict is a function of the bytes: what one replica found, the others need not find again. */
const verdicts = new Map<string, Promise<Verdict>>()

function verdictOn(wire: Bytes, workspace: Bytes): Promise<Verdict> {
  const name = toHex(workspace) + Buffer.from(wire).toString('latin1')
  const known = verdicts.get(name)
  if (known) return known
  const verdict = verifyWire(wire, workspace)
  verdicts.set(name, verdict)
  return verdict
}

/** Sealed anew for each peer, a batch has other bytes each time: its signature is looked at once all the same. */
async function openedVerdict(bytes: Bytes, workspace: Bytes, { sealing, keyOf }: Opener): Promise<Verdict> {
  const wire = decodeWire(bytes)
  if (!wire.ok || wire.value.form !== 'sealed') return verdictOn(bytes, workspace)
  const { header, signature, epoch, iv, ciphertext } = wire.value
  const verdict = await verdictOn(encodeWire({ form: 'pruned', header, signature }), workspace)
  if (!verdict.ok) return verdict
  const { batch } = verdict
  const key = keyOf(epoch)
  if (!key) return { ok: true, batch: { ...batch, wire: bytes } }
  const body = await sealing.openBody(key, batch.id, iv, ciphertext)
  const isIt = body !== null && equalBytes(sha256(body), batch.header.bodyHash)
  return isIt ? readEnvelope(bytes, batch.id, body) : { ok: false, reason: 'bad-body', detail: 'It does not open.' }
}

/** For the next seed: what is remembered grows with each. */
export function forgetVerdicts(): void {
  verdicts.clear()
}

interface Line {
  ask<T>(work: () => Promise<T>): Promise<T>
  done(): Promise<unknown>
  isBusy(): boolean
}

function createLine(): Line {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return {
    ask(work) {
      waiting++
      const answer = last.then(work)
      last = answer.then(leave, leave)
      return answer
    },
    done: () => last,
    isBusy: () => waiting > 0,
  }

  function leave(): void {
    waiting--
  }
}
