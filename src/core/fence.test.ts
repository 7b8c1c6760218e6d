/** The law of fences: what shows is a function of the records, whatever the order they come in; and of two at one time one shows. */

import { expect, test } from 'vitest'
import { type Fence, fencesOf, isFenced } from './fence.ts'
import { History } from './history.ts'
import type { ActorKey } from './ids.ts'
import { randomDag, type RandomBatch, shuffledDag } from './random-dag.fixture.ts'
import { follow, word, type Words, wordsFor } from './random-words.fixture.ts'
import { LEASE, newWork, strictUnder, takeRecord, type WorkWord } from './work.ts'

const RUNS = Number(process.env['WORK_RUNS'] ?? 300)
const SHAPE = { feeds: 6, forks: 0.15, after: 4 } as const

/** Of every batch whether a change in it, by its author, would show; and what each fence lets through. */
function shown(order: readonly RandomBatch[], words: Words) {
  const { work, name, history } = follow(order, words, () => {})
  const fences = fencesOf(work, history)
  const verdicts = order.map(({ index, author }, ordinal): [number, boolean] => {
    const own = fences.filter(({ by }) => by === author.actor)
    return [index, isFenced(own, ordinal * 256 + 255, history)]
  })
  return {
    verdicts: verdicts.toSorted(([a], [b]) => a - b),
    fences: fences.map(({ run, shows, ends }) => [run, shows, ends.map(name).toSorted((a, b) => a - b)]),
    work,
    history,
    raw: fences,
  }
}

test.each([0, 0.8])('all replicas let the same through, where %d of the claims are strict', (strict) => {
  const counts = { kept: 0, let: 0 }
  for (let seed = 1; seed <= RUNS; seed++) {
    const dag = randomDag(seed, 40, SHAPE)
    const words = wordsFor(dag, seed, { strict })
    const { verdicts, fences } = shown(dag, words)
    for (let order = 1; order <= 3; order++)
      expect(shown(shuffledDag(dag, seed * 10 + order), words)).toMatchObject({ verdicts, fences })
    for (const [, isKept] of verdicts) counts[isKept ? 'kept' : 'let']++
  }
  // The stories are about something.
  expect(Math.min(counts.kept, counts.let)).toBeGreaterThan(RUNS)
})

test.each([0, 0.8])('of runs that went on at one time, and hold the task no more, one shows at most (%d strict)', (strict) => {
  let pairs = 0
  for (let seed = 1; seed <= RUNS; seed++) {
    const dag = randomDag(seed, 40, SHAPE)
    const { raw, work, history } = shown(dag, wordsFor(dag, seed, { strict }))
    const start = (run: string): number => {
      const records = work.runs.find(({ id }) => id === run)?.records ?? []
      return (records.find(({ op }) => op === 'confirm') ?? records[0])?.ref ?? 0
    }
    const isAfter = (a: Fence, b: Fence): boolean => b.ends.some((end) => history.saw(start(a.run), end))
    const over = raw.filter(({ run }) => run !== work.holder && run !== work.accepted)
    for (const a of over)
      for (const b of over) {
        if (a.run >= b.run || isAfter(a, b) || isAfter(b, a)) continue
        pairs++
        expect([a.shows, b.shows]).toContain('none')
      }
  }
  expect(pairs).toBeGreaterThan(RUNS)
})

test.each([0, 0.8])(
  'who holds the task, or was accepted, shows; an open run that does not, shows nothing (%d strict)',
  (strict) => {
    for (let seed = 1; seed <= RUNS; seed++) {
      const dag = randomDag(seed, 40, SHAPE)
      const { raw, work } = shown(dag, wordsFor(dag, seed, { strict }))
      for (const { run, shows, ends } of raw)
        if (run === work.holder || run === work.accepted) expect(shows).toBe('all')
        else if (ends.length === 0) expect(shows).toBe('none')
    }
  },
)

test('what was begun by a lease shows after both are over, and what was begun beside it without asking does not', () => {
  const history = new History()
  const work = newWork()
  const places: Record<string, number> = {}
  const say = (by: string, said: WorkWord, after: readonly string[], name: string, ms: number): void => {
    const id = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? ms : 0))
    const feed = `${by}${'0'.repeat(16)}${name}`
    const ordinal = history.append({
      id,
      feed,
      seq: 0,
      hlc: [ms, 0],
      prev: null,
      after: after.map((one) => places[one] as number),
    })
    places[name] = ordinal
    takeRecord(work, said, { ref: ordinal * 256, by: by as ActorKey, rank: by === 'k' ? 0 : 70 }, history)
  }
  say('b', word('claim', 'b1'), [], 'cheat', 1)
  say('b', word('confirm', 'b1'), ['cheat'], 'cheated', 2)
  say('a', { ...word('claim', 'a1'), note: strictUnder('k' as ActorKey) }, [], 'ask', 3)
  say('k', { ...word('confirm', 'a1'), note: LEASE }, ['ask'], 'lease', 4)
  say('a', word('confirm', 'a1'), ['lease'], 'begun', 5)
  say('a', word('end', 'a1', 1, 'release'), ['begun'], 'over', 6)
  say('b', word('end', 'b1', 1, 'release'), ['cheated'], 'over too', 7)
  expect(fencesOf(work, history).map(({ run, shows }) => [run, shows])).toEqual([
    ['b1', 'none'],
    ['a1', 'ended'],
  ])
})
