import { mergePeople, saidIn } from '../known-people.ts'
import type { Session } from '../session.ts'
import { wordsInUse } from './task-facts.ts'

/** Whom a task can be given: people who are here, agents of the workspace, and whoever has a task already. Oneself first. */
export function knownAssignees(session: Session): readonly string[] {
  const { replica, people: here } = session
  const people = mergePeople(saidIn(replica).get(), here.get(), replica.actor).filter((person) => person.self || person.here)
  const agents = session.run('list_agents', {})
  const others = [
    ...people.filter(({ self }) => !self).map(({ name }) => name),
    ...(agents.ok ? agents.value.map(({ name }) => name) : []),
    ...wordsInUse(replica, (name) => name).agents,
  ]
  const own = people.filter(({ self }) => self).map(({ name }) => name)
  return [...new Set([...own, ...others.toSorted((a, b) => a.localeCompare(b))])].filter((name) => name !== '')
}
