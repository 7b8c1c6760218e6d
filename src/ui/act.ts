/**
 * How components write: by operations, whose refusals are said and never swallowed. What takes something away or moves it says so, and
 * offers the way back (`undo-law.ts`); nothing in the UI runs such an operation past this module (`rules/undo.test.ts`).
 */

import type { Refusal } from '../base/result.ts'
import type { InputOf, OperationName } from '../operations/table.ts'
import { notify, notifyRefusal } from './notices.ts'
import { offerUndo } from './offer-undo.ts'
import { type Session, useSession } from './session.ts'
import { taskBefore, UNDO_LAW } from './undo-law.ts'
import { faultWords } from './words.ts'

/** Runs an operation; a refusal is said in a notice. Answers whether it was done. */
export function useAct(): <N extends OperationName>(name: N, input: InputOf<N>) => boolean {
  const session = useSession()
  return (name, input) => {
    const refusal = attempt(session, name, input)
    if (refusal) notifyRefusal(refusal)
    return refusal === null
  }
}

/**
 * Runs an operation on something that this page may have written a moment ago, once that has its name; then says `done`. What is
 * written is signed, and named, right after.
 */
export function useActOnSigned(): <N extends OperationName>(name: N, input: () => InputOf<N>, done: string) => void {
  const session = useSession()
  return (name, input, done) => {
    const run = (): void => {
      const refusal = attempt(session, name, input())
      if (refusal) notifyRefusal(refusal)
      else notify(done)
    }
    session.replica.saved().then(run, (error: unknown) => notify(faultWords(error), { tone: 'bad' }))
  }
}

/**
 * Runs an operation, with the way back where there is something to take back; answers the refusal, for those who show it beside the
 * field. `said`: what was done, where who asked for it can say it better than the law.
 */
export function attempt<N extends OperationName>(session: Session, name: N, input: InputOf<N>, said?: string): Refusal | null {
  const before = taskBefore(session.replica, input)
  const result = session.run(name, input)
  if (!result.ok) return result.refusal
  const words = said ?? UNDO_LAW[name](input, session.replica, before)
  if (words !== null) offerUndo(session.replica, words, aboutOf(input))
  return null
}

/** A newer notice about the same thing takes the place of the older. */
function aboutOf(input: object): string | null {
  if ('ids' in input && Array.isArray(input.ids)) return String(input.ids[0])
  return 'id' in input ? String(input.id) : null
}
