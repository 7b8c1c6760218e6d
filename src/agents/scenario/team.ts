/** The team of the demo, and the goal that a person gives it. What they do is scripted; who they are and what they may is not. */

import type { NodeId } from '../../core/ids.ts'
import { read, type WorkNode } from '../../core/fold.ts'
import { run } from '../../operations/table.ts'
import type { Replica } from '../../replica/replica.ts'
import { GOAL, TITLES } from './plan.ts'

export const TEAM = [
  { role: 'coordinator', name: 'Coordinator' },
  { role: 'architect', name: 'Architect' },
  { role: 'backend', name: 'Backend' },
  { role: 'frontend', name: 'Frontend' },
  { role: 'tester', name: 'Tester' },
  { role: 'writer', name: 'Writer' },
] as const

/** Writes the goal down, for the coordinator to take. */
export function giveGoal(replica: Replica, coordinator: string): NodeId {
  const made = run({ replica }, 'create_task', { ...GOAL, status: 'ready', kind: 'plan', assignees: [coordinator] })
  if (!made.ok) throw new Error(`Broken invariant: an owner creates tasks (${made.refusal.detail})`)
  return made.value.id
}

/** The tasks of the demo that are here, the goal first; empty where this is no demo. */
export function demoTasks(replica: Replica): readonly NodeId[] {
  const wanted: readonly string[] = [GOAL.title, ...Object.values(TITLES)]
  const found = new Map<string, NodeId>()
  for (const id of replica.views.tasks()) {
    const title = read(replica.nodes.get(id) as WorkNode, 'title')
    if (typeof title === 'string' && wanted.includes(title) && !found.has(title)) found.set(title, id)
  }
  return found.has(GOAL.title) ? wanted.flatMap((title) => found.get(title) ?? []) : []
}

/** A script's own words about itself, wherever its work is shown. */
export const SCRIPTED_WORDS =
  'These agents follow a script: their words and files were written beforehand, and no model is asked. All else is real: the plan, claims, rights, refusals, your answer, the tests and their result.'
