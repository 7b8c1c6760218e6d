/**
 * Writes that are sent again: a caller names each by a key (`Idempotency-Key`), and the same key gets the same answer, done once.
 *
 * Only what succeeded is kept: a refusal wrote nothing, and may be tried again under its key. Two that come at once wait for one
 * answer. Bounded by number, size and age; a key that is forgotten is a new one. Where the store keeps receipts, they outlive this
 * process: `Replica.once` puts what is to be answered beside what was written. What was begun and not answered when the process was
 * killed, since it took several steps, is not done again either: whoever asks is told to look.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { toBase64Url, utf8 } from '../base/bytes.ts'
import { refuse, type Result } from '../base/result.ts'
import { LOCAL } from '../core/limits.ts'
import type { Replica } from '../replica/replica.ts'
import type { Receipt } from '../store/receipts.ts'
import { type Answer, problemAnswer } from './answer.ts'

interface Entry {
  /** The digest of what was asked; another question under the same key is a mistake. */
  readonly asked: string
  readonly answer: Answer | Promise<Answer>
  readonly at: number
  chars: number
}

/** The text of a receipt. */
interface Kept {
  readonly asked: string
  /** Null until it was answered. */
  readonly answer: Answer | null
}

export interface Repeats {
  /** Answers once per name. `isAgain`: it was done before. */
  once(
    name: string,
    asked: string,
    replica: Replica,
    act: () => Answer | Promise<Answer>,
  ): Promise<Result<Answer & { readonly isAgain: boolean }>>
}

const CUT_OFF = problemAnswer({
  code: 'wrong_state',
  detail: 'This was begun, and the host was ended before it was over. Look how far it came, and take a new Idempotency-Key.',
})

/** `receipts`: what was answered before this process began; null where none are kept. */
export function createRepeats(now: () => number, receipts: readonly Receipt[] | null = null): Repeats {
  const entries = new Map<string, Entry>()
  let chars = 0
  for (const { name, at, text } of receipts ?? []) {
    const { asked, answer } = JSON.parse(text) as Kept
    add(name, { asked, answer: answer ?? CUT_OFF, at, chars: text.length })
  }

  function add(name: string, entry: Entry): void {
    entries.set(name, entry)
    chars += entry.chars
  }

  function drop(name: string): void {
    chars -= entries.get(name)?.chars ?? 0
    entries.delete(name)
  }

  function tidy(): void {
    for (const [name, { at }] of entries) {
      const isFull = entries.size > LOCAL.repeatableAnswers || chars > LOCAL.repeatableChars
      if (!isFull && now() - at < LOCAL.repeatableMs) return
      drop(name)
    }
  }

  return {
    async once(name, question, replica, act) {
      tidy()
      const asked = toBase64Url(sha256(utf8(question)))
      const known = entries.get(name)
      if (known && known.asked !== asked)
        return refuse({ code: 'invalid', detail: 'This Idempotency-Key was used for another request: take a new one.' })
      if (known) return { ok: true, value: { ...(await known.answer), isAgain: true } }
      const textOf = (answer: Answer | null): string => JSON.stringify({ asked, answer } satisfies Kept)
      const kept = (answer: Answer): string => (isDone(answer) ? textOf(answer) : '')
      const answering = receipts === null ? act() : replica.once(name, textOf(null), act, kept)
      const entry: Entry = { asked, answer: answering, at: now(), chars: name.length + asked.length }
      add(name, entry)
      const failed = (): void => {
        if (entries.get(name) === entry) drop(name)
      }
      try {
        const answer = await answering
        if (!isDone(answer)) failed()
        else if (entries.get(name) === entry) {
          entry.chars += answer.body.length
          chars += answer.body.length
        }
        return { ok: true, value: { ...answer, isAgain: false } }
      } catch (error) {
        failed()
        throw error
      }
    },
  }
}

/** A refusal wrote nothing. */
function isDone({ status }: Answer): boolean {
  return status < 300
}
