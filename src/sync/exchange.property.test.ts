/** Any interleaving of writing, forking, linking and cutting among a few peers ends, healed, with equal logs. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createWorld, type Peer, sameLogs, type World } from './exchange.fixture.ts'
import type { Pair } from './pair.ts'

type Step =
  | { readonly do: 'write'; readonly at: number; readonly count: number; readonly feed: number }
  | { readonly do: 'fork'; readonly at: number; readonly of: number; readonly back: number }
  | { readonly do: 'link' | 'cut'; readonly between: number }
  | { readonly do: 'wait'; readonly ms: number }

const PEERS = 3
const PAIRS = [
  [0, 1],
  [1, 2],
  [0, 2],
] as const

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('write' as const),
        at: fc.nat(PEERS - 1),
        count: fc.integer({ min: 1, max: 30 }),
        feed: fc.nat(2),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('fork' as const), at: fc.nat(PEERS - 1), of: fc.nat(1000), back: fc.nat(20) }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('link' as const), between: fc.nat(2) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('cut' as const), between: fc.nat(2) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 150 }) }) },
  ),
  { maxLength: 30 },
)

test('peers that write, fork and lose their links end with the same batches, and send none twice on a link', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer(), async (steps, seed) => {
      const world = createWorld(seed)
      const peers = ['a', 'b', 'c'].map((name) => world.peer(name))
      for (const peer of peers)
        peer.log.storing = () => new Promise((resolve) => world.clock.after(Math.floor(world.random() * 12), resolve))
      const links: (Linked | undefined)[] = []
      const used: Linked[] = []
      for (const step of steps) {
        const linked = await take(step, world, peers, links)
        if (linked) used.push(linked)
      }
      PAIRS.forEach(
        ([a, b], n) => (links[n] ??= world.link(peers[a] as Peer, peers[b] as Peer, { travelMs: () => 1 + world.random() * 20 })),
      )
      await world.until(() => sameLogs(...peers), 5000)
      await world.turn(200)
      for (const { a, b } of [...used, ...(links as Linked[])])
        for (const end of [a, b]) expect(new Set(end.wires()).size).toBe(end.wires().length)
      const status = peers.flatMap(({ exchange }) => exchange.status().peers)
      expect(status.map(({ behind, ahead }) => [behind, ahead])).toEqual(status.map(() => [0, false]))
      expect(peers.map(({ exchange }) => exchange.shared().ownUnacknowledged)).toEqual([0, 0, 0])
    }),
    {
      numRuns: Number(process.env.FC_RUNS ?? 60),
      endOnFailure: true,
      interruptAfterTimeLimit: 100_000,
      markInterruptAsFailure: false,
    },
  )
}, 120_000)

type Linked = ReturnType<World['link']>

async function take(
  step: Step,
  world: World,
  peers: readonly Peer[],
  links: (Linked | undefined)[],
): Promise<Linked | undefined> {
  switch (step.do) {
    case 'write': {
      const peer = peers[step.at] as Peer
      for (let i = 0; i < step.count; i++) peer.log.append(peer.otherFeed(step.feed), 10 + Math.floor(world.random() * 1000))
      return undefined
    }
    case 'fork': {
      // A copied profile, or a cheat: another peer goes on from a place in a feed that it knows.
      const { log } = peers[step.at] as Peer
      const ordinal = log.history.count === 0 ? null : Math.max(0, (step.of % log.history.count) - step.back)
      if (ordinal !== null) log.append(log.history.feedOf(ordinal), 20 + Math.floor(world.random() * 100), ordinal)
      return undefined
    }
    case 'link': {
      if (links[step.between]) return undefined
      const [a, b] = PAIRS[step.between] as (typeof PAIRS)[number]
      return (links[step.between] = world.link(peers[a] as Peer, peers[b] as Peer, { travelMs: () => 1 + world.random() * 20 }))
    }
    case 'cut': {
      const link: Pair | undefined = links[step.between]
      links[step.between] = undefined
      link?.cut('cut')
      return undefined
    }
    case 'wait':
      await world.turn(step.ms)
      return undefined
  }
}
