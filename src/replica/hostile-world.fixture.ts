/** Two honest replicas, a task, and hands of whoever attacks them: what they show, and why they refuse. */

import { expect } from 'vitest'
import type { Bytes } from '../base/bytes.ts'
import { seededBytes, seededRandom } from '../base/random.ts'
import type { VerifiedBatch } from '../core/batch.ts'
import type { NodeId } from '../core/ids.ts'
import type { CapabilitySpec } from '../core/roles.ts'
import { type KeyPair, signingKeys } from '../log/keys.ts'
import { exchange, founded, joined, type TestClock } from './cluster.fixture.ts'
import { Hand } from './hand.fixture.ts'
import { grantTo } from './membership.ts'
import type { Replica } from './replica.ts'

export interface HostileWorld {
  readonly owner: Replica
  readonly honest: Replica
  readonly clock: TestClock
  readonly task: NodeId
  /** A key with what was granted to it by the owner, or nothing. */
  hand(spec: CapabilitySpec | null): Promise<Hand>
  pairOf(hand: Hand): KeyPair
  /** Everybody gets these; answers why they were refused, if they were. */
  attack(...batches: readonly (VerifiedBatch | Bytes)[]): Promise<readonly string[]>
  /** Why the first change of a batch does not count. */
  why(batch: VerifiedBatch): string | null
  /** What both honest replicas show; fails where they differ. */
  shown(): Promise<string>
}

export async function hostileWorld(): Promise<HostileWorld> {
  let seed = 100
  const { owner, clock } = await founded(1, { ms: Date.UTC(2026, 0, 1) }, { sealed: true })
  const task = owner.transact(null, (tx) => tx.create({ type: 'task', number: 1, fields: [['title', 'as it was']] }))
  const { member: honest } = await joined(owner, 7, clock)
  await exchange(owner, honest)
  const pairs = new Map<string, KeyPair>()
  return {
    owner,
    honest,
    clock,
    task,
    async hand(spec) {
      const pair = await signingKeys(seededBytes(seededRandom(seed++))(32))
      if (spec) expect(grantTo(owner, { key: pair.key, box: null }, spec)).toMatchObject({ ok: true })
      await owner.saved()
      await exchange(owner, honest)
      clock.ms += 1000
      const hand = new Hand(pair, owner)
      pairs.set(hand.actor, pair)
      return hand
    },
    pairOf: (hand) => pairs.get(hand.actor) as KeyPair,
    async attack(...batches) {
      const wires = batches.map((batch) => ('wire' in batch ? batch.wire : batch))
      const refused = new Set<string>()
      for (const replica of [honest, owner])
        for (const reason of (await replica.receive(wires, 'attacker')).refused) refused.add(reason)
      clock.ms += 1000
      return [...refused]
    },
    why(batch) {
      const whys = [owner, honest].map((replica) => {
        const ordinal = replica.history.ordinalOf(batch.id)
        return ordinal === null ? 'not admitted' : (replica.quarantine.get(ordinal * 256) ?? null)
      })
      expect(whys[0]).toBe(whys[1])
      return whys[0] as string | null
    },
    async shown() {
      await Promise.all([owner.saved(), honest.saved()])
      await exchange(owner, honest)
      await exchange(honest, owner)
      expect(await honest.stateHash()).toBe(await owner.stateHash())
      return owner.views.task(task)?.title ?? 'gone'
    },
  }
}
