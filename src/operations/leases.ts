/** What stands between a claim on a strict task and its beginning, and how that is said to whoever waits. */

import { refuse, type Result } from '../base/result.ts'
import { read, type WorkNode } from '../core/fold.ts'
import type { ActorKey, NodeId } from '../core/ids.ts'
import { hasLease, leaseAskedOf, recordsOf, type WorkRecord } from '../core/work.ts'
import { nameOfActor } from '../replica/agents.ts'
import { leaseAuthorityOf } from '../replica/lease-authority.ts'
import type { Replica } from '../replica/replica.ts'

/** The work on it begins by the word of the lease authority only. */
export function isStrict(task: WorkNode): boolean {
  return read(task, 'claimMode') === 'strict'
}

/** Whether the run asked for a lease and has none yet. */
export function waitsForLease(replica: Replica, task: NodeId, run: NodeId): boolean {
  const records = saidOf(replica, task, run)
  return leaseAskedOf(records) !== null && !hasLease(records)
}

export function hasBeenLeased(replica: Replica, task: NodeId, run: NodeId): boolean {
  return hasLease(saidOf(replica, task, run))
}

/** Whether a run that has not begun was claimed as its task is begun no more: asking nobody, or for what it needs no more. */
export function isClaimedOtherwise(task: WorkNode, run: NodeId): boolean {
  const records = recordsOf(task, run)
  const isFree = records.some(({ op }) => op === 'confirm') || hasLease(records)
  return !isFree && (leaseAskedOf(records) !== null) !== isStrict(task)
}

/** Whether its claim is to be said anew: that, or it waits for somebody who gives leases no more. */
export function asksInVain(replica: Replica, task: WorkNode, run: NodeId): boolean {
  if (isClaimedOtherwise(task, run)) return true
  const asked = leaseAskedOf(recordsOf(task, run))
  return waitsForLease(replica, task.id, run) && asked !== leaseAuthorityOf(replica).key
}

/** It would begin without what the task asks for now, or wait for what it needs no more. */
export function claimAnew(task: WorkNode): Result<never> {
  const why = isStrict(task) ? 'has become strict' : 'is strict no more'
  return refuse({ code: 'wrong_state', detail: `The task ${why} since you claimed it, and nothing was begun: claim it again.` })
}

/** Nothing can be claimed: nobody is there to ask. */
export function noAuthority(replica: Replica): Result<never> {
  const { waitsOn } = leaseAuthorityOf(replica)
  const why =
    waitsOn.length === 0
      ? 'this workspace has no lease authority'
      : `several were named apart as the lease authority (${namesOf(replica, waitsOn)})`
  return refuse({
    code: 'unavailable',
    detail: `The task is strict, and ${why}: nothing was claimed or begun. Take another task. ${ASK_PEOPLE}`,
  })
}

/** No lease has come for this claim. */
export function noLease(replica: Replica): Result<never> {
  const { key, waitsOn } = leaseAuthorityOf(replica)
  if (key === null) return noAuthority(replica)
  const why =
    waitsOn.length === 0
      ? `The task is strict, and its lease authority (${namesOf(replica, [key])}) has not answered.`
      : `The task is strict, and its lease authority (${namesOf(replica, [key])}) waits for the one before to let go (${namesOf(replica, waitsOn)}).`
  return refuse({
    code: 'unavailable',
    detail: `${why} Nothing was begun, and your claim stands. Ask again once that device or host is there, or release the claim and take another task. ${ASK_PEOPLE}`,
  })
}

const ASK_PEOPLE = 'A person can name another under Agents, How agents work here.'

function namesOf(replica: Replica, keys: readonly ActorKey[]): string {
  return keys.map((key) => nameOfActor(replica, key) || `key ${key.slice(2, 10)}`).join(', ')
}

function saidOf(replica: Replica, task: NodeId, run: NodeId): readonly WorkRecord[] {
  return recordsOf(replica.nodes.get(task) ?? {}, run)
}
