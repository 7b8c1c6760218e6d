import { describe, expect, test } from 'vitest'
import { seededRandom } from '../base/random.ts'
import { compareHlc } from './hlc.ts'
import { compareBytes } from '../base/bytes.ts'
import { History, type Ref } from './history.ts'
import type { ActorKey, NodeId } from './ids.ts'
import { PROTOCOL } from './limits.ts'
import { appendTo, type RandomBatch, randomDag, shuffledDag } from './random-dag.fixture.ts'
import { type EndReason, isOwnWord, newWork, runStates, takeRecord, type Work, type WorkOp, type WorkWord } from './work.ts'

interface Said {
  readonly by: string
  readonly rank?: number
  readonly word: WorkWord
  /** Names of what was seen; by default everything so far. */
  readonly seen?: readonly string[]
  readonly ms?: number
}

const MINUTE = 60_000
const AGENTS = ['a', 'b', 'c']

function word(op: WorkOp, run: string, epoch = 1, why: EndReason | null = null): WorkWord {
  return { op, run: run as NodeId, epoch, why, note: null }
}

/** Lets a task have what was said, each by its name; the runs of an agent begin with its letter. */
function tell(story: Readonly<Record<string, Said>>): Work {
  const history = new History()
  const work = newWork()
  const places = new Map<string, number>()
  let latest = 0
  for (const [name, { by, rank = 70, word: said, seen = [...places.keys()], ms }] of Object.entries(story)) {
    const after = seen.map((one) => places.get(one) as number)
    latest = ms ?? latest + 1
    const ordinal = history.append({
      id: Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? places.size : 0)),
      feed: `${by}${'0'.repeat(16)}${places.size}`,
      seq: 0,
      hlc: [latest, 0],
      prev: null,
      after,
    })
    places.set(name, ordinal)
    takeRecord(work, said, { ref: ordinal * 256, by: by as ActorKey, rank }, history)
  }
  return work
}

const claimed = { a1: { by: 'a', word: word('claim', 'a1') } }
const working = { ...claimed, a2: { by: 'a', word: word('confirm', 'a1') } }
const submitted = { ...working, a3: { by: 'a', word: word('submit', 'a1') } }

describe('a run', () => {
  test('is claimed, begun, submitted and accepted, and the status follows', () => {
    expect(tell(claimed)).toMatchObject({ holder: 'a1', epoch: 1, status: null })
    expect(tell(working)).toMatchObject({ holder: 'a1', status: 'in_progress' })
    expect(tell(submitted)).toMatchObject({ holder: 'a1', candidates: ['a1'], status: 'in_review' })
    const done = tell({ ...submitted, p: { by: 'p', rank: 0, word: word('accept', 'a1') } })
    expect(done).toMatchObject({ holder: null, accepted: 'a1', status: 'done', isOver: true })
  })

  test('that is sent back goes on, and can be submitted again', () => {
    const back = { ...submitted, p: { by: 'p', word: word('reject', 'a1') } }
    expect(tell(back)).toMatchObject({ holder: 'a1', candidates: [], status: 'in_progress' })
    expect(tell({ ...back, again: { by: 'a', word: word('submit', 'a1') } })).toMatchObject({ status: 'in_review' })
  })

  test('that is released frees the task; the next claim is of the next round', () => {
    const free = { ...working, e: { by: 'a', word: word('end', 'a1', 1, 'release') } }
    expect(tell(free)).toMatchObject({ holder: null, isOver: true, status: 'ready' })
    expect(tell({ ...free, b: { by: 'b', word: word('claim', 'b1', 2) } })).toMatchObject({
      holder: 'b1',
      epoch: 2,
      status: 'ready',
    })
    expect(tell({ ...free, b: { by: 'b', word: word('claim', 'b1', 1) } })).toMatchObject({ holder: null, epoch: 1 })
  })

  test('that was lost apart never rises, whatever becomes of the winner', () => {
    const apart = { ...working, b1: { by: 'b', word: word('claim', 'b1'), seen: [] }, b2: { by: 'b', word: word('lost', 'b1') } }
    const over = tell({ ...apart, e: { by: 'a', word: word('end', 'a1', 1, 'release') } })
    expect(over.holder).toBeNull()
    expect(runStates(over)).toEqual(
      new Map([
        ['a1', 'release'],
        ['b1', 'lost'],
      ]),
    )
  })

  test('that fails often enough is not given to the same agent again', () => {
    const story: Record<string, Said> = {}
    for (let n = 1; n <= PROTOCOL.failuresPerTask; n++) {
      story[`c${n}`] = { by: 'a', word: word('claim', `a${n}`, n) }
      story[`e${n}`] = { by: 'a', word: word('end', `a${n}`, n, 'fail') }
    }
    const next = PROTOCOL.failuresPerTask + 1
    expect(tell({ ...story, more: { by: 'a', word: word('claim', 'a9', next) } }).holder).toBeNull()
    expect(tell({ ...story, more: { by: 'b', word: word('claim', 'b9', next) } }).holder).toBe('b9')
  })
})

describe('nobody steals a task', () => {
  test('by a claim that is dated back', () => {
    const back = { by: 'b', word: word('claim', 'b1'), seen: [], ms: 0 }
    expect(tell({ ...working, back }).holder).toBe('a1')
    // Nor what was submitted, by a whole run that is dated back.
    const whole = {
      ...submitted,
      b1: back,
      b2: { by: 'b', word: word('confirm', 'b1'), seen: ['b1'], ms: 0.1 },
      b3: { by: 'b', word: word('submit', 'b1'), seen: ['b2'], ms: 0.2 },
    }
    const two = tell(whole)
    expect(two).toMatchObject({ status: 'in_review', epoch: 1 })
    expect(new Set(two.candidates)).toEqual(new Set(['a1', 'b1']))
  })

  test('by an end of a run that lives, and then taking its place', () => {
    const expired = { by: 'b', word: word('end', 'a1', 1, 'expire') }
    expect(tell({ ...working, expired }).holder).toBe('a1')
    const late = { ...working, expired: { ...expired, ms: PROTOCOL.leaseMs + MINUTE } }
    expect(tell(late).holder).toBeNull()
    expect(tell({ ...late, b: { by: 'b', word: word('claim', 'b1', 2) } }).holder).toBeNull()
    expect(tell({ ...late, c: { by: 'c', word: word('claim', 'c1', 2) } }).holder).toBe('c1')
    // Who renews is heard of.
    const renewed = { ...working, r: { by: 'a', word: word('renew', 'a1'), ms: PROTOCOL.leaseMs } }
    expect(tell({ ...renewed, expired: { ...expired, ms: PROTOCOL.leaseMs + MINUTE } }).holder).toBe('a1')
  })

  test('by skipping rounds', () => {
    for (const epoch of [0, 2, 7, PROTOCOL.epochsPerTask + 1])
      expect(tell({ ...working, b: { by: 'b', word: word('claim', 'b1', epoch) } })).toMatchObject({ holder: 'a1', epoch: 1 })
  })

  test('once it was submitted: neither by an end nor by another’s submit', () => {
    for (const why of ['expire', 'revoke'] as const)
      expect(tell({ ...submitted, e: { by: 'p', word: word('end', 'a1', 1, why), ms: PROTOCOL.leaseMs * 2 } })).toMatchObject({
        candidates: ['a1'],
        status: 'in_review',
      })
  })

  test('by ending a run that does not hold it', () => {
    const apart = { ...working, b1: { by: 'b', word: word('claim', 'b1'), seen: [] } }
    const over = tell({ ...apart, b2: { by: 'b', word: word('end', 'b1', 1, 'release') } })
    expect(over).toMatchObject({ holder: 'a1', isOver: false, status: 'in_progress' })
  })
})

describe('an accept', () => {
  const two = {
    ...submitted,
    b1: { by: 'b', word: word('claim', 'b1'), seen: [] },
    b2: { by: 'b', word: word('confirm', 'b1'), seen: ['b1'] },
    b3: { by: 'b', word: word('submit', 'b1'), seen: ['b2'] },
  }
  const accept = (run: string, rank: number, seen?: readonly string[], ms?: number): Said => ({
    by: `p${rank}`,
    rank,
    word: word('accept', run),
    ...(seen && { seen }),
    ...(ms !== undefined && { ms }),
  })

  test('gives way to one that has seen it, by an equal or a senior, and to no junior', () => {
    expect(tell({ ...two, x: accept('a1', 10), y: accept('b1', 10) }).accepted).toBe('b1')
    expect(tell({ ...two, x: accept('a1', 10), y: accept('b1', 5) }).accepted).toBe('b1')
    expect(tell({ ...two, x: accept('a1', 10), y: accept('b1', 30) }).accepted).toBe('a1')
  })

  test('that is dated back changes nothing', () => {
    expect(tell({ ...two, x: accept('a1', 10, undefined, 100), y: accept('b1', 10, ['b3'], 50) }).accepted).toBe('a1')
  })

  test('of what was not submitted, or was sent back, is none', () => {
    expect(tell({ ...working, x: accept('a1', 0) }).accepted).toBeNull()
    expect(tell({ ...submitted, r: { by: 'p', word: word('reject', 'a1') }, x: accept('a1', 0) }).accepted).toBeNull()
  })
})

describe('whatever is said, in whatever order it comes', () => {
  const RUNS = Number(process.env['WORK_RUNS'] ?? 300)

  test('all replicas say the same of it', () => {
    let [held, over, reviewed, done] = [0, 0, 0, 0]
    for (let seed = 1; seed <= RUNS; seed++) {
      const dag = randomDag(seed, 40, { feeds: 6, forks: 0.15, after: 4 })
      const words = wordsFor(dag, seed)
      const first = summary(dag, words)
      for (let order = 1; order <= 3; order++) expect(summary(shuffledDag(dag, seed * 10 + order), words)).toEqual(first)
      if (first.work.holder) held++
      if (first.work.isOver) over++
      if (first.work.candidates.length > 0) reviewed++
      if (first.work.accepted) done++
    }
    // The stories are about something.
    for (const count of [held, over, reviewed, done]) expect(count).toBeGreaterThan(RUNS / 30)
  })

  test('a record counts or not for good, and a run that works gives way to no claim', () => {
    for (let seed = 1; seed <= RUNS; seed++) {
      const dag = randomDag(seed, 40, { feeds: 6, forks: 0.15, after: 4 })
      const words = wordsFor(dag, seed)
      const seen = new Map<string, boolean>()
      let before: { epoch: number; holder: string | null; status: string | null } | null = null
      follow(shuffledDag(dag, seed), words, (work, name, added) => {
        for (const record of work.records) {
          const key = `${record.run} ${record.op} ${name(record.ref)}`
          expect(seen.get(key) ?? record.counts).toBe(record.counts)
          seen.set(key, record.counts)
        }
        if (added.op === 'claim' && before?.holder && before.status === 'in_progress' && work.epoch === before.epoch)
          expect(work.holder).toBe(before.holder)
        before = { epoch: work.epoch, holder: work.holder, status: work.status }
      })
    }
  })
})

/** Random words: agents mostly say what fits their run, and sometimes what does not. */
function wordsFor(
  dag: readonly RandomBatch[],
  seed: number,
): ReadonlyMap<number, WorkWord & { readonly by: ActorKey; readonly rank: number }> {
  const random = seededRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const words = new Map<number, WorkWord & { by: ActorKey; rank: number }>()
  const actors = [...new Set(dag.map(({ author }) => author.actor))]
  for (const { index, author, past } of dag) {
    const isPerson = actors.indexOf(author.actor) >= AGENTS.length
    const known = [...past].flatMap((other) => words.get(other) ?? [])
    const runs = [...new Set(known.map(({ run }) => run))]
    const own = runs.filter((run) => run.startsWith(author.actor.slice(0, 8)))
    const top = Math.max(1, ...known.map(({ epoch }) => epoch))
    const said = (): WorkWord => {
      if (isPerson) {
        const run = pick(runs)
        const epoch = known.find((one) => one.run === run)?.epoch ?? 1
        return run ? word(pick(['accept', 'reject', 'end'] as const), run, epoch, null) : word('accept', 'nobody')
      }
      const run = own.at(-1)
      if (!run || random() < 0.25) return word('claim', `${author.actor.slice(0, 8)}-${index}`, random() < 0.7 ? top : top + 1)
      const epoch = known.find((one) => one.run === run)?.epoch ?? 1
      return word(pick(['confirm', 'confirm', 'submit', 'submit', 'renew', 'lost', 'end'] as const), run, epoch)
    }
    const made = said()
    const why = made.op !== 'end' ? null : isPerson ? pick(['revoke', 'expire'] as const) : pick(['release', 'fail'] as const)
    expect(isOwnWord({ op: made.op, why })).toBe(!isPerson)
    words.set(index, { ...made, why, by: author.actor, rank: isPerson ? actors.indexOf(author.actor) * 5 : 70 })
  }
  return words
}

type Words = ReturnType<typeof wordsFor>

function follow(
  order: readonly RandomBatch[],
  words: Words,
  each: (work: Work, name: (ref: Ref) => number, added: WorkWord) => void,
): { work: Work; name: (ref: Ref) => number } {
  const history = new History()
  const work = newWork()
  const places = new Map<number, number>()
  const indexes: number[] = []
  const name = (ref: Ref): number => indexes[Math.floor(ref / 256)] as number
  for (const batch of order) {
    const ordinal = appendTo(history, batch, places)
    places.set(batch.index, ordinal)
    indexes[ordinal] = batch.index
    const said = words.get(batch.index)
    if (!said) continue
    takeRecord(work, said, { ref: ordinal * 256, by: said.by, rank: said.rank }, history)
    each(work, name, said)
  }
  return { work, name }
}

function summary(order: readonly RandomBatch[], words: Words) {
  const { work, name } = follow(order, words, () => {})
  const { records, since, ...rest } = work
  const counted = records.map(({ ref, counts, closes }) => [name(ref), counts, closes])
  return { work: { ...rest, since: since === null ? null : name(since), counted }, states: [...runStates(work)] }
}

test('the order of records is the canonical one', () => {
  const dag = randomDag(5, 30, { feeds: 5, forks: 0.2, after: 3 })
  const { work, name } = follow(shuffledDag(dag, 3), wordsFor(dag, 5), () => {})
  const order = (a: RandomBatch, b: RandomBatch): number => compareHlc(a.hlc, b.hlc) || compareBytes(a.id, b.id)
  expect(work.records.map(({ ref }) => name(ref))).toEqual(dag.toSorted(order).map(({ index }) => index))
})
