/**
 * How many tokens a text is, where nobody has counted them yet: before a step is made, and of an answer that broke off. Of most texts
 * a token is three or four characters; this errs on the dear side, so that a bound reckoned with it holds.
 */

import type { ModelRequest } from './model.ts'

const CHARS_PER_TOKEN = 2

export function tokensIn(chars: number): number {
  return Math.ceil(chars / CHARS_PER_TOKEN)
}

/** Of all that is sent for one step. */
export function inputTokensOf({ system, messages, tools }: Omit<ModelRequest, 'maxOutputTokens'>): number {
  return tokensIn(system.length + JSON.stringify(messages).length + JSON.stringify(tools).length)
}
