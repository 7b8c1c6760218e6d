/** The way back of what was just done, whatever is done meanwhile; and what is said of it. */

import type { Replica, TakenBack } from '../replica/replica.ts'
import { notify } from './notices.ts'

/** Says what was done. Undo takes back that very step, not whichever is the last by then. */
export function offerUndo(replica: Replica, words: string, about: string | null): void {
  const step = replica.nextUndo
  const run = (): void => sayTurned('Undone', 'That was taken back already', replica.undo(step))
  notify(words, { action: { label: 'Undo', run }, about })
}

export function sayTurned(done: string, nothing: string, step: TakenBack | null): void {
  if (step === null) return notify(nothing, { about: 'undo' })
  const rest = step.skipped > 0 ? '. Part of it was changed since, and stays as it is now' : ''
  notify(`${done}: ${step.label}${rest}`, { about: 'undo' })
}
