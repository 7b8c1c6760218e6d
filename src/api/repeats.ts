/**
 * Writes that are sent again: a caller names each by a key (`Idempotency-Key`), and the same key gets the same answer, done once.
 *
 * Only what succeeded is kept: a refusal wrote nothing, and may be tried again under its key. Two that come at once wait for one
 * answer. Answer in memory, bounded by number, size and age; a key that is forgotten is a new one.
 */

import { refuse, type Result } from '../base/result.ts'
import { LOCAL } from '../core/limits.ts'
import type { Answer } from './answer.ts'

interface Entry {
  /** What was asked; another question under the same key is a mistake. */
  readonly asked: string
  readonly answer: Promise<Answer>
  readonly at: number
  chars: number
}

export interface Repeats {
  /** Answers once per key. `isAgain`: it was answered before. */
  once(key: string, asked: string, act: () => Promise<Answer>): Promise<Result<Answer & { readonly isAgain: boolean }>>
}

export function createRepeats(now: () => number): Repeats {
  const entries = new Map<string, Entry>()
  let chars = 0

  function drop(key: string): void {
    chars -= entries.get(key)?.chars ?? 0
    entries.delete(key)
  }

  function tidy(): void {
    for (const [key, { at }] of entries) {
      const isFull = entries.size > LOCAL.repeatableAnswers || chars > LOCAL.repeatableChars
      if (!isFull && now() - at < LOCAL.repeatableMs) return
      drop(key)
    }
  }

  return {
    async once(key, asked, act) {
      tidy()
      const known = entries.get(key)
      if (known && known.asked !== asked)
        return refuse({ code: 'invalid', detail: 'This Idempotency-Key was used for another request: take a new one.' })
      if (known) return { ok: true, value: { ...(await known.answer), isAgain: true } }
      const entry: Entry = { asked, answer: act(), at: now(), chars: asked.length }
      entries.set(key, entry)
      chars += entry.chars
      const failed = (): void => {
        if (entries.get(key) === entry) drop(key)
      }
      const answer = await entry.answer.catch((error: unknown) => {
        failed()
        throw error
      })
      if (answer.status >= 300) failed()
      else if (entries.get(key) === entry) {
        entry.chars += answer.body.length
        chars += answer.body.length
      }
      return { ok: true, value: { ...answer, isAgain: false } }
    },
  }
}
