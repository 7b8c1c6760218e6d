/** What assignees are called on the board. Presence changes all the time and names hardly ever: only these are followed. */

import { useMemo, useSyncExternalStore } from 'react'
import { read } from '../../core/fold.ts'
import type { NodeId } from '../../core/ids.ts'
import { isDeleted } from '../../core/readiness.ts'
import { useObservable } from '../use-observable.ts'
import { type Known, useKnownPeople } from '../known-people.ts'
import { assigneeName } from '../names.ts'
import { useAuthorityVersion } from '../people/use-authority.ts'
import { useSession } from '../session.ts'
import type { NameOf } from './task-facts.ts'

/** The same function until somebody is called something else. */
export function useNameOf(): NameOf {
  const { nodes } = useSession().replica
  const people = useStable(useKnownPeople().map(({ actor, name, self }) => ({ actor, name, self })))
  return useMemo(() => (assignee) => assigneeName(assignee, nodes, people), [nodes, people])
}

/** What this person is called as an assignee. */
export function useOwnNames(): readonly string[] {
  const { replica, people } = useSession()
  const known = useKnownPeople()
  const here = useObservable(people)
  const own = [...known, ...here].filter(({ self }) => self).map(({ name }) => name)
  return useStable([...new Set([...own, replica.actor])].filter((name) => name !== ''))
}

/** Who can be given work: people who are in, and agents; oneself first. */
export function useRoster(): readonly string[] {
  const { replica } = useSession()
  useAuthorityVersion()
  useSyncExternalStore(
    (changed) => replica.views.on('type:agent', changed),
    () => replica.views.ofType('agent').length,
  )
  const { registry } = replica.authority
  const isIn = ({ actor, here }: Known): boolean =>
    here || registry.heldBy(actor as never).some((one) => replica.authority.isLive(one))
  const people = useKnownPeople().filter((person) => person.self || isIn(person))
  const agents = replica.views.ofType('agent').map((id) => agentName(id, replica.nodes))
  const others = [...people.filter(({ self }) => !self).map(({ name }) => name), ...agents].toSorted((a, b) => a.localeCompare(b))
  const own = people.filter(({ self }) => self).map(({ name }) => name)
  return useStable([...new Set([...own, ...others])].filter((name) => name !== ''))
}

function agentName(id: NodeId, nodes: ReturnType<typeof useSession>['replica']['nodes']): string {
  const node = nodes.get(id)
  return node && !isDeleted(node) ? String(read(node, 'name') ?? '') : ''
}

/** The value of before where the new one says the same. */
function useStable<T>(value: T): T {
  const text = JSON.stringify(value)
  return useMemo(() => JSON.parse(text) as T, [text])
}
