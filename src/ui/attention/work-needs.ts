/** Work that waits for a person: questions, failures, silence, reviews, budgets. What of it the inbox shows, people are told of. */

import type { ConcernKind } from '../../replica/inbox-item.ts'
import { inboxIn, type Entry } from '../inbox/inbox-watch.ts'
import { links } from '../links.ts'
import type { Observable, Session } from '../session.ts'
import type { Need } from './needs.ts'

/** Conflicts have a source of their own, and a task that nobody has touched for long is not urgent. */
const WORDS: Readonly<Partial<Record<ConcernKind, string>>> = {
  question: 'A question waits for an answer',
  failed: 'Work failed',
  stalled: 'An agent has gone silent',
  budget: 'A run has cost more than it may',
  refused: 'An agent tried what it may not',
  review: 'Work waits to be looked at',
}

export function workNeeds(session: Session): Observable<readonly Need[]> {
  const inbox = inboxIn(session)
  const { views } = session.replica
  let seen: readonly Entry[] | null = null
  let needs: readonly Need[] = []
  return {
    get() {
      const entries = inbox.get()
      if (entries === seen) return needs
      seen = entries
      needs = entries.flatMap((entry) => (entry.kind === 'task' && entry.mayAct ? needOf(entry) : []))
      return needs
    },
    subscribe: (listener) => inbox.subscribe(listener),
  }

  function needOf({ key, of: { task, concerns } }: Entry & { readonly kind: 'task' }): readonly Need[] {
    const row = views.task(task)
    const words = concerns.map(({ kind }) => WORDS[kind]).find((one) => one !== undefined)
    if (!row || words === undefined) return []
    return [{ cause: key, words: `${words}: ${row.key} ${row.title}`, address: links.inbox(session.workspaceId) }]
  }
}
