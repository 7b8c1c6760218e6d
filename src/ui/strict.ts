/** What stands between a strict task and its beginning, in the words of a person, who is here taken into account. */

import { useSyncExternalStore } from 'react'
import { isClosed } from '../core/readiness.ts'
import { workspaceNodeId } from '../core/ids.ts'
import type { Policy } from '../replica/policy.ts'
import { policyOf } from '../replica/policy.ts'
import type { TaskRow } from '../replica/task-row.ts'
import { useKnownPeople } from './known-people.ts'
import { actorName } from './names.ts'
import { useSession } from './session.ts'
import { useObservable } from './use-observable.ts'

export interface StrictNote {
  /** Whether nothing can begin as it is. */
  readonly isStuck: boolean
  readonly words: string
}

/** Null of a task that is not strict, or is over. */
export function useStrictNote(task: TaskRow): StrictNote | null {
  const { replica, links } = useSession()
  const policy = usePolicyText()
  const known = useKnownPeople()
  const linked = useObservable(links).peers
  const node = replica.nodes.get(task.id)
  if (task.claimMode !== 'strict' || !node || isClosed(node)) return null
  const isHere = (key: string): boolean =>
    key === replica.actor || known.some(({ actor, here }) => here && actor === key) || linked.some(({ actor }) => actor === key)
  const nameOf = (key: string): string => (key === replica.actor ? 'this device' : actorName(key, known))
  return strictNote(task, JSON.parse(policy) as Policy, isHere, nameOf)
}

export function strictNote(
  { run }: Pick<TaskRow, 'run'>,
  { leaseAuthority, leaseWaitsOn }: Pick<Policy, 'leaseAuthority' | 'leaseWaitsOn'>,
  isHere: (key: string) => boolean,
  nameOf: (key: string) => string,
): StrictNote {
  const stuck = (words: string): StrictNote => ({ isStuck: true, words: `Strict: ${words}` })
  const names = leaseWaitsOn.map(nameOf).join(', ')
  if (run?.lease?.given) return { isStuck: false, words: `Strict: begun by the lease of ${nameOf(run.lease.authority)}` }
  if (run?.state === 'working' || run?.state === 'submitted')
    return { isStuck: false, words: 'Strict: begun before it was, or without asking' }
  if (leaseAuthority === null && leaseWaitsOn.length > 0)
    return stuck(`nothing begins, since several were named apart to give leases (${names}). ${NAME_ONE}`)
  if (leaseAuthority === null) return stuck(`nothing begins, since nobody gives leases here. ${NAME_ONE}`)
  if (leaseWaitsOn.length > 0)
    return stuck(`nothing begins before ${names} lets ${nameOf(leaseAuthority)} give leases. ${NAME_ONE}`)
  if (!isHere(leaseAuthority))
    return stuck(
      `nothing begins, since ${nameOf(leaseAuthority)} gives the leases and is not seen here. Open it, or name another: Agents, How agents work here`,
    )
  return { isStuck: false, words: `Strict: begins once ${nameOf(leaseAuthority)} has given a lease` }
}

const NAME_ONE = 'Name one: Agents, How agents work here'

/** As text: the same as long as it says the same. */
function usePolicyText(): string {
  const { replica } = useSession()
  return useSyncExternalStore(
    (changed) => replica.views.on(workspaceNodeId(replica.workspace), changed),
    () => JSON.stringify(policyOf(replica)),
  )
}
