/** How components write: by operations, whose refusals are said and never swallowed. */

import type { Refusal } from '../base/result.ts'
import type { InputOf, OperationName } from '../operations/table.ts'
import { notify, notifyRefusal } from './notices.ts'
import { type Session, useSession } from './session.ts'

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

/** Runs an operation; answers the refusal, for those who show it beside the field. */
export function attempt<N extends OperationName>(session: Session, name: N, input: InputOf<N>): Refusal | null {
  const result = session.run(name, input)
  return result.ok ? null : result.refusal
}

/** What went wrong, in words, where it was no refusal. */
export function faultWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
