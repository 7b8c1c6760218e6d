/**
 * A new version is ready: said calmly, and gone over to when the person says so. Never while something would be lost by it: words
 * that were not sent, or changes that are not on the disk.
 */

import { useEffect } from 'react'
import { useCommands } from './commands/handlers.ts'
import { useObservable } from './use-observable.ts'
import { dismissAbout, notify } from './notices.ts'
import type { AppUpdate, Observable, Session } from './session.ts'
import { unsavedText } from './unsaved.ts'

interface Props {
  readonly update: Observable<AppUpdate | null>
  readonly session: Session | null
}

export function UpdateNotice({ update, session }: Props) {
  const ready = useObservable(update)
  const reload = (): void => void (ready && reloadSafely(ready, session))
  useCommands(ready ? { reload } : {})
  useEffect(() => {
    if (ready) say('A new version is ready', () => void reloadSafely(ready, session))
    return () => dismissAbout(ABOUT)
  }, [ready, session])
  return null
}

const ABOUT = 'update'

/** Goes over to the new version, unless something would be lost; then it says what, and offers it again. */
export async function reloadSafely(update: AppUpdate, session: Session | null): Promise<void> {
  // A field that keeps its words when it is left keeps them now.
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
  const again = (): void => void reloadSafely(update, session)
  await session?.replica.saved()
  const [where] = unsavedText()
  if (where !== undefined) return say(`Not reloaded: the text in ${where} is not sent yet. Send or clear it first`, again)
  const { pending, problem } = session?.replica.saveState ?? { pending: 0, problem: null }
  if (pending > 0)
    return say(
      `Not reloaded: changes are not saved yet${problem === null ? '' : ` (${problem})`}. They are kept in this page`,
      again,
    )
  update.apply()
}

function say(words: string, reload: () => void): void {
  notify(words, { action: { label: 'Reload', run: reload }, about: ABOUT, stays: true })
}
