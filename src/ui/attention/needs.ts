/**
 * What people are told of: what the inbox has for this person, each thing by its cause, which is the same for as long as the cause is.
 * Once the cause is gone it is not in the list, and neither is what was put away.
 */

import type { ActorKey } from '../../core/ids.ts'
import type { ConcernKind } from '../../replica/inbox-item.ts'
import { type Entry, inboxIn } from '../inbox/inbox-watch.ts'
import { mergePeople, saidIn } from '../known-people.ts'
import { links } from '../links.ts'
import { actorName } from '../names.ts'
import type { Decision } from '../people/attention-watch.ts'
import type { Observable, Session } from '../session.ts'
import { count } from '../words.ts'

export interface Need {
  readonly cause: string
  /** One sentence: what happened, and to what. */
  readonly words: string
  /** Where it is dealt with. */
  readonly address: string
}

/** Neither a task that nobody has touched for long nor rights that end some hours from now are worth a call. */
const WORDS: Readonly<Partial<Record<ConcernKind, string>>> = {
  question: 'A question waits for an answer',
  failed: 'Work failed',
  stalled: 'An agent has gone silent',
  budget: 'A run has cost more than it may',
  refused: 'An agent tried what it may not',
  review: 'Work waits to be looked at',
}

export function needsOf(session: Session): Observable<readonly Need[]> {
  const inbox = inboxIn(session)
  let seen: readonly Entry[] | null = null
  let needs: readonly Need[] = []
  return {
    get() {
      const entries = inbox.get()
      if (entries === seen) return needs
      seen = entries
      needs = entries.filter(({ mayAct }) => mayAct).flatMap((entry) => needOf(entry, session) ?? [])
      return needs
    },
    subscribe: (listener) => inbox.subscribe(listener),
  }
}

function needOf(entry: Entry, session: Session): Need | null {
  const { workspaceId } = session
  switch (entry.kind) {
    case 'task':
      return taskNeed(entry, session)
    case 'decision':
      return { cause: entry.key, words: decisionWords(entry.of, session), address: links.people(workspaceId) }
    case 'expiring':
      return null
  }
}

function taskNeed({ key, of: { task, concerns } }: Entry & { readonly kind: 'task' }, session: Session): Need | null {
  const row = session.replica.views.task(task)
  if (!row) return null
  const cause = key
  if (concerns[0]?.kind === 'conflict') {
    const fields = row.conflicts.map(({ field }) => field).join(' and ')
    const words = `Two versions of the ${fields} of ${row.key} ${row.title}`
    return { cause, words, address: links.task(session.workspaceId, row.key) }
  }
  const words = concerns.map(({ kind }) => WORDS[kind]).find((one) => one !== undefined)
  return words ? { cause, words: `${words}: ${row.key} ${row.title}`, address: links.inbox(session.workspaceId) } : null
}

function decisionWords({ item }: Decision, { replica, people }: Session): string {
  const known = mergePeople(saidIn(replica).get(), people.get(), replica.actor)
  const nameOf = (actor: ActorKey): string => actorName(actor, known)
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
