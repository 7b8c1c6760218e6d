import { describe, expect, test } from 'vitest'
import { History } from './history.ts'
import type { ActorKey } from './ids.ts'
import { PROTOCOL } from './limits.ts'
import { type RandomBatch, randomDag, shuffledDag } from './random-dag.fixture.ts'
import { follow, word, type Words, wordsFor } from './random-words.fixture.ts'
import {
  endsOf,
  hasLease,
  lastSubmit,
  LEASE,
  leaseAskedOf,
  mayClaim,
  newWork,
  nextEpoch,
  type RunState,
  runStates,
  strictUnder,
  takeRecord,
  type Work,
  type WorkOp,
  type WorkWord,
} from './work.ts'

interface Said {
  readonly by: string
  readonly rank?: number
  readonly word: WorkWord
  /** Names of what was seen; by default everything so far. */
  readonly seen?: readonly string[]
  readonly ms?: number
}

const MINUTE = 60_000

/** Lets a task have what was said, each by its name; the runs of an agent begin with its letter. */
function tell(story: Readonly<Record<string, Said>>): Work & { readonly states: Record<string, RunState> } {
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
  return { ...work, states: Object.fromEntries(runStates(work, history)) }
}

const claimed = { a1: { by: 'a', word: word('claim', 'a1') } }
const working = { ...claimed, a2: { by: 'a', word: word('confirm', 'a1') } }
const submitted = { ...working, a3: { by: 'a', word: word('submit', 'a1') } }

describe('a run', () => {
  test('is claimed, begun, submitted and accepted, and the status follows', () => {
    expect(tell(claimed)).toMatchObject({ holder: 'a1', status: null, states: { a1: 'claimed' } })
    expect(tell(working)).toMatchObject({ holder: 'a1', status: 'in_progress', states: { a1: 'working' } })
    expect(tell(submitted)).toMatchObject({ holder: 'a1', candidates: ['a1'], status: 'in_review', states: { a1: 'submitted' } })
    const done = tell({ ...submitted, p: { by: 'p', rank: 0, word: word('accept', 'a1') } })
    expect(done).toMatchObject({ holder: null, accepted: 'a1', status: 'done', states: { a1: 'accepted' } })
  })

  test('that is sent back goes on, and can be submitted again', () => {
    const back = { ...submitted, p: { by: 'p', word: word('reject', 'a1') } }
    expect(tell(back)).toMatchObject({ holder: 'a1', candidates: [], status: 'in_progress' })
    expect(tell({ ...back, again: { by: 'a', word: word('submit', 'a1') } })).toMatchObject({ status: 'in_review' })
  })

  test('that is released frees the task', () => {
    const free = { ...working, e: { by: 'a', word: word('end', 'a1', 1, 'release') } }
    expect(tell(free)).toMatchObject({ holder: null, status: 'ready', states: { a1: 'release' } })
    expect(nextEpoch(tell(free))).toBe(2)
    expect(tell({ ...free, b: { by: 'b', word: word('claim', 'b1', 2) } })).toMatchObject({ holder: 'b1', status: 'ready' })
  })

  test('is withdrawn by its own agent, submitted or not, and not once it was accepted', () => {
    const withdrawn = { ...submitted, e: { by: 'a', word: word('end', 'a1', 1, 'release') } }
    expect(tell(withdrawn)).toMatchObject({ holder: null, candidates: [], status: 'ready' })
    const late = {
      ...submitted,
      p: { by: 'p', word: word('accept', 'a1') },
      e: { by: 'a', word: word('end', 'a1', 1, 'release') },
    }
    expect(tell(late)).toMatchObject({ accepted: 'a1', status: 'done' })
  })

  test('that was accepted is opened again by rejecting and ending it, and others can then be accepted', () => {
    const open = {
      ...submitted,
      p: { by: 'p', rank: 0, word: word('accept', 'a1') },
      q: { by: 'p', rank: 0, word: word('reject', 'a1') },
      e: { by: 'p', rank: 0, word: word('end', 'a1', 1, 'revoke') },
    }
    expect(tell(open)).toMatchObject({ holder: null, accepted: null, status: 'ready' })
    const again = {
      ...open,
      b1: { by: 'b', word: word('claim', 'b1', 2) },
      b2: { by: 'b', word: word('confirm', 'b1', 2) },
      b3: { by: 'b', word: word('submit', 'b1', 2) },
      m: { by: 'm', rank: 30, word: word('accept', 'b1', 2) },
    }
    expect(tell(again)).toMatchObject({ accepted: 'b1', status: 'done' })
    expect(tell({ ...again, n: { by: 'm', rank: 30, word: word('reject', 'b1', 2) } })).toMatchObject({
      holder: 'b1',
      status: 'in_progress',
    })
  })

  test('that fails often enough is not given to the same agent again', () => {
    const story: Record<string, Said> = {}
    for (let n = 1; n <= PROTOCOL.failuresPerTask; n++) {
      story[`c${n}`] = { by: 'a', word: word('claim', `a${n}`, n) }
      story[`e${n}`] = { by: 'a', word: word('end', `a${n}`, n, 'fail') }
    }
    const next = PROTOCOL.failuresPerTask + 1
    expect(mayClaim(tell(story), 'a' as ActorKey)).toBe(false)
    expect(tell({ ...story, more: { by: 'a', word: word('claim', 'a9', next) } }).holder).toBeNull()
    expect(tell({ ...story, more: { by: 'b', word: word('claim', 'b9', next) } }).holder).toBe('b9')
  })

  test('is one of so many that one agent may have of a task; others are not locked out by them', () => {
    const story: Record<string, Said> = {}
    for (let n = 0; n < PROTOCOL.runsPerAgentAndTask * 2; n++) {
      story[`c${n}`] = { by: 'a', word: word('claim', `a${n}`) }
      story[`e${n}`] = { by: 'a', word: word('lost', `a${n}`) }
    }
    expect(tell(story).runs).toHaveLength(PROTOCOL.runsPerAgentAndTask)
    expect(tell({ ...story, b: { by: 'b', word: word('claim', 'b1') } }).holder).toBe('b1')
  })
})

describe('nobody steals a task', () => {
  const hidden = (run: string, ...ops: readonly WorkOp[]): Record<string, Said> =>
    Object.fromEntries(
      ops.map((op, i) => [
        `${run}${i}`,
        {
          by: run.slice(0, 1),
          word: word(op, run, 1, op === 'end' ? 'release' : null),
          seen: i === 0 ? [] : [`${run}${i - 1}`],
          ms: 10 + i,
        },
      ]),
    )

  test('by a claim that is dated back', () => {
    expect(tell({ ...working, back: { by: 'b', word: word('claim', 'b1'), seen: [], ms: 0 } }).holder).toBe('a1')
    // Nor what was submitted, by a whole run that is dated back: people choose.
    const back = (n: number): { seen: string[]; ms: number } => ({ seen: n === 0 ? [] : [`b${n}`], ms: n / 10 })
    const two = tell({
      ...submitted,
      b1: { by: 'b', word: word('claim', 'b1'), ...back(0) },
      b2: { by: 'b', word: word('confirm', 'b1'), ...back(1) },
      b3: { by: 'b', word: word('submit', 'b1'), ...back(2) },
    })
    expect(two.status).toBe('in_review')
    expect(new Set(two.candidates)).toEqual(new Set(['a1', 'b1']))
  })

  test('by leaving the holder out of its past, ending runs of its own, and claiming again', () => {
    const story = { ...hidden('c1', 'claim', 'end'), ...hidden('c2', 'claim', 'confirm') }
    expect(tell({ ...working, ...story })).toMatchObject({ holder: 'a1', status: 'in_progress' })
    expect(tell({ ...submitted, ...story })).toMatchObject({ holder: 'a1', status: 'in_review' })
    const accepted = { ...submitted, p: { by: 'p', word: word('accept', 'a1') }, ...story }
    expect(tell(accepted)).toMatchObject({ accepted: 'a1', status: 'done', states: { a1: 'accepted', c2: 'superseded' } })
  })

  test('by an end of a run that lives', () => {
    const expired = { by: 'b', word: word('end', 'a1', 1, 'expire') }
    expect(tell({ ...working, expired }).holder).toBe('a1')
    const late = { ...working, expired: { ...expired, ms: PROTOCOL.leaseMs + MINUTE } }
    expect(tell(late).holder).toBeNull()
    // Whatever an agent says is a sign of life.
    const renewed = { ...working, r: { by: 'a', word: word('renew', 'a1'), ms: PROTOCOL.leaseMs } }
    expect(tell({ ...renewed, expired: { ...expired, ms: PROTOCOL.leaseMs + MINUTE } }).holder).toBe('a1')
  })

  test('once it was submitted: neither by an end nor by another’s submit', () => {
    for (const why of ['expire', 'revoke'] as const)
      expect(tell({ ...submitted, e: { by: 'p', word: word('end', 'a1', 1, why), ms: PROTOCOL.leaseMs * 2 } })).toMatchObject({
        candidates: ['a1'],
        status: 'in_review',
      })
  })

  test('by coming back after it was ended', () => {
    const ended = { ...working, e: { by: 'p', word: word('end', 'a1', 1, 'revoke') } }
    const revived = { ...ended, s: { by: 'a', word: word('submit', 'a1'), seen: ['a1', 'a2'] } }
    expect(tell(revived)).toMatchObject({ holder: null, candidates: [], status: 'ready' })
  })

  test('and what was handed in is not exchanged once it was accepted', () => {
    const story = { ...submitted, p: { by: 'p', word: word('accept', 'a1') }, s: { by: 'a', word: word('submit', 'a1') } }
    expect(tell(story).runs[0]?.records.filter(({ op }) => op === 'submit')).toHaveLength(1)
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

  test('is about what its author saw: of work that was submitted again it says nothing', () => {
    const again = {
      ...submitted,
      r: { by: 'p', rank: 30, word: word('reject', 'a1') },
      s: { by: 'a', word: word('submit', 'a1') },
    }
    expect(tell({ ...again, x: accept('a1', 5, ['a3']) })).toMatchObject({ accepted: null, candidates: ['a1'] })
    expect(tell({ ...again, x: accept('a1', 30) })).toMatchObject({ accepted: 'a1' })
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
      if (first.states.some(([, state]) => state === 'release' || state === 'revoke')) over++
      if (first.work.candidates.length > 0) reviewed++
      if (first.work.accepted) done++
    }
    // The stories are about something.
    for (const count of [held, over, reviewed, done]) expect(count).toBeGreaterThan(RUNS / 30)
  })

  test('a record counts or not for good, and work that is held gives way to no claim', () => {
    for (let seed = 1; seed <= RUNS; seed++) {
      const dag = randomDag(seed, 40, { feeds: 6, forks: 0.15, after: 4 })
      const words = wordsFor(dag, seed)
      const counted = new Set<string>()
      let before: { holder: string | null; status: string | null } | null = null
      follow(shuffledDag(dag, seed), words, (work, name, added) => {
        const now = new Set(work.runs.flatMap(({ id, records }) => records.map(({ op, ref }) => `${id} ${op} ${name(ref)}`)))
        for (const one of counted) expect(now).toContain(one)
        for (const one of now) counted.add(one)
        if (added.op === 'claim' && before?.holder && before.status !== 'ready' && before.status !== null)
          expect(work.holder).toBe(before.holder)
        before = { holder: work.holder, status: work.status }
      })
    }
  })

  test('what is cut takes nothing from other runs', () => {
    for (let seed = 1; seed <= RUNS; seed++) {
      const dag = randomDag(seed, 40, { feeds: 6, forks: 0.15, after: 4 })
      const words = wordsFor(dag, seed)
      const [whose] = [...words.values()].map(({ by }) => by)
      const kept = new Map([...words].filter(([, { run }]) => !run.startsWith((whose as string).slice(0, 8))))
      const runsOf = (said: Words): unknown[] =>
        summary(dag, said).runs.filter(([id]) => [...kept.values()].some(({ run }) => run === id))
      expect(runsOf(kept)).toEqual(runsOf(words))
    }
  })
})

describe('a strict run', () => {
  const asked = { a1: { by: 'a', word: { ...word('claim', 'a1'), note: strictUnder('k' as ActorKey) } } }
  const lease = (run: string, by = 'k'): Said => ({ by, rank: 0, word: { ...word('confirm', run), note: LEASE } })
  const leased = { ...asked, k1: lease('a1') }
  const begun = { ...leased, a2: { by: 'a', word: word('confirm', 'a1') } }

  test('begins by the word of the key that it names, and by no other', () => {
    expect(tell({ ...asked, a2: { by: 'a', word: word('confirm', 'a1') } })).toMatchObject({
      status: null,
      states: { a1: 'claimed' },
    })
    expect(tell({ ...asked, x: lease('a1', 'x'), a2: { by: 'a', word: word('confirm', 'a1') } }).status).toBeNull()
    expect(tell(leased)).toMatchObject({ holder: 'a1', status: null, states: { a1: 'claimed' } })
    expect(tell(begun)).toMatchObject({ holder: 'a1', status: 'in_progress', states: { a1: 'working' } })
  })

  test('does not begin by a word that its confirm has not seen', () => {
    const apart = { ...asked, k1: { ...lease('a1'), seen: ['a1'] }, a2: { by: 'a', word: word('confirm', 'a1'), seen: ['a1'] } }
    expect(tell(apart)).toMatchObject({ status: null, states: { a1: 'claimed' } })
    expect(tell({ ...apart, a3: { by: 'a', word: word('confirm', 'a1') } }).status).toBe('in_progress')
  })

  test('with a lease comes before one that left the asking out of its claim, dated back and handed in', () => {
    const back = (n: number): { seen: string[]; ms: number } => ({ seen: n === 0 ? [] : [`b${n}`], ms: n / 10 })
    const cheat = {
      b1: { by: 'b', word: word('claim', 'b1'), ...back(0) },
      b2: { by: 'b', word: word('confirm', 'b1'), ...back(1) },
      b3: { by: 'b', word: word('submit', 'b1'), ...back(2) },
    }
    const holds = { holder: 'a1', candidates: [], states: { a1: 'working', b1: 'superseded' } }
    expect(tell({ ...begun, ...cheat })).toMatchObject(holds)
    expect(tell({ ...cheat, ...begun })).toMatchObject(holds)
    expect(tell({ ...leased, ...cheat })).toMatchObject({ holder: 'a1', status: null })
  })

  test('that nobody has answered comes after one that has begun without asking: what was claimed before stays', () => {
    expect(
      tell({ b1: { by: 'b', word: word('claim', 'b1') }, b2: { by: 'b', word: word('confirm', 'b1') }, ...asked }),
    ).toMatchObject({ holder: 'b1', status: 'in_progress' })
  })

  test('is not ended by silence once it has its lease, seen by whoever says so or not; people end it', () => {
    const late = PROTOCOL.leaseMs + MINUTE
    const expired = { by: 'x', word: word('end', 'a1', 1, 'expire'), ms: late } as const
    expect(tell({ ...begun, expired })).toMatchObject({ holder: 'a1', states: { a1: 'working' } })
    expect(tell({ ...begun, expired: { ...expired, seen: ['a1'] } })).toMatchObject({ holder: 'a1', states: { a1: 'working' } })
    expect(tell({ ...asked, expired })).toMatchObject({ holder: null, states: { a1: 'expire' } })
    expect(tell({ ...begun, stopped: { by: 'x', word: word('end', 'a1', 1, 'revoke') } })).toMatchObject({ holder: null })
  })

  test('gets no lease once it is over, and one once only', () => {
    const over = { ...asked, a2: { by: 'a', word: word('end', 'a1', 1, 'release') } }
    expect(tell({ ...over, k1: lease('a1') }).runs[0]?.records).toHaveLength(2)
    expect(tell({ ...leased, k2: lease('a1') }).runs[0]?.records).toHaveLength(2)
  })
})

describe('whatever is said of strict runs, in whatever order it comes', () => {
  const RUNS = Number(process.env['WORK_RUNS'] ?? 300)
  const stories = (seed: number): { dag: RandomBatch[]; words: Words } => {
    const dag = randomDag(seed, 40, { feeds: 6, forks: 0.15, after: 4 })
    return { dag, words: wordsFor(dag, seed, { strict: 0.8 }) }
  }

  test('all replicas say the same of it, and no run begins without the lease that it asked for', () => {
    let [begun, unanswered] = [0, 0]
    for (let seed = 1; seed <= RUNS; seed++) {
      const { dag, words } = stories(seed)
      const first = summary(dag, words)
      for (let order = 1; order <= 3; order++) expect(summary(shuffledDag(dag, seed * 10 + order), words)).toEqual(first)
      const { work, history } = follow(dag, words, () => {})
      for (const { records } of work.runs) {
        const asked = leaseAskedOf(records)
        if (asked === null) continue
        const confirm = records.find(({ op }) => op === 'confirm')
        if (!confirm) unanswered++
        else if (!records.some(({ op, by, ref }) => op === 'lease' && by === asked && history.saw(confirm.ref, ref)))
          expect(records.filter(({ op }) => op === 'claim').length).toBeGreaterThan(1)
        else begun++
      }
      const leased = work.runs.filter(({ records }) => hasLease(records) && endsOf(records).length === 0)
      if (leased.length > 0 && work.accepted === null && work.holder !== null)
        expect(leased.some(({ id }) => id === work.holder) || leased.every(({ records }) => lastSubmit(records))).toBe(true)
    }
    expect(Math.min(begun, unanswered)).toBeGreaterThan(RUNS / 10)
  })

  test('a record counts or not for good', () => {
    for (let seed = 1; seed <= RUNS; seed++) {
      const { dag, words } = stories(seed)
      const counted = new Set<string>()
      follow(shuffledDag(dag, seed), words, (work, name) => {
        const now = new Set(work.runs.flatMap(({ id, records }) => records.map(({ op, ref }) => `${id} ${op} ${name(ref)}`)))
        for (const one of counted) expect(now).toContain(one)
        for (const one of now) counted.add(one)
      })
    }
  })
})

function summary(order: readonly RandomBatch[], words: Words) {
  const { work, name, history } = follow(order, words, () => {})
  const states = [...runStates(work, history)]
  const { since } = work
  const runs = work.runs.map(({ id, records }) => [id, records.map(({ op, ref }) => [op, name(ref)])] as const)
  const rest = { holder: work.holder, candidates: work.candidates, accepted: work.accepted, status: work.status }
  return { work: { ...rest, since: since === null ? null : name(since) }, runs, states }
}
