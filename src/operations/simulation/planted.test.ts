/** A simulation that finds nothing proves nothing until it has found what was put there: four bugs, each seen by some seed. */

import { afterEach, expect, test, vi } from 'vitest'
import { toHex } from '../../base/bytes.ts'
import { History } from '../../core/history.ts'
import { feedName } from '../../log/ledger.ts'
import { Fences } from '../../replica/fences.ts'
import { State } from '../../replica/state.ts'
import type { MemoryDisk, MemoryStore } from '../../store/memory-store.ts'
import type { Store } from '../../store/store.ts'
import { type ClusterOptions, runCluster } from './cluster.fixture.ts'
import { Violation } from './cluster-laws.fixture.ts'
import type { World } from './virtual-world.fixture.ts'

const SEEDS = 40

afterEach(() => vi.restoreAllMocks())

/** What the first seed that sees a bug says of it. */
async function found(options: ClusterOptions = {}): Promise<string> {
  for (let seed = 1; seed <= SEEDS; seed++) {
    try {
      await runCluster(seed, options)
    } catch (error) {
      if (!(error instanceof Violation)) throw error
      return error.message.split('\n')[0] as string
    }
  }
  return `nothing in ${SEEDS} seeds`
}

test('a store that says "durable" before it is, so that peers see what a crash forgets, is found', async () => {
  expect(await found({ plantStore: hasty })).toMatch(/L2|lost after it was said to be saved|batches/)
}, 120_000)

test('dropping the second branch of a fork is found', async () => {
  const { offer } = State.prototype
  vi.spyOn(State.prototype, 'offer').mockImplementation(function (this: State, batch, from, admitted) {
    const { key, feed, seq } = batch.header
    const { history } = this
    const isTaken = history.chainsOf(feedName(key, feed)).some((chain) => {
      const ordinal = history.ordinalAt(chain, seq)
      return ordinal !== null && toHex(history.idOf(ordinal)) !== toHex(batch.id)
    })
    return isTaken ? { state: 'duplicate' } : offer.call(this, batch, from, admitted)
  })
  expect(await found()).toMatch(/differ in batches|still delayed/)
}, 120_000)

test('an order of arrival in place of the order of clocks is found', async () => {
  vi.spyOn(History.prototype, 'compare').mockImplementation((a, b) => a - b)
  expect(await found()).toMatch(/state hashes differ|differ in/)
}, 120_000)

test('fences that nobody looks at again when work turns are found', async () => {
  vi.spyOn(Fences.prototype, 'settle').mockReturnValue([])
  expect(await found()).toMatch(/state hashes differ|differ in|opens/)
}, 120_000)

/** Answers at once and writes a little later; what is asked for meanwhile comes from memory. */
function hasty(world: World): (store: MemoryStore, disk: MemoryDisk) => Store {
  return (store, disk) => {
    const unwritten: { wire: Uint8Array<ArrayBuffer>; arrival: number }[] = []
    return {
      ...store,
      async append(wires, own) {
        const first = disk.log.length + unwritten.length + 1
        unwritten.push(...wires.map((wire, i) => ({ wire, arrival: first + i })))
        world.clock.after(40, () => {
          void store.append(wires, own).then(() => unwritten.splice(0, wires.length))
        })
        return first
      },
      async *readAt(arrivals) {
        yield* store.readAt(arrivals.filter((arrival) => arrival <= disk.log.length))
        const held = unwritten.filter(({ arrival }) => arrivals.includes(arrival))
        if (held.length > 0) yield held
      },
    }
  }
}
