import { type ActorKey, shortKey } from '../../core/ids.ts'
import { useKnownPeople } from '../known-people.ts'
import { actorName } from '../names.ts'

/** What each is called; a name that two go by, as two devices of a person may, is told apart by the key. */
export function useActorNames(actors: readonly ActorKey[]): (actor: ActorKey) => string {
  const known = useKnownPeople()
  const taken = new Set<string>()
  const names = new Map<ActorKey, string>()
  for (const actor of actors) {
    const name = actorName(actor, known)
    names.set(actor, taken.has(name) ? `${name}, ${shortKey(actor)}` : name)
    taken.add(name)
  }
  return (actor) => names.get(actor) ?? actorName(actor, known)
}
