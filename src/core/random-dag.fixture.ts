/**
 * Random DAGs of batches for tests: several feeds, forks, second beginnings of a feed, many heads joined at once, and clocks
 * that often show the same time. The same seed gives the same batches, and fewer batches of a seed are a beginning of more.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { type Bytes, concatBytes, toHex, utf8 } from '../base/bytes.ts'
import { seededRandom } from '../base/random.ts'
import type { Hlc } from './batch.ts'
import type { Author } from './fold.ts'
import { History } from './history.ts'
import { compareHlc } from './hlc.ts'
import type { ActorKey } from './ids.ts'

export interface RandomBatch {
  readonly index: number
  readonly id: Bytes
  readonly author: Author
  readonly feed: string
  readonly seq: number
  readonly hlc: Hlc
  /** Ancestors by index. */
  readonly prev: number | null
  readonly after: readonly number[]
  /** Every ancestor, direct or not. */
  readonly past: ReadonlySet<number>
}

export interface DagShape {
  readonly feeds: number
  /** Chance that a batch does not continue the end of a branch. */
  readonly forks: number
  /** How many others a batch names at most. */
  readonly after: number
}

export function authorNamed(name: string): Author {
  const key = concatBytes(Uint8Array.of(1), sha256(utf8(name)))
  return { key, actor: toHex(key) as ActorKey }
}

export function randomDag(seed: number, count: number, { feeds, forks, after }: DagShape): RandomBatch[] {
  const random = seededRandom(seed)
  const upTo = (n: number): number => Math.floor(random() * n)
  const dag: RandomBatch[] = []
  const authors = Array.from({ length: feeds }, (_, f) => authorNamed(`author ${f}`))
  for (let index = 0; index < count; index++) {
    const f = upTo(feeds)
    const author = authors[f] as Author
    const feed = `${author.actor}${f.toString(16).padStart(16, '0')}`
    const own = dag.filter((batch) => batch.feed === feed)
    const ends = own.filter((batch) => !own.some((other) => other.prev === batch.index))
    const chance = random()
    const prev = chance < forks / 4 ? undefined : chance < forks ? own[upTo(own.length)] : ends[upTo(ends.length)]
    const others = new Set<number>()
    const names = random() < 0.2 ? after : upTo(Math.min(after, 3) + 1)
    for (let n = 0; n < names && n < index; n++) {
      const other = upTo(3) === 0 ? upTo(index) : index - 1 - upTo(Math.min(index, feeds * 2))
      if (other !== prev?.index) others.add(other)
    }
    const ancestors = [...(prev ? [prev.index] : []), ...others]
    const past = new Set(ancestors.flatMap((ancestor) => [ancestor, ...(dag[ancestor] as RandomBatch).past]))
    const latest = ancestors
      .map((ancestor) => (dag[ancestor] as RandomBatch).hlc)
      .reduce((a, b) => (compareHlc(a, b) > 0 ? a : b), [1000, 0] as Hlc)
    const hlc: Hlc = random() < 0.5 ? [latest[0], latest[1] + 1] : [latest[0] + 1 + upTo(3), upTo(2)]
    const id = sha256(utf8(`${seed} ${index}`))
    dag.push({ index, id, author, feed, seq: prev ? prev.seq + 1 : 0, hlc, prev: prev?.index ?? null, after: [...others], past })
  }
  return dag
}

/** An order in which a replica could admit them: ancestors first, else at random. */
export function shuffledDag(dag: readonly RandomBatch[], seed: number): RandomBatch[] {
  const random = seededRandom(seed)
  const left = new Set(dag)
  const taken = new Set<number>()
  const order: RandomBatch[] = []
  while (left.size > 0) {
    const ready = [...left].filter(
      ({ prev, after }) => (prev === null || taken.has(prev)) && after.every((ancestor) => taken.has(ancestor)),
    )
    const next = ready[Math.floor(random() * ready.length)] as RandomBatch
    left.delete(next)
    taken.add(next.index)
    order.push(next)
  }
  return order
}

/** Where each batch of the DAG is in a history, by index. */
export type Places = ReadonlyMap<number, number>

export function appendTo(history: History, { id, feed, seq, hlc, prev, after }: RandomBatch, places: Places): number {
  const at = (index: number): number => places.get(index) as number
  return history.append({ id, feed, seq, hlc, prev: prev === null ? null : at(prev), after: after.map(at) })
}

export function historyOf(order: readonly RandomBatch[]): { readonly history: History; readonly places: Places } {
  const history = new History()
  const places = new Map<number, number>()
  for (const batch of order) places.set(batch.index, appendTo(history, batch, places))
  return { history, places }
}
