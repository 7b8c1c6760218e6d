/**
 * A task in one line: `Fix the parser #bug !p1 @ada >WN-3`. Marks are `#` label, `!` priority, `@` who, `>` the task it is part of;
 * with quotes around what has blanks. All else is the title, also what looks like a mark and is none (`C#`, `#12`, `!important`).
 */

import { PRIORITIES } from '../../core/task-query.ts'

export interface QuickLine {
  readonly title: string
  readonly labels: readonly string[]
  readonly priority: number | null
  readonly assignees: readonly string[]
  /** Key of the parent as it was written. */
  readonly parent: string | null
}

const MARK = /(?<=^|\s)([#!@>])(?:"([^"]+)"|([^\s"]+))(?=\s|$)/g

/** `names`: who can be meant by the beginning of a name; oneself first. */
export function parseQuickLine(line: string, names: readonly string[]): QuickLine {
  const labels = new Set<string>()
  const assignees = new Set<string>()
  let priority: number | null = null
  let parent: string | null = null
  const title = line.replace(MARK, (all: string, mark: string, inQuotes?: string, bare?: string) => {
    const value = inQuotes ?? bare ?? ''
    if (mark === '#' && !/^\d+$/.test(value)) labels.add(value)
    else if (mark === '@') assignees.add(nameOf(value, names))
    else if (mark === '!' && priorityOf(value) >= 0) priority = priorityOf(value)
    else if (mark === '>' && /^[a-z][a-z0-9]*-\d+$/i.test(value)) parent = value.toUpperCase()
    else return all
    return ''
  })
  return { title: title.replace(/\s+/g, ' ').trim(), labels: [...labels], priority, assignees: [...assignees], parent }
}

function priorityOf(word: string): number {
  const number = /^p?([0-4])$/i.exec(word)?.[1]
  return number === undefined ? (PRIORITIES as readonly string[]).indexOf(word.toLowerCase()) : Number(number)
}

/** The name that is meant: written out, or the only one that begins so. What nobody is called stays as it is. */
function nameOf(word: string, names: readonly string[]): string {
  const start = word.toLowerCase()
  if (start === 'me' && names[0] !== undefined) return names[0]
  const whole = names.find((name) => name.toLowerCase() === start)
  const begun = names.filter((name) => name.toLowerCase().startsWith(start))
  return whole ?? (begun.length === 1 ? (begun[0] as string) : word)
}
