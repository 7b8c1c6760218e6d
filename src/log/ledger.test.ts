import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Bytes, concatBytes, toHex, utf8 } from '../base/bytes.ts'
import { seededRandom } from '../base/random.ts'
import { BATCH_VERSION, type BatchHeader, type Hlc, KIND, type VerifiedBatch } from '../core/batch.ts'
import { encodeGrant, rootCapability } from '../core/capability.ts'
import { OP, RIGHTS } from '../core/change.ts'
import { History } from '../core/history.ts'
import { LOCAL } from '../core/limits.ts'
import { type Admission, Ledger } from './ledger.ts'

const NOW = 1_000_000
const key = (name: string): Bytes => concatBytes(Uint8Array.of(1), sha256(utf8(name)))

/** Batches as a verifier hands them over: the ledger reads no bytes and no signatures. */
function drafts() {
  let made = 0
  const make = (
    author: string,
    over: Partial<BatchHeader>,
    changes: VerifiedBatch['body'] = null,
    bytes = 100,
  ): VerifiedBatch => {
    const body = changes ?? { salt: new Uint8Array(16), capabilities: [], changes: [] }
    const header: BatchHeader = {
      v: BATCH_VERSION,
      kind: KIND.data,
      workspace: genesisId,
      key: key(author),
      feed: sha256(utf8(author)).slice(0, 8),
      seq: 0,
      prev: null,
      after: [],
      hlc: [NOW, 0],
      count: body.changes.length,
      bodyHash: new Uint8Array(32),
      bodyLen: 0,
      introduced: [],
      closed: [],
      ext: [],
      ...over,
    }
    return {
      id: over.workspace === null ? genesisId : sha256(utf8(`batch ${made++}`)),
      header,
      body,
      wire: new Uint8Array(bytes),
    }
  }
  return {
    make,
    genesis: make('root', { kind: KIND.authority, workspace: null, introduced: [key('root')] }),
    next: (
      author: string,
      prev: VerifiedBatch,
      after: readonly VerifiedBatch[] = [],
      over: Partial<BatchHeader> = {},
    ): VerifiedBatch =>
      make(author, {
        seq: prev.header.seq + 1,
        prev: prev.id,
        after: after.map(({ id }) => id),
        hlc: later([prev, ...after]),
        ...over,
      }),
    first: (author: string, after: readonly VerifiedBatch[], over: Partial<BatchHeader> = {}): VerifiedBatch =>
      make(author, { after: after.map(({ id }) => id), hlc: later(after), ...over }),
    /** A batch that grants to `who`, and says so in its header unless told otherwise. */
    grant: (author: string, prev: VerifiedBatch, who: string, over: Partial<BatchHeader> = {}): VerifiedBatch => {
      const grant = { ...rootCapability(genesisId, key(author), 0), parent: new Uint8Array(32), audience: key(who), rank: 30 }
      const body = {
        salt: new Uint8Array(16),
        capabilities: [new Uint8Array(32)],
        changes: [[OP.grant, RIGHTS.indexOf('grant'), null, 0, [encodeGrant(grant)]] as const],
      }
      return make(
        author,
        { kind: KIND.authority, seq: prev.header.seq + 1, prev: prev.id, hlc: later([prev]), introduced: [key(who)], ...over },
        body,
      )
    },
  }
}

const genesisId = sha256(utf8('genesis'))

function later(batches: readonly VerifiedBatch[]): Hlc {
  const ms = Math.max(...batches.map(({ header }) => header.hlc[0]))
  return [ms, Math.max(...batches.map(({ header }) => (header.hlc[0] === ms ? header.hlc[1] : 0))) + 1]
}

function world(now = NOW) {
  const history = new History()
  const clock = { now }
  const ledger = new Ledger(history, genesisId, () => clock.now)
  const admitted: string[] = []
  const noted = ({ batch }: { batch: VerifiedBatch }): void => {
    if (batch.header.workspace === null) ledger.begin(batch.header.introduced)
    admitted.push(toHex(batch.id))
  }
  return {
    history,
    ledger,
    clock,
    admitted,
    offer: (batch: VerifiedBatch, from = 'peer'): Admission => ledger.offer(batch, from, noted),
    release: () => ledger.release(noted),
  }
}

/** A workspace with two members, two forks, and batches that must not get in, each with something hanging on it. */
function assortment(seed: number): { readonly all: VerifiedBatch[]; readonly good: ReadonlySet<string> } {
  const { make, genesis, next, first, grant } = drafts()
  const random = seededRandom(seed)
  const good: VerifiedBatch[] = [genesis]
  const bad: VerifiedBatch[] = []
  const ann = grant('root', genesis, 'ann')
  const bob = grant('root', ann, 'bob')
  good.push(ann, bob, first('ann', [ann]), first('bob', [bob]))
  for (let i = 0; i < 20; i++) {
    const prev = good[Math.floor(random() * (good.length - 3)) + 3] as VerifiedBatch
    const other = good[Math.floor(random() * good.length)] as VerifiedBatch
    const name = toHex(prev.header.key) === toHex(key('ann')) ? 'ann' : 'bob'
    // A prev that is used twice is a fork: ordinary concurrency.
    good.push(next(name, prev, other === prev ? [] : [other]))
    const hlc = prev.header.hlc
    const wrong = [
      () => next(name, prev, [], { seq: prev.header.seq + 2 }),
      () => next(name, prev, [], { hlc }),
      () => next(name, prev, [other === prev ? genesis : other], { hlc: [Math.min(hlc[0], other.header.hlc[0]) - 1, 0] }),
      () => next(name, prev, [], { feed: new Uint8Array(8) }),
      () => first('stranger', [prev]),
      () => first('bob', [ann], { feed: new Uint8Array(8).fill(i + 1) }),
      () => make('ann', { hlc: [NOW, 9] }),
      () => grant('ann', prev, 'carl', { introduced: [key('dora')] }),
      () => next(name, prev, [], { introduced: [key('carl')] }),
      () => ({ ...next(name, prev), body: null }),
      () => next(name, prev, [], { v: 2 }),
    ]
    const no = (wrong[Math.floor(random() * wrong.length)] as () => VerifiedBatch)()
    bad.push(no, next(name, no), first('stranger', [no, prev]))
  }
  return { all: [...good, ...bad], good: new Set(good.map(({ id }) => toHex(id))) }
}

test('the same batches are admitted in whatever order they come, however often', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), (seed, order) => {
      const { all, good } = assortment(seed)
      const random = seededRandom(order)
      const { history, ledger, admitted, offer } = world()
      const shuffled = [...all, ...all.filter(() => random() < 0.3)]
        .map((batch) => [random(), batch] as const)
        .toSorted(([a], [b]) => a - b)
      for (const [, batch] of shuffled) offer(batch, `peer ${Math.floor(random() * 3)}`)
      expect(new Set(admitted)).toEqual(good)
      expect(admitted).toHaveLength(good.size)
      expect(history.count).toBe(good.size)
      // What is left over waits for something that was refused, and is counted.
      expect(ledger.held).toBe(0)
      expect(ledger.waiting).toBeLessThanOrEqual(all.length - good.size)
    }),
    { numRuns: 60 },
  )
})

test('ancestors are admitted before what hangs on them, and each gets its ordinal in that order', () => {
  const { genesis, next } = drafts()
  const chain = [genesis]
  for (let i = 0; i < 50; i++) chain.push(next('root', chain.at(-1) as VerifiedBatch))
  const { admitted, offer, ledger } = world()
  for (const batch of chain.slice(1).toReversed()) expect(offer(batch)).toEqual({ state: 'waiting' })
  expect(ledger.waiting).toBe(50)
  expect(offer(genesis)).toEqual({ state: 'admitted', ordinal: 0 })
  expect(admitted).toEqual(chain.map(({ id }) => toHex(id)))
  expect(ledger.waiting).toBe(0)
  expect(offer(chain[7] as VerifiedBatch)).toEqual({ state: 'duplicate' })
})

test('a batch from the future is held until its time by this clock, with all that hangs on it, and then admitted', () => {
  const { genesis, next } = drafts()
  const early = next('root', genesis, [], { hlc: [NOW + LOCAL.clockLeadMs, 0] })
  const future = next('root', early, [], { hlc: [NOW + LOCAL.clockLeadMs + 1, 0] })
  const child = next('root', future)
  const { ledger, admitted, offer, release, clock } = world()
  offer(genesis)
  expect(offer(early).state).toBe('admitted')
  expect(offer(future)).toEqual({ state: 'held', until: NOW + 1 })
  expect(offer(child).state).toBe('waiting')
  expect(offer(future).state).toBe('duplicate')
  expect([ledger.held, ledger.waiting, ledger.nextDue, ledger.has(future.id)]).toEqual([1, 1, NOW + 1, true])
  release()
  expect(admitted).toHaveLength(2)
  clock.now = NOW + 1
  release()
  expect(admitted).toHaveLength(4)
  expect([ledger.held, ledger.waiting, ledger.nextDue]).toEqual([0, 0, null])
})

test('a batch that could never be admitted is refused at once, also one from the future', () => {
  const { genesis, first } = drafts()
  const { offer } = world()
  offer(genesis)
  expect(offer(first('stranger', [genesis], { hlc: [NOW * 2, 0] }))).toEqual({
    state: 'refused',
    reason: 'Nobody in its past introduced its key.',
  })
})

test('what is read back from our own store is never held, also where the clock was set back since', () => {
  const { genesis, next } = drafts()
  const future = next('root', genesis, [], { hlc: [NOW * 2, 0] })
  const { offer } = world()
  offer(genesis, 'store')
  expect(offer(future, 'store').state).toBe('admitted')
})

test('a key counts once a batch in the past introduced it, and not before', () => {
  const { genesis, first, grant, next } = drafts()
  const introduced = grant('root', genesis, 'ann')
  const { offer } = world()
  offer(genesis)
  offer(introduced)
  expect(offer(first('ann', [genesis])).state).toBe('refused')
  const beside = next('root', genesis)
  offer(beside)
  expect(offer(first('ann', [beside])).state).toBe('refused')
  const knows = next('root', introduced)
  offer(knows)
  expect(offer(first('ann', [knows])).state).toBe('admitted')
})

test('both branches of a fork are kept, and can be joined', () => {
  const { genesis, next, make } = drafts()
  const one = next('root', genesis)
  const two = next('root', genesis)
  const joined = make('root', { kind: KIND.merge, seq: 2, prev: one.id, after: [two.id], hlc: later([one, two]) })
  const { offer, history } = world()
  for (const batch of [genesis, one, two, joined]) expect(offer(batch).state).toBe('admitted')
  expect([...history.heads]).toEqual([3])
  expect(history.chainCount).toBe(2)
})

test('delayed batches are bounded: who sent the most loses the oldest first, and what is dropped was never received', () => {
  const { make, genesis } = drafts()
  const { ledger, offer } = world()
  const missing = new Uint8Array(32)
  const orphan = (): VerifiedBatch => make('root', { seq: 1, prev: missing })
  offer(genesis)
  const quiet = Array.from({ length: 10 }, orphan)
  for (const batch of quiet) offer(batch, 'quiet')
  const noisy = Array.from({ length: LOCAL.heldBatches }, orphan)
  for (const batch of noisy) offer(batch, 'noisy')
  expect(ledger.waiting).toBe(LOCAL.heldBatches)
  expect(quiet.every(({ id }) => ledger.has(id))).toBe(true)
  expect(noisy.map(({ id }) => ledger.has(id))).toEqual(noisy.map((_, i) => i >= 10))
  expect(offer(noisy[0] as VerifiedBatch, 'noisy').state).toBe('waiting')
})

test('delayed batches are bounded in bytes as well, held and waiting ones alike', () => {
  const { make, genesis, next } = drafts()
  const { ledger, offer } = world()
  const missing = new Uint8Array(32)
  offer(genesis)
  const size = 256 * 1024
  const future = { ...next('root', genesis, [], { hlc: [NOW * 2, 0] }), wire: new Uint8Array(size) }
  expect(offer(future, 'noisy').state).toBe('held')
  for (let i = 0; i < LOCAL.heldBytes / size; i++) offer(make('root', { seq: 1, prev: missing }, null, size), 'noisy')
  expect(ledger.waiting + ledger.held).toBe(LOCAL.heldBytes / size)
  expect(ledger.has(future.id)).toBe(false)
  expect(ledger.nextDue).toBeNull()
})

test('as many peers as batches: there is always somebody to lose one', () => {
  const { make, genesis } = drafts()
  const { ledger, offer } = world()
  offer(genesis)
  for (let i = 0; i < LOCAL.heldBatches + 50; i++) offer(make('root', { seq: 1, prev: new Uint8Array(32) }), `peer ${i}`)
  expect(ledger.waiting).toBe(LOCAL.heldBatches)
}, 60_000)
