/** Fences kept in step are those found anew, whatever came in which order; and what a record or a change costs, in questions to the history. */

import { sha256 } from '@noble/hashes/sha2.js'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../base/bytes.ts'
import { seededRandom } from '../base/random.ts'
import { AgentFences } from './agent-fences.ts'
import { CountingHistory } from './counting-history.fixture.ts'
import { type Fence, fencesOf, isFenced } from './fence.ts'
import { History } from './history.ts'
import type { ActorKey, NodeId } from './ids.ts'
import { PROTOCOL } from './limits.ts'
import { appendTo, authorNamed, randomDag, shuffledDag } from './random-dag.fixture.ts'
import { word, type Words, wordsFor } from './random-words.fixture.ts'
import { Rivals } from './rivals.ts'
import { LEASE, newWork, strictUnder, takeRecord, type Work, type WorkWord } from './work.ts'

const RUNS = Number(process.env['WORK_RUNS'] ?? 100)
const SHAPE = { feeds: 6, forks: 0.15, after: 4 } as const
const TASKS = 3

describe('kept in step', () => {
  test('with each record, and where runs are gone again, the fences are those found anew', () => {
    const counts = { none: 0, ended: 0, gone: 0 }
    for (let seed = 1; seed <= RUNS; seed++) {
      const random = seededRandom(seed)
      const dag = randomDag(seed, 40, SHAPE)
      const words = wordsFor(dag, seed, { strict: seed % 2 })
      const rivals = new Rivals()
      const history = new History()
      const places = new Map<number, number>()
      const said: [number, number][] = []
      const workOf = (records: readonly [number, number][]): Work => {
        const work = newWork()
        for (const [index, ref] of records) takeRecord(work, ...recordOf(words, index, ref), history)
        return work
      }
      for (const batch of shuffledDag(dag, seed)) {
        const ordinal = appendTo(history, batch, places)
        places.set(batch.index, ordinal)
        if (words.has(batch.index)) said.push([batch.index, ordinal * 256])
        // Now and then what somebody said counts no more, and later does again.
        const isCut = random() < 0.2
        const work = workOf(isCut ? said.filter(() => random() < 0.7) : said)
        rivals.follow(work, history)
        const inStep = fencesOf(work, history, (run) => rivals.of(run))
        expect(inStep).toEqual(fencesOf(work, history))
        if (isCut) counts.gone++
        for (const { shows } of inStep) if (shows !== 'all') counts[shows]++
      }
    }
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(RUNS)
  })

  test('also where a lease comes late, and the silence before it ends nothing any more', () => {
    const history = new History()
    const work = newWork()
    const rivals = new Rivals()
    const places = new Map<string, number>()
    const say = (by: string, said: WorkWord, after: string | null, name: string, ms: number): Fence[] => {
      const past = after === null ? [] : [places.get(after) as number]
      const feed = `${by} ${name}`
      const ordinal = history.append({ id: sha256(utf8(name)), feed, seq: 0, hlc: [ms, 0], prev: null, after: past })
      places.set(name, ordinal)
      takeRecord(work, said, { ref: ordinal * 256, by: by as ActorKey, rank: by === 'k' ? 0 : 70 }, history)
      rivals.follow(work, history)
      const inStep = fencesOf(work, history, (run) => rivals.of(run))
      expect(inStep, name).toEqual(fencesOf(work, history))
      return inStep
    }
    const asks = (run: string): WorkWord => ({ ...word('claim', run), note: strictUnder('k' as ActorKey) })
    const late = PROTOCOL.leaseMs + 2
    say('a', asks('a1'), null, 'asked', 1)
    say('x', word('end', 'a1', 1, 'expire'), 'asked', 'was silent', late)
    say('b', asks('b1'), 'was silent', 'asked after', late + 1)
    expect(say('b', word('end', 'b1', 1, 'release'), 'asked after', 'gave up', late + 2).at(-1)?.shows).toBe('ended')
    const leased = { ...word('confirm', 'a1'), note: LEASE }
    expect(say('k', leased, 'asked', 'lease', 5).map(({ shows }) => shows)).toEqual(['all', 'none'])
  })

  test('each change of an agent is let through or not as by all its fences, the newest and those judged again', () => {
    const counts = { kept: 0, let: 0 }
    for (let seed = 1; seed <= RUNS; seed++) {
      const random = seededRandom(seed)
      const dag = randomDag(seed, 40, SHAPE)
      const stories = Array.from({ length: TASKS }, (_, task) => renamed(wordsFor(dag, seed * TASKS + task), task))
      const works = stories.map(newWork)
      const history = new History()
      const places = new Map<number, number>()
      const fences = new Map<string, Fence>()
      const agents = new Map(dag.map(({ author: { actor } }) => [actor as string, new AgentFences()]))
      const order = shuffledDag(dag, seed)
      for (const [at, batch] of order.entries()) {
        const ordinal = appendTo(history, batch, places)
        places.set(batch.index, ordinal)
        for (const [task, words] of stories.entries()) {
          const work = works[task] as Work
          if (words.has(batch.index)) takeRecord(work, ...recordOf(words, batch.index, ordinal * 256 + task), history)
          for (const now of fencesOf(work, history)) {
            const before = fences.get(now.run) ?? null
            if (JSON.stringify(before) === JSON.stringify(now)) continue
            fences.set(now.run, now)
            agents.get(now.by)?.turn(before, now)
          }
        }
        // What it writes in this batch, between its words and after; and something from before, judged again.
        const earlier = order[Math.floor(random() * (at + 1))] ?? batch
        for (const { author, index } of [batch, earlier, batch]) {
          const own = [...fences.values()].filter(({ by }) => by === author.actor)
          const ref = (places.get(index) as number) * 256 + Math.floor(random() * 5)
          const isKept = agents.get(author.actor)?.isFenced(ref, history)
          expect(isKept).toBe(isFenced(own, ref, history))
          counts[isKept ? 'kept' : 'let']++
        }
      }
    }
    expect(Math.min(counts.kept, counts.let)).toBeGreaterThan(RUNS)
  })
})

describe('what it costs', () => {
  test('a record costs the runs of its task, and not each pair of them', () => {
    const task = busyTask()
    const cost = (runs: number): number => {
      while (task.runs < runs) task.oneMore()
      return task.oneMore()
    }
    const few = cost(50)
    expect(cost(400)).toBeLessThan(few * 8 * 1.3)
  })

  test('a change of an agent costs no more with a thousand runs that it gave up behind it', () => {
    const task = busyTask()
    const fences = new AgentFences()
    const cost = (runs: number): number => {
      while (task.runs < runs) task.oneMore(fences)
      const before = task.history.asked
      expect(fences.isFenced(task.write(), task.history)).toBe(false)
      return task.history.asked - before
    }
    const few = cost(10)
    expect(few).toBeGreaterThan(0)
    expect(cost(1000)).toBeLessThanOrEqual(few)
  })
})

/** An agent that takes a task and gives it up, again and again: as fourteen agents in turn, since one may do so sixteen times. */
function busyTask() {
  const history = new CountingHistory()
  const author = authorNamed('busy')
  let work = newWork()
  let rivals = new Rivals()
  let runs = 0
  let known = new Map<NodeId, Fence>()

  function write(): number {
    const seq = history.count
    const id = sha256(utf8(`${seq}`))
    return history.append({ id, feed: author.actor, seq, hlc: [seq + 1, 0], prev: seq === 0 ? null : seq - 1, after: [] }) * 256
  }

  /** One run from its claim to its end; answers what keeping the fences in step has asked. With `fences`, each has a task of its own. */
  function oneMore(fences: AgentFences | null = null): number {
    if (fences) {
      // It goes on writing in between.
      fences.isFenced(write(), history)
      work = newWork()
      rivals = new Rivals()
      known = new Map()
    }
    const run = `run ${runs++}`
    let asked = 0
    for (const op of ['claim', 'confirm', 'end'] as const) {
      const by = (fences ? author.actor : `${author.actor} ${Math.floor(runs / 16)}`) as typeof author.actor
      takeRecord(work, word(op, run, 1, op === 'end' ? 'release' : null), { ref: write(), by, rank: 70 }, history)
      const before = history.asked
      rivals.follow(work, history)
      const now = fencesOf(work, history, (one) => rivals.of(one))
      asked += history.asked - before
      for (const fence of fences ? now : []) {
        fences?.turn(known.get(fence.run) ?? null, fence)
        known.set(fence.run, fence)
      }
    }
    return asked
  }

  return {
    history,
    write,
    oneMore,
    get runs() {
      return runs
    },
  }
}

function recordOf(words: Words, index: number, ref: number) {
  const said = words.get(index) as NonNullable<ReturnType<Words['get']>>
  return [said, { ref, by: said.by, rank: said.rank }] as const
}

function renamed(words: Words, task: number): Words {
  return new Map([...words].map(([index, said]) => [index, { ...said, run: `${said.run} of ${task}` as NodeId }]))
}
