/**
 * What a tool answers: a line of Worknode's own words, and what people and agents wrote, in envelopes.
 *
 * A model cannot tell data from instructions by itself. So the two never mix: what somebody wrote (titles, bodies, documents, comments,
 * names) stands only in an envelope that names the key which signed it, and the envelope ends with a mark drawn for this answer,
 * which no text that was written before can contain. Everything outside of envelopes is made of keys, ids, states and numbers.
 */

import type { Bytes } from '../base/bytes.ts'
import { toHex } from '../base/bytes.ts'
import type { Refusal, Result } from '../base/result.ts'
import { type HumanFence, isHumanFence } from '../operations/human-fence.ts'

export const FORMATS = ['markdown', 'json'] as const
export type Format = (typeof FORMATS)[number]

/** What somebody wrote. */
export interface Quote {
  /** What it is: `task WN-12`, `document docs/plan.md`. */
  readonly of: string
  /** The key that signed it, hex. */
  readonly author: string
  /** What that key says it is called; its own word, so it is quoted as well. */
  readonly name: string
  readonly markdown: string
  readonly json: unknown
}

export interface Answer {
  readonly says: string
  /** Ids, keys, states and numbers: nothing that somebody wrote. */
  readonly data: Readonly<Record<string, unknown>>
  readonly quotes: readonly Quote[]
}

export function says(words: string, data: Answer['data'] = {}, quotes: readonly Quote[] = []): Answer {
  return { says: words, data, quotes }
}

const MARK_BYTES = 6

export function textOf({ says: words, data, quotes }: Answer, format: Format, random: (length: number) => Bytes): string {
  if (format === 'json')
    return JSON.stringify({
      says: words,
      ...data,
      ...(quotes.length > 0 && { untrusted: quotes.map(({ of, author, name, json }) => ({ of, author, name, data: json })) }),
    })
  const mark = `untrusted-${toHex(random(MARK_BYTES))}`
  return [words, ...quotes.map((quote) => enveloped(quote, mark))].join('\n\n')
}

/** As MCP has it, and WebMCP as well. */
export interface ToolResult {
  readonly [other: string]: unknown
  readonly content: { type: 'text'; text: string }[]
  readonly isError?: boolean
}

export function resultOf(result: Result<Answer>, format: Format, random: (length: number) => Bytes): ToolResult {
  if (!result.ok) return { isError: true, content: [{ type: 'text', text: textOfRefusal(result.refusal, format, random) }] }
  return { content: [{ type: 'text', text: textOf(result.value, format, random) }] }
}

/** The code first: agents act on it. */
function textOfRefusal(refusal: Refusal, format: Format, random: (length: number) => Bytes): string {
  const words = `${refusal.code}: ${refusal.detail}`
  if (!isHumanFence(refusal)) return words
  const { seen, changes } = refusal
  return textOf(says(`${words} seen: ${seen}`, { seen }, quotesOf(changes)), format, random)
}

/** What people changed, an envelope for each of them. */
function quotesOf(changes: HumanFence['changes']): readonly Quote[] {
  return [...new Set(changes.map(({ by }) => by))].map((by) => {
    const theirs = changes.filter((one) => one.by === by)
    const told = theirs.map(({ field, at, was, now, diff }) => ({ field, at, was, now, diff }))
    const markdown = told.map((one) => JSON.stringify(one)).join('\n')
    return { of: 'changes', author: by, name: theirs[0]?.name ?? '', markdown, json: told }
  })
}

function enveloped({ of, author, name, markdown }: Quote, mark: string): string {
  return `<${mark} of="${attribute(of)}" author="${author}" name="${attribute(name)}">\n${markdown.trimEnd()}\n</${mark}>`
}

function attribute(text: string): string {
  return text.replaceAll(/[\p{Cc}"<>&]/gu, ' ').slice(0, 200)
}
