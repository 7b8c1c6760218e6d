/** The cost of one change, counted in questions to the history and not in time: it must not grow with what was before. */

import { sha256 } from '@noble/hashes/sha2.js'
import { expect, test } from 'vitest'
import { utf8 } from '../base/bytes.ts'
import { seededRandom } from '../base/random.ts'
import type { Hlc } from './batch.ts'
import { CountingHistory } from './counting-history.fixture.ts'
import { Fold } from './fold.ts'
import { type NodeFacts, type NodeId, nodeIdOf } from './ids.ts'
import { authorNamed } from './random-dag.fixture.ts'

const AUTHORS = Array.from({ length: 7 }, (_, n) => authorNamed(`author ${n}`))
const NODES = 200
const WORKSPACE = sha256(utf8('cost'))

/** Six authors who each see the others a little late, changing two hundred tasks; a seventh who slept through it all. */
function busyBoard() {
  const random = seededRandom(4)
  const upTo = (n: number): number => Math.floor(random() * n)
  const history = new CountingHistory()
  const fold = new Fold(history, WORKSPACE)
  const nodes: NodeId[] = []
  const ends: (number | null)[] = AUTHORS.map(() => null)
  const seqs = AUTHORS.map(() => 0)

  /** One batch of one change; answers how often the history was asked for it. The sleeper saw only how it all began. */
  function change(isSleeper = false): number {
    const n = isSleeper ? AUTHORS.length - 1 : upTo(AUTHORS.length - 1)
    const author = AUTHORS[n] as (typeof AUTHORS)[number]
    const prev = ends[n] as number | null
    const other = isSleeper ? NODES : ends[(n + 1 + upTo(5)) % 6]
    const after = other === null || other === undefined || (isSleeper && prev !== null) ? [] : [other]
    const hlc: Hlc = isSleeper ? [history.hlcOf(NODES)[0], (seqs[n] as number) + 1] : [history.latest[0] + 1, 0]
    const ordinal = history.append({
      id: sha256(utf8(`${history.count}`)),
      feed: author.actor,
      seq: seqs[n] as number,
      hlc,
      prev,
      after,
    })
    ends[n] = ordinal
    seqs[n] = (seqs[n] as number) + 1
    const before = history.asked
    if (nodes.length < NODES) {
      const facts: NodeFacts = {
        type: 'task',
        project: null,
        path: null,
        subject: null,
        nonce: new Uint8Array(16).fill(nodes.length),
      }
      const node = nodeIdOf(WORKSPACE, author.key, facts)
      fold.apply({ op: 'create', node, facts, number: 1, fields: [] }, author, ordinal * 256)
      nodes.push(node)
    } else {
      const node = nodes[upTo(NODES)] as NodeId
      const label = `label ${upTo(4)}`
      const tags = fold.nodes.get(node)?.sets['labels']?.[label]
      const kind = upTo(3)
      if (kind === 0) fold.apply({ op: 'set', node, field: 'status', value: upTo(7) }, author, ordinal * 256)
      else if (tags && tags.length > 0)
        fold.apply({ op: 'remove', node, field: 'labels', element: label, tags }, author, ordinal * 256)
      else fold.apply({ op: 'add', node, field: 'labels', element: label }, author, ordinal * 256)
    }
    return history.asked - before
  }

  return {
    history,
    change,
    grow: (to: number) => {
      while (history.count < to) change()
    },
  }
}

test('a change costs the same after a hundred thousand changes as after ten thousand', () => {
  const { history, change, grow } = busyBoard()
  const cost = (): { most: number; mean: number } => {
    const asked = Array.from({ length: 500 }, () => change())
    return { most: Math.max(...asked), mean: asked.reduce((a, b) => a + b) / asked.length }
  }
  grow(10_000)
  const early = cost()
  grow(100_000)
  const late = cost()
  expect(late.mean).toBeLessThan(early.mean * 1.2)
  expect(late.most).toBeLessThanOrEqual(early.most + 8)
  expect(early.mean).toBeLessThan(20)
  // A batch notes what it newly saw: of each other author at most one thing, however long the history.
  const { learned } = history.columns(history.count - 1000, history.count)
  expect(Math.max(...learned)).toBeLessThan(AUTHORS.length)
}, 60_000)

test('a change that comes late costs what it touches, not what came since', () => {
  const { change, grow } = busyBoard()
  grow(10_000)
  const early = Math.max(...Array.from({ length: 200 }, () => change(true)))
  grow(100_000)
  const late = Math.max(...Array.from({ length: 200 }, () => change(true)))
  // Its place among the last changes to the task is looked for from the end, and there are 32 of them.
  expect([early, late].every((asked) => asked < 64)).toBe(true)
}, 60_000)
