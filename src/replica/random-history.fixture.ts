/** Random histories of a real workspace, signed and admitted: for laws about what is read from a log. */

import { seededRandom } from '../base/random.ts'
import { STATUSES } from '../core/fields.ts'
import type { NodeId } from '../core/ids.ts'
import { exchange, founded, joined } from './cluster.fixture.ts'
import { adopt, removeActor } from './membership.ts'
import type { Replica } from './replica.ts'

/** Work of two who are often apart; with `turning` one is removed and some of that is taken back. */
export async function randomHistory(seed: number, steps: number, turning: boolean): Promise<Replica> {
  const { owner, clock } = await founded(1)
  const { member } = await joined(owner, 7, clock)
  const random = seededRandom(seed)
  const upTo = (n: number): number => Math.floor(random() * n)
  const pick = <T>(list: readonly T[]): T => list[upTo(list.length)] as T
  const writers = [owner, member]
  for (let i = 0; i < steps; i++) {
    if (random() < 0.5) clock.ms += upTo(3000)
    const writer = pick(writers)
    // Who has heard that they were removed writes no more.
    if (!writer.may('update', 'task')) continue
    const tasks = [...writer.views.tasks()]
    const chance = random()
    // Few tasks, so that the two meet.
    if (tasks.length < 3 || chance < 0.05)
      writer.transact(null, (tx) => tx.create({ type: 'task', number: upTo(4), fields: [['title', `task ${i}`]] }))
    else if (chance < 0.9) writer.transact(null, (tx) => randomEdit(tx, pick(tasks), tasks, upTo, i))
    else if (random() < 0.7) await exchange(member, owner)
    else await exchange(owner, member)
    if (turning && i === Math.floor(steps * 0.7)) {
      await exchange(member, owner)
      removeActor(owner, member.actor)
    }
  }
  await exchange(member, owner)
  if (turning) {
    const cut = [...owner.quarantine].flatMap(([ref, why]) => (why === 'revoked' && random() < 0.4 ? [ref] : []))
    if (cut.length > 0) adopt(owner, cut)
  }
  await owner.settled()
  await owner.saved()
  return owner
}

function randomEdit(
  tx: Parameters<Parameters<Replica['transact']>[1]>[0],
  task: NodeId,
  tasks: readonly NodeId[],
  upTo: (n: number) => number,
  i: number,
): unknown {
  switch (upTo(6)) {
    case 0:
      return tx.set(task, 'status', STATUSES[upTo(STATUSES.length)] as string)
    case 1:
      return tx.set(task, 'title', `called ${i}`)
    case 2:
      return tx.set(task, 'parent', upTo(2) === 0 ? null : (tasks[upTo(tasks.length)] as NodeId))
    case 3:
      return tx.add(task, 'labels', `label ${upTo(3)}`)
    case 4:
      return tx.remove(task, 'labels', `label ${upTo(3)}`)
    default:
      return tx.add(task, 'dependencies', `blocks:${tasks[upTo(tasks.length)]}`)
  }
}
