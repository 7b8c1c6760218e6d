/** Random stories of the work on one task, said over a random DAG: agents mostly say what fits their run, and sometimes what does not. */

import { assert } from '../base/assert.ts'
import { seededRandom } from '../base/random.ts'
import { History, type Ref } from './history.ts'
import type { ActorKey, NodeId } from './ids.ts'
import { appendTo, type RandomBatch } from './random-dag.fixture.ts'
import {
  type EndReason,
  isOwnWord,
  LEASE,
  newWork,
  strictUnder,
  takeRecord,
  type Work,
  type WorkOp,
  type WorkWord,
} from './work.ts'

/** The first authors of a story are agents, the others people. */
const AGENTS = 3

export function word(op: WorkOp, run: string, epoch = 1, why: EndReason | null = null): WorkWord {
  return { op, run: run as NodeId, epoch, why, note: null }
}

/** By the index of their batch. `strict`: the share of claims that ask a person for a lease; people then give leases as well. */
export function wordsFor(
  dag: readonly RandomBatch[],
  seed: number,
  { strict = 0 }: { readonly strict?: number } = {},
): ReadonlyMap<number, WorkWord & { readonly by: ActorKey; readonly rank: number }> {
  const random = seededRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const words = new Map<number, WorkWord & { by: ActorKey; rank: number }>()
  const actors = [...new Set(dag.map(({ author }) => author.actor))]
  for (const { index, author, past } of dag) {
    const isPerson = actors.indexOf(author.actor) >= AGENTS
    const known = [...past].flatMap((other) => words.get(other) ?? [])
    const runs = [...new Set(known.map(({ run }) => run))]
    const own = runs.filter((run) => run.startsWith(author.actor.slice(0, 8)))
    const top = Math.max(1, ...known.map(({ epoch }) => epoch))
    const said = (): WorkWord => {
      const people = actors.slice(AGENTS)
      if (isPerson) {
        const run = pick(runs)
        if (run && strict > 0 && random() < 0.6) return { ...word('confirm', run), note: LEASE }
        const epoch = known.find((one) => one.run === run)?.epoch ?? 1
        return run ? word(pick(['accept', 'reject', 'end'] as const), run, epoch, null) : word('accept', 'nobody')
      }
      const run = own.at(-1)
      if (!run || random() < 0.25) {
        const claim = word('claim', `${author.actor.slice(0, 8)}-${index}`, random() < 0.7 ? top : top + 1)
        return strict > 0 && people.length > 0 && random() < strict ? { ...claim, note: strictUnder(pick(people)) } : claim
      }
      const epoch = known.find((one) => one.run === run)?.epoch ?? 1
      return word(pick(['confirm', 'confirm', 'submit', 'submit', 'renew', 'lost', 'end'] as const), run, epoch)
    }
    const made = said()
    const why = made.op !== 'end' ? null : isPerson ? pick(['revoke', 'expire'] as const) : pick(['release', 'fail'] as const)
    assert(isOwnWord({ ...made, why }) === !isPerson, 'agents speak of their own runs, and people of those of others')
    words.set(index, { ...made, why, by: author.actor, rank: isPerson ? actors.indexOf(author.actor) * 5 : 70 })
  }
  return words
}

export type Words = ReturnType<typeof wordsFor>

export function follow(
  order: readonly RandomBatch[],
  words: Words,
  each: (work: Work, name: (ref: Ref) => number, added: WorkWord) => void,
): { work: Work; name: (ref: Ref) => number; history: History } {
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
  return { work, name, history }
}
