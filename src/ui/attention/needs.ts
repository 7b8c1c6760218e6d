/**
 * What needs a person now, from every part that knows of such things. A part is one source: it names each thing by its cause, the same
 * for as long as the cause is, and takes it out of its list once the cause is gone. Whoever tells people of it reads this list.
 */

import { createEmitter } from '../../base/emitter.ts'
import type { Observable, Session } from '../session.ts'
import { conflictNeeds } from './conflict-needs.ts'
import { decisionNeeds } from './decision-needs.ts'
import { workNeeds } from './work-needs.ts'

export interface Need {
  readonly cause: string
  /** One sentence: what happened, and to what. */
  readonly words: string
  /** Where it is dealt with. */
  readonly address: string
}

export type NeedSource = (session: Session) => Observable<readonly Need[]>

const SOURCES: readonly NeedSource[] = [decisionNeeds, workNeeds, conflictNeeds]

/** All of them, in the order of the sources. */
export function needsOf(session: Session, sources: readonly NeedSource[] = SOURCES): Observable<readonly Need[]> {
  const all = sources.map((source) => source(session))
  const changed = createEmitter<void>()
  let parts: readonly (readonly Need[])[] = []
  let together: readonly Need[] = []
  return {
    get() {
      const now = all.map((source) => source.get())
      if (now.some((part, at) => part !== parts[at])) {
        parts = now
        together = now.flat()
      }
      return together
    },
    subscribe(listener) {
      const stops = [changed.on(listener), ...all.map((source) => source.subscribe(() => changed.emit()))]
      return () => {
        for (const stop of stops) stop()
      }
    },
  }
}
