/** Agents in the words of people. */

import { lengthWords } from '../run-words.ts'
import type { LifeSigns } from './liveness-watch.ts'

export const STATE_TITLE: Readonly<Record<LifeSigns['state'], string>> = {
  working: 'Working',
  idle: 'Idle',
  quiet: 'Quiet',
  stalled: 'Stalled',
  gone: 'Gone',
}

/** `Working · heard just now`, `Stalled · nothing heard for 3 min`. */
export function lifeWords({ state, silentMs }: LifeSigns, lastWrote: string | null): string {
  const title = STATE_TITLE[state]
  if (silentMs === null)
    return `${title} · not heard since you opened this page${lastWrote === null ? '' : `, last wrote ${lastWrote}`}`
  if (state === 'working' || state === 'idle')
    return `${title} · heard ${silentMs < 10_000 ? 'just now' : `${lengthWords(silentMs)} ago`}`
  return `${title} · nothing heard for ${lengthWords(silentMs)}`
}
