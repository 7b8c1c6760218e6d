/**
 * Random adversarial histories: the incremental verdicts are the oracle's, in every order of delivery; the fold follows them both
 * ways. `AUTHORITY_RUNS=3000` for a campaign; the seed of a failure stands in its message.
 */

import { describe, expect, test } from 'vitest'
import { toHex } from '../base/bytes.ts'
import { seededRandom } from '../base/random.ts'
import type { VerifiedBatch } from '../core/batch.ts'
import type { NodeId } from '../core/ids.ts'
import { read } from '../core/fold.ts'
import { stateAfter, type StoryOptions, tellStory, type Told } from './authority-histories.fixture.ts'
import { judge, type Mutant, type Story, type Verdicts } from './authority-oracle.fixture.ts'
import type { State } from './state.ts'
import { stateHash } from './state-hash.ts'

const RUNS = Number(process.env.AUTHORITY_RUNS ?? 150)
const FIRST = Number(process.env.AUTHORITY_FIRST ?? 1)

test(
  'what the oracle finds, a replica finds, whatever came first, and folds what counts',
  () => {
    const seen = { batches: 0, valid: 0, void: 0, cut: 0, revived: 0, adopted: 0, forks: 0 }
    for (let seed = FIRST; seed < FIRST + RUNS; seed++) {
      const told = tellStory(seed)
      const orders = ordersOf(told.batches, seed)
      const states = orders.map((order, i) => stateAfter(order, i === 0 ? 1 : 7 * i))
      const [first] = states as [State]
      const story = admittedOf(told, first)
      const verdicts = judge(story, told.pasts)
      const expected = [...namesOf(story)].map((name) => `${name} ${verdicts.valid.has(name)} ${verdicts.counts.has(name)}`)
      for (const [i, state] of states.entries()) {
        expect(found(state, story, told), `seed ${seed}, order ${i}`).toEqual(expected)
        expect(stateHash(state), `seed ${seed}, order ${i}`).toBe(stateHash(first))
        expect(reasonsOf(state, told), `seed ${seed}, order ${i}`).toEqual(reasonsOf(first, told))
      }
      expectFolded(first, story, told, verdicts, seed)
      seen.batches += story.batches.length
      seen.valid += verdicts.valid.size
      seen.void += first.void.size
      seen.cut += [...first.void.values()].filter((why) => why === 'revoked').length
      seen.adopted += first.authority.adoption.adopted.size
      seen.revived += first.authority.entries.filter(
        ({ change, why, fault }) => change.op === 'revoke' && fault === null && why !== null,
      ).length
      seen.forks += told.story.batches.length - new Set(told.story.batches.map(({ feed, seq }) => `${feed} ${seq}`)).size
    }
    // Histories in which nothing is cut, revived, adopted or forked would prove nothing.
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(RUNS / 4)
  },
  30_000 + RUNS * 500,
)

test('many feeds, and revocations that have more heads behind them than a header holds', () => {
  const options: StoryOptions = { actors: 90, steps: 500, roots: 2 }
  for (const seed of [7001, 7002]) {
    const told = tellStory(seed, options)
    const states = ordersOf(told.batches, seed)
      .slice(0, 2)
      .map((order) => stateAfter(order, 50))
    const story = admittedOf(told, states[0] as State)
    const verdicts = judge(story, told.pasts)
    expect(new Set(story.batches.map(({ feed }) => feed)).size).toBeGreaterThan(60)
    for (const state of states)
      expect(found(state, story, told)).toEqual(
        [...namesOf(story)].map((name) => `${name} ${verdicts.valid.has(name)} ${verdicts.counts.has(name)}`),
      )
  }
}, 120_000)

describe('a rule that is nearly right is found out by these histories', () => {
  const mutants: readonly (readonly [Mutant, string])[] = [
    ['clock', 'the clock in place of the causal past'],
    ['no-rank', 'rank forgotten'],
    ['skip-link', 'one link of the chain left out'],
    ['no-replaces', 'replacements ignored'],
    ['no-keep', 'kept children cut as well'],
    ['no-frontier', 'the frontier not looked at'],
  ]
  test.each(mutants)('%s: %s', (mutant) => {
    for (let seed = 1; seed <= 100; seed++) {
      const told = tellStory(seed)
      const story = admittedOf(told, stateAfter(told.batches, 1000))
      const right = judge(story, told.pasts)
      const wrong = judge(story, told.pasts, mutant)
      if ([...namesOf(story)].some((name) => right.valid.has(name) !== wrong.valid.has(name))) return
    }
    throw new Error('no history tells them apart')
  })
})

/** As told, and shuffled: batches wait for their ancestors. */
function ordersOf(batches: readonly VerifiedBatch[], seed: number): VerifiedBatch[][] {
  const [genesis, ...others] = batches as [VerifiedBatch, ...VerifiedBatch[]]
  const random = seededRandom(seed ^ 0x0bde)
  const shuffled = (): VerifiedBatch[] =>
    others
      .map((batch) => [random(), batch] as const)
      .toSorted(([a], [b]) => a - b)
      .map(([, batch]) => batch)
  return [[...batches], [genesis, ...others.toReversed()], [genesis, ...shuffled()], [genesis, ...shuffled()]]
}

/** The story without what nobody would admit. */
function admittedOf({ story, ids }: Told, state: State): Story {
  const isAdmitted = ({ id }: { id: string }): boolean => state.history.ordinalOf(bytesOf(ids.get(id) as string)) !== null
  return { ...story, batches: story.batches.filter(isAdmitted) }
}

function* namesOf({ batches }: Story): Generator<string> {
  for (const { id, ops } of batches) for (const index of ops.keys()) yield `${id}:${index}`
}

function found(state: State, story: Story, { ids }: Told): string[] {
  return [...namesOf(story)].map((name) => {
    const [batch = '', index] = name.split(':')
    const ref = (state.history.ordinalOf(bytesOf(ids.get(batch) as string)) as number) * 256 + Number(index)
    return `${name} ${!state.void.has(ref)} ${state.partOf(ref) === 'counts'}`
  })
}

function reasonsOf(state: State, { ids }: Told): string[] {
  const names = new Map([...ids].map(([batch, id]) => [id, batch]))
  return [...state.void]
    .map(([ref, why]) => `${names.get(toHex(state.history.idOf(Math.floor(ref / 256))))}:${ref % 256} ${why}`)
    .toSorted()
}

/** A node is there while a create of it counts, and has the title of the last write that counts. */
function expectFolded(state: State, { batches }: Story, { nodes, ids }: Told, { counts }: Verdicts, seed: number): void {
  for (const { id } of nodes) {
    const writes = batches.flatMap((batch) =>
      batch.ops.flatMap((o, index) =>
        (o.op === 'create' || o.op === 'set') && o.node.id === id && counts.has(`${batch.id}:${index}`)
          ? [{ o, index, ms: batch.ms, name: ids.get(batch.id) as string }]
          : [],
      ),
    )
    const node = state.fold.nodes.get(id as NodeId)
    expect(node !== undefined, `seed ${seed}: ${id} is there`).toBe(writes.some(({ o }) => o.op === 'create'))
    if (!node) continue
    const last = writes.toSorted((a, b) => a.ms - b.ms || (a.name < b.name ? -1 : a.name > b.name ? 1 : a.index - b.index)).at(-1)
    expect(read(node, 'title'), `seed ${seed}: title of ${id}`).toBe(last?.o.value)
  }
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}
