/** Which tasks the board shows: those whose key, title, labels or assignees have all the words, and that fit what is chosen. */

import { elements, read, type WorkNode } from '../../core/fold.ts'
import type { NodeId } from '../../core/ids.ts'
import type { Views } from '../../replica/views.ts'

export interface Filter {
  readonly text: string
  readonly label: string
  readonly assignee: string
}

export const NO_FILTER: Filter = { text: '', label: '', assignee: '' }

export function isFiltering({ text, label, assignee }: Filter): boolean {
  return text.trim() !== '' || label !== '' || assignee !== ''
}

/** Reads nodes, not rows: a row of each of ten thousand tasks would be made for nothing. */
export function filterTasks(ids: readonly NodeId[], filter: Filter, views: Views): readonly NodeId[] {
  if (!isFiltering(filter)) return ids
  const words = filter.text
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== '')
  return ids.filter((id) => {
    const node = views.nodes.get(id)
    return node !== undefined && fits(node, views.keys.keyOf(node), filter, words)
  })
}

function fits(node: WorkNode, key: string, { label, assignee }: Filter, words: readonly string[]): boolean {
  const labels = elements(node, 'labels')
  const assignees = elements(node, 'assignees')
  if (label !== '' && !labels.includes(label)) return false
  if (assignee !== '' && !assignees.includes(assignee)) return false
  if (words.length === 0) return true
  const text = [key, String(read(node, 'title') ?? ''), ...labels, ...assignees].join('\n').toLowerCase()
  return words.every((word) => text.includes(word))
}

/** All labels and assignees in use, sorted. */
export function choicesOf(views: Views): { readonly labels: readonly string[]; readonly assignees: readonly string[] } {
  const labels = new Set<string>()
  const assignees = new Set<string>()
  for (const id of views.tasks()) {
    const node = views.nodes.get(id)
    if (!node) continue
    for (const label of elements(node, 'labels')) labels.add(label)
    for (const assignee of elements(node, 'assignees')) assignees.add(assignee)
  }
  const sorted = (names: Set<string>): string[] => [...names].toSorted((a, b) => a.localeCompare(b))
  return { labels: sorted(labels), assignees: sorted(assignees) }
}
