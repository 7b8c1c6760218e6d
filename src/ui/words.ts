/** What people call things. */

import type { Status } from '../core/fields.ts'

export const STATUS_TITLE: Readonly<Record<Status, string>> = {
  backlog: 'Backlog',
  ready: 'Ready',
  in_progress: 'In progress',
  blocked: 'Blocked',
  in_review: 'In review',
  done: 'Done',
  cancelled: 'Cancelled',
}

/** By number: 0 comes first. */
export const PRIORITY_TITLE = ['Urgent', 'High', 'Medium', 'Low', 'Someday'] as const

export function priorityTitle(priority: number): string {
  return PRIORITY_TITLE[priority] ?? `Priority ${priority}`
}

const numbers = new Intl.NumberFormat('en')

/** `1 task`, `1,204 tasks`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${numbers.format(n)} ${n === 1 ? one : many}`
}

const UNITS = [
  ['y', 31_557_600_000],
  ['mo', 2_629_800_000],
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
] as const

/** `now`, `5m`, `3d`: how long ago, in as few letters as a card has room for. */
export function age(iso: string, now: number): string {
  const ms = now - Date.parse(iso)
  for (const [unit, length] of UNITS) if (ms >= length) return `${Math.floor(ms / length)}${unit}`
  return 'now'
}

/** `AB` for Ada Byron, `C1` for coder-1. */
export function initials(name: string): string {
  const words = name.split(/[\s\-_.@]+/u).filter((word) => word !== '')
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]]
  return letters.map((word) => String.fromCodePoint(word?.codePointAt(0) ?? 63).toUpperCase()).join('')
}

/** One of eight hues, always the same for the same text. */
export function hueOf(text: string): number {
  let hash = 7
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return Math.abs(hash) % 8
}

/** What went wrong, in words, where it was no refusal. */
export function faultWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
