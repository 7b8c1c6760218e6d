/** What the palette shows for what was typed: the best of everything, in groups, the group with the best first. */

import type { NodeId } from '../../core/ids.ts'
import type { Views } from '../../replica/views.ts'
import type { Item } from './items.ts'
import { rank } from './rank.ts'
import type { TaskLines } from './task-lines.ts'

export interface Found {
  readonly id: string
  readonly text: string
  readonly ranges: readonly number[]
  readonly what: { readonly kind: 'item'; readonly item: Item } | { readonly kind: 'task'; readonly task: NodeId }
}

export interface FoundGroup {
  readonly title: string
  readonly found: readonly Found[]
}

const MOST = 40

export function find(query: string, items: readonly Item[], tasks: TaskLines, views: Views): readonly FoundGroup[] {
  const text = query.trim()
  if (text === '') return grouped(items.filter(({ isFirst }) => isFirst).map((item) => foundItem(item, [])))
  // What only asks on is answered already. Commands first: of what fits equally well they come before tasks.
  const doable = items.filter(({ narrow }) => narrow === null)
  const lines = [...doable.map((item) => item.text), ...tasks.lines]
  const hits = rank(lines, text, MOST).map(({ at, ranges }): Found => {
    const item = doable[at]
    if (item) return foundItem(item, ranges)
    return foundTask(tasks.ids[at - doable.length] as NodeId, lines[at] as string, ranges)
  })
  const named = views.find(text)
  const at = named === null ? -1 : tasks.ids.indexOf(named)
  const line = tasks.lines[at]
  // A key that is typed in full means that task, whatever else has it in its title.
  const exact = named !== null && line ? [foundTask(named, line, [0, line.indexOf(' ')])] : []
  return grouped([...exact, ...hits.filter(({ id }) => id !== exact[0]?.id)])
}

function foundItem(item: Item, ranges: readonly number[]): Found {
  return { id: item.id, text: item.text, ranges, what: { kind: 'item', item } }
}

function foundTask(task: NodeId, text: string, ranges: readonly number[]): Found {
  return { id: task, text, ranges, what: { kind: 'task', task } }
}

function grouped(all: readonly Found[]): readonly FoundGroup[] {
  const groups = new Map<string, Found[]>()
  for (const found of all) {
    const title = found.what.kind === 'task' ? 'Tasks' : found.what.item.group
    const group = groups.get(title)
    if (group) group.push(found)
    else groups.set(title, [found])
  }
  return [...groups].map(([title, found]) => ({ title, found }))
}
