/**
 * The transcript of a run: a document for people, in Markdown, bounded. What does not fit any more is counted and said, at the
 * place where it would stand. It is the agent's own account; what really happened is in the log.
 */

import { startOf, wellFormed } from '../base/well-formed.ts'
import { LOCAL } from '../core/limits.ts'
import type { ToolAnswer, ToolCall } from './model.ts'

/** Below `TRANSCRIPTS` (`roles/role.ts`), where every agent may write. */
export function transcriptPath(key: string, run: string): string {
  return `transcripts/${key}/${run}.md`
}

const PREVIEW_CHARS = 2000
const LEFT_OUT = '\n\n*The transcript is full: later steps are not in it.*\n'

export class Transcript {
  #text: string

  constructor(text: string) {
    this.#text = text
  }

  get text(): string {
    return this.#text
  }

  heading(words: string): void {
    this.#add(`\n## ${oneLine(words)}\n`)
  }

  said(who: string, text: string): void {
    if (text.trim() !== '') this.#add(`\n**${who}:** ${preview(text)}\n`)
  }

  called({ name, input }: ToolCall): void {
    this.#add(`\n\`${name}\`\n${fenced(JSON.stringify(input) ?? 'no JSON')}`)
  }

  answered({ output, failed }: ToolAnswer): void {
    this.#add(`${failed ? '\nRefused:\n' : '\nAnswer:\n'}${fenced(output)}`)
  }

  #add(text: string): void {
    if (this.#text.endsWith(LEFT_OUT)) return
    const fits = this.#text.length + text.length + LEFT_OUT.length <= LOCAL.transcriptChars
    this.#text += fits ? wellFormed(text) : LEFT_OUT
  }
}

/** A fence longer than any in the text. */
function fenced(text: string): string {
  const shown = preview(text)
  const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}\n${shown}\n${fence}\n`
}

function preview(text: string): string {
  return text.length <= PREVIEW_CHARS ? text : `${startOf(text, PREVIEW_CHARS)} … (${text.length} characters)`
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
