/** Answers in lines for people: a task, an agent, a document a line; what has no such line is indented JSON. */

import { stripVTControlCharacters } from 'node:util'

type Fields = Readonly<Record<string, unknown>>

export function linesOf(answer: unknown): readonly string[] {
  if (Array.isArray(answer)) return answer.length === 0 ? ['none'] : answer.flatMap((one: unknown) => lineOf(one) ?? linesOf(one))
  return [lineOf(answer) ?? JSON.stringify(answer, null, 2)]
}

function lineOf(thing: unknown): string | null {
  const { type, key, hlc, ...rest } = (typeof thing === 'object' && thing !== null ? thing : {}) as Fields
  if (type === 'task' && key !== undefined) return taskLine(thing as Fields)
  if (typeof hlc === 'string') return plain([hlc, type, short(rest['actor']), short(rest['target'])])
  if (type === 'agent') return plain([short(rest['id']), pad(rest['state'], 10), rest['name'], rest['paused'] ? '(paused)' : ''])
  if (type === 'document') return plain([short(rest['id']), rest['path'], rest['mime']])
  return null
}

function taskLine({ key, status, priority, title, assignees, progress, ready }: Fields): string {
  const who = Array.isArray(assignees) ? assignees.map(short).join(',') : ''
  const state = ready ? 'ready' : String(status)
  return plain([pad(key, 8), pad(state, 11), `p${String(priority)}`, pad(`${String(progress)}%`, 4), title, who && `@${who}`])
}

/** Titles and names are other people's: they must not move the cursor of this terminal, or begin a line of their own. */
function plain(words: readonly unknown[]): string {
  const text = words
    .filter((word) => word !== '' && word !== undefined && word !== null)
    .map(String)
    .join('  ')
  // oxlint-disable-next-line no-control-regex -- these are what is taken out
  return stripVTControlCharacters(text).replaceAll(/[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]+/g, ' ')
}

/** Keys are long, and their beginnings tell them apart. */
function short(word: unknown): unknown {
  return typeof word === 'string' && /^[0-9a-f]{64,66}$/.test(word) ? word.slice(0, 10) : word
}

function pad(word: unknown, width: number): string {
  return String(word).padEnd(width)
}
