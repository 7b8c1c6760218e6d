/** What a reader has seen follows from the set of changes alone, and costs what came since. */

import { expect, test } from 'vitest'
import type { WorkNode } from '../core/fold.ts'
import type { NodeId } from '../core/ids.ts'
import { done } from './operate.fixture.ts'
import { exchange, founded, joined } from '../replica/cluster.fixture.ts'
import type { Replica } from '../replica/replica.ts'

const TASK = 'WN-1'
const nodeOf = (replica: Replica): WorkNode => replica.nodes.get(replica.views.find(TASK) as NodeId) as WorkNode
const seenBy = (replica: Replica): string => replica.humanEdits.readNow(nodeOf(replica))

/** The same numbers each time. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (state * 48_271) % 2_147_483_647
    return state % sides
  }
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'who reads sees all that people did and is here, no more, in whichever order it came (seed %i)',
  async (seed) => {
    const roll = dice(seed)
    const { owner, clock } = await founded()
    done(owner, 'create_task', { title: 'One' })
    const { member: device } = await joined(owner, 9, clock, 'device')
    const { member: person } = await joined(owner, 10, clock)
    const { member: agent } = await joined(owner, 7, clock, { role: 'agent' })
    const all = [owner, device, person, agent]
    for (const from of all) await exchange(owner, from)
    const readings: { readonly by: Replica; readonly seen: string; readonly known: ReadonlySet<string> }[] = []
    const nameOf = (replica: Replica, ref: number): string =>
      `${replica.history.feedOf(Math.floor(ref / 256))} ${replica.history.seqOf(Math.floor(ref / 256))} ${ref % 256}`
    const humanIn = (replica: Replica): string[] =>
      replica
        .refsOf(nodeOf(replica).id)
        .filter((ref) => replica.byOf(ref).rank < 50)
        .map((ref) => nameOf(replica, ref))
    for (let step = 0; step < 40; step++) {
      clock.ms += roll(3) * 1000
      const replica = all[roll(4)] as Replica
      const other = all[roll(4)] as Replica
      if (roll(3) === 0) done(replica, 'update_task', { id: TASK, title: `T${step}` })
      else if (roll(2) === 0 && replica !== other) await exchange(replica, other)
      else readings.push({ by: replica, seen: seenBy(replica), known: new Set(humanIn(replica)) })
      // As far as the changes that it names are here, what somebody has read elsewhere is known for what it is.
      for (const { seen, known } of readings) {
        const here = humanIn(replica)
        if (![...known].every((name) => here.includes(name))) continue
        const unseen = replica.humanEdits.unseenBy(seen, nodeOf(replica), '').map((ref) => nameOf(replica, ref))
        expect(unseen.toSorted()).toEqual(here.filter((name) => !known.has(name)).toSorted())
      }
    }
    for (let round = 0; round < 2; round++)
      for (const from of all) for (const to of all) if (from !== to) await exchange(from, to)
    expect(new Set(all.map(seenBy)).size).toBe(1)
  },
)

test('a reading costs what came since the last one, whatever the history of the node', async () => {
  const { owner } = await founded()
  done(owner, 'create_task', { title: 'One' })
  for (let i = 0; i < 500; i++) done(owner, 'update_task', { id: TASK, title: `T${i}` })
  seenBy(owner)
  let looks = 0
  const { registry } = owner.authority
  const at = registry.at.bind(registry)
  registry.at = (number) => {
    looks++
    return at(number)
  }
  const seen = seenBy(owner)
  expect(looks).toBe(0)
  expect(owner.humanEdits.unseenBy(seen, nodeOf(owner), '')).toEqual([])
  expect(looks).toBe(0)
  done(owner, 'update_task', { id: TASK, title: 'Other' })
  looks = 0
  seenBy(owner)
  expect(looks).toBeLessThan(5)
})
