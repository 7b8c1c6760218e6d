/** Where the demo stands, told from the board alone: what the person who watches it sees next. */

import type { NodeId } from '../../core/ids.ts'
import type { Replica } from '../../replica/replica.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import { demoTasks } from '../../agents/scenario/team.ts'

export interface DemoStand {
  readonly tasks: readonly TaskRow[]
  readonly done: number
  readonly total: number
  /** Keys of tasks with a question that waits for an answer. */
  readonly asks: readonly TaskRow[]
  /** Handed in, and waiting for a word. */
  readonly handedIn: readonly TaskRow[]
  /** The page of the app, once it is there. */
  readonly page: NodeId | null
}

/** The tasks of the goal and of its plan. */
const PLANNED = 6

/** Null where this workspace is no demo. */
export function demoStand(replica: Replica): DemoStand | null {
  const tasks = demoTasks(replica).flatMap((id) => replica.views.task(id) ?? [])
  if (tasks.length === 0) return null
  return {
    tasks,
    done: tasks.filter(({ status }) => status === 'done').length,
    total: Math.max(PLANNED, tasks.length),
    asks: tasks.filter(({ questions }) => questions > 0),
    handedIn: tasks.filter(({ candidates }) => candidates > 0),
    page: replica.views.documents.at('index.html', null)[0] ?? null,
  }
}

/** One sentence about what goes on. */
export function standWords({ tasks, done, total, asks, handedIn }: DemoStand): string {
  if (done === total) return 'All done. The app is built, tested and described.'
  if (asks.length > 0)
    return `${keysOf(asks)} ${asks.length === 1 ? 'has a question' : 'have questions'} for you. The others go on meanwhile.`
  if (handedIn.length > 0)
    return `${keysOf(handedIn)} ${handedIn.length === 1 ? 'is handed in and waits' : 'are handed in and wait'} for review.`
  const working = tasks.filter(({ status }) => status === 'in_progress')
  if (working.length > 0)
    return `${working.length === 1 ? 'One agent works' : `${working.length} agents work`} on ${keysOf(working)}.`
  return tasks.length === 1 ? 'The coordinator is about to plan.' : 'The next agent is about to begin.'
}

function keysOf(tasks: readonly TaskRow[]): string {
  return tasks.map(({ key }) => key).join(' and ')
}
