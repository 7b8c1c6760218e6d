/** Decisions about people, rights and work that does not count, as far as this person can do something about them. */

import type { ActorKey } from '../../core/ids.ts'
import { mergePeople, saidIn } from '../known-people.ts'
import { links } from '../links.ts'
import { actorName } from '../names.ts'
import { attentionIn, type Decision } from '../people/attention-watch.ts'
import type { Observable, Session } from '../session.ts'
import { count } from '../words.ts'
import type { Need } from './needs.ts'

export function decisionNeeds(session: Session): Observable<readonly Need[]> {
  const { replica, people, workspaceId } = session
  const watch = attentionIn(replica)
  const address = links.people(workspaceId)
  let seen: readonly Decision[] = []
  let needs: readonly Need[] = []
  return {
    get() {
      if (watch.get() === seen) return needs
      seen = watch.get()
      const known = mergePeople(saidIn(replica).get(), people.get(), replica.actor)
      const nameOf = (actor: ActorKey): string => actorName(actor, known)
      needs = seen.filter(({ mayAct }) => mayAct).map((one) => ({ cause: one.key, words: wordsOf(one, nameOf), address }))
      return needs
    },
    // Those who may decide nothing are not made to look.
    subscribe: (listener) => {
      const mayDecide = replica.capabilityFor('grant') !== null || replica.capabilityFor('revoke') !== null
      return mayDecide ? watch.subscribe(listener) : () => undefined
    },
  }
}

function wordsOf({ item }: Decision, nameOf: (actor: ActorKey) => string): string {
  switch (item.kind) {
    case 'asks':
      return `${nameOf(item.actor)} asks to become an admin`
    case 'cut':
      return `${count(item.changes, 'change')} by ${nameOf(item.target.audience)} count no more since their rights were ended`
    case 'voided':
      return `${nameOf(item.target.audience)} may work again, though that was ended`
    case 'fork':
      return `A device of ${nameOf(item.actor)} has two histories`
    case 'flood':
      return `${nameOf(item.actor)} writes far more than their rights allow for`
    case 'quarantine':
      return `${count(item.refs.length, 'change')} by ${nameOf(item.actor)} ${item.refs.length === 1 ? 'does' : 'do'} not count`
  }
}
