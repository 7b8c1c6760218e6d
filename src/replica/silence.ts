/**
 * Ending runs whose agent has gone silent, so that somebody else can take the task. A run is never ended for being slow: any sign of
 * life counts, a beat over presence or a word in the log, and only none at all for the time of a lease and a grace ends it.
 *
 * Silence is counted by who listens, on their own clock that nobody sets, and from the moment at which a sign came in. Who slept, or
 * heard nobody at all, has heard nothing and knows nothing: the count begins anew. Of those who are here and may end the run one is
 * first by a hash of task and key, the next waits a little for them, and so on: mostly one ends it, and never nobody.
 *
 * The fold looks at it again (`core/work.ts`): an end by expiry counts only where its author had nothing of the agent's in the log
 * for the time of a lease, and never once the run was handed in, or where it has the word of the lease authority: people end that.
 */

import { beginWatch, tickWatch, type Watch } from '../core/liveness.ts'
import type { ActorKey, NodeId } from '../core/ids.ts'
import { PROTOCOL } from '../core/limits.ts'
import { inOrderOf } from '../core/rendezvous.ts'
import { FIRST_AGENT_RANK } from '../core/roles.ts'
import { scopeFault } from '../core/scope.ts'
import { hasLease, isHeld, recordsOf, runStates } from '../core/work.ts'
import { agentRunsIn } from './agent-runs.ts'
import { agentKeys } from './agents.ts'
import type { Replica } from './replica.ts'
import { liveOf } from './standing.ts'

export interface SilencePorts {
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonic: () => number
  /** When this key last gave a sign of life over presence, on that clock; null for never. */
  readonly heardOf: (actor: ActorKey) => number | null
  /** Who else is here now. */
  readonly present: () => readonly ActorKey[]
}

/** Who is linked to this device, itself not counted in any of its tabs. */
export function othersOn(
  exchange: { status(): { readonly peers: readonly { readonly actor: string }[] } },
  { actor }: Pick<Replica, 'actor'>,
): readonly ActorKey[] {
  const others = new Set(exchange.status().peers.map((peer) => peer.actor as ActorKey))
  others.delete(actor)
  return [...others]
}

export const SILENCE = {
  /** After the lease: a word may be on its way. */
  graceMs: 30_000,
  /** How long each waits for whoever comes before them. */
  turnMs: 5000,
} as const

export interface SilenceWatch {
  /** Looks, and ends what is over; answers the tasks. Call it every second or so: a long gap means that the device slept. */
  look(): readonly NodeId[]
}

export function watchSilence(replica: Replica, { monotonic, heardOf, present }: SilencePorts): SilenceWatch {
  /** Since when it has been awake, and since when besides it has heard anybody. */
  let awake: Watch = beginWatch(monotonic())
  let listening: Watch = awake
  /** Per agent: its last word in the log, and when it was first seen here. */
  const words = new Map<ActorKey, { readonly ms: number; readonly at: number }>()

  return { look }

  function look(): readonly NodeId[] {
    const now = monotonic()
    const others = present()
    awake = tickWatch(awake, now)
    // Cut off, one hears nobody: that says nothing of them.
    listening = others.length === 0 ? beginWatch(now) : tickWatch(listening, now)
    const ended: NodeId[] = []
    for (const agent of agentKeys(replica)) {
      const { holds } = agentRunsIn(replica).of(agent)
      const silence = now - lastSignOf(agent, now)
      if (agent === replica.actor || holds.length === 0 || silence < PROTOCOL.leaseMs + SILENCE.graceMs) continue
      for (const { task, id } of holds)
        if (silence >= PROTOCOL.leaseMs + SILENCE.graceMs + turnAt(task, others) && end(task, id, agent)) ended.push(task)
    }
    return ended
  }

  function lastSignOf(agent: ActorKey, now: number): number {
    const ms = replica.history.lastMsOf(agent)
    const known = words.get(agent)
    const word = known?.ms === ms ? known : { ms, at: now }
    words.set(agent, word)
    // Who works on this device is heard without any peer.
    const { since } = replica.isActiveHere(agent) ? awake : listening
    return Math.max(since, word.at, heardOf(agent) ?? 0)
  }

  /** How long this device waits for those before it. */
  function turnAt(task: NodeId, others: readonly ActorKey[]): number {
    const able = inOrderOf(new Set([replica.actor, ...others.filter((other) => mayEnd(other, task))]), task)
    return able.indexOf(replica.actor) * SILENCE.turnMs
  }

  function mayEnd(other: ActorKey, task: NodeId): boolean {
    const node = replica.nodes.get(task)
    return (
      node !== undefined &&
      liveOf(replica.authority, other).some(
        ({ cited, rank }) => rank < FIRST_AGENT_RANK && scopeFault(cited, 'assign', node, replica.now()) === null,
      )
    )
  }

  function end(task: NodeId, run: NodeId, agent: ActorKey): boolean {
    const node = replica.nodes.get(task)
    if (!node?.work || !isHeld(runStates(node.work, replica.history).get(run) ?? 'lost')) return false
    if (!replica.maySay('end', node, run, 'expire') || hasLease(recordsOf(node, run))) return false
    // By the log alone, and by its clocks: what the fold asks.
    const { history } = replica
    if (Math.max(replica.now(), history.latest[0]) - history.lastMsOf(agent) < PROTOCOL.leaseMs) return false
    replica.transact(null, (tx) => tx.say(node, 'end', run, 'expire'))
    return true
  }
}
