/** Which tasks come next for whoever asks, best first; or why there are none, since an agent that hears only "none" asks again and again. */

import { rowOf } from '../operations/find.ts'
import { nextTask } from '../operations/next-task.ts'
import type { Replica } from '../replica/replica.ts'
import { type Answer, says } from './mcp-answer.ts'
import { briefly, factsOf } from './mcp-words.ts'

export function nextTasks(replica: Replica, most: number, label?: string): Answer {
  const { fitting, why } = nextTask(replica)
  const ready = fitting.map((id) => rowOf(replica, id)).filter(({ labels }) => label === undefined || labels.includes(label))
  const mine = replica.views
    .column('in_progress')
    .map((id) => rowOf(replica, id))
    .filter(({ run }) => run?.agent === replica.actor)
  const shown = ready.slice(0, most)
  const can = ready.length === 1 ? '1 task can be begun.' : `${ready.length} tasks can be begun, the best for you first.`
  const cannot = ['No task can be begun now.', ...why.map(({ detail, tasks }) => `${tasks}: ${detail}`)].join(' ')
  const held = mine.length === 0 ? '' : ` You hold ${mine.map(({ key }) => key).join(', ')}: finish that first.`
  return says(
    `${ready.length > 0 ? can : cannot}${held}`,
    { ready: shown.map(factsOf), held: mine.map(factsOf), why },
    shown.map((row) => briefly(replica, row)),
  )
}
