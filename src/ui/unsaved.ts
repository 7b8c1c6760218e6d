/**
 * Words that were typed and not sent yet: a comment half written, a task without its title. The log does not know of them, so the page
 * is not loaded anew while there are any.
 */

import { useEffect } from 'react'

const drafts = new Map<symbol, string>()

/** `where`: what the words are in, for "The text in … is not sent yet"; null while there are none. */
export function useUnsaved(where: string | null): void {
  useEffect(() => {
    if (where === null) return undefined
    const draft = Symbol(where)
    drafts.set(draft, where)
    return () => void drafts.delete(draft)
  }, [where])
}

/** Where there are words that would be lost. */
export function unsavedText(): readonly string[] {
  return [...new Set(drafts.values())]
}
