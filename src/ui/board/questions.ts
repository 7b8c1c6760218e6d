import { read } from '../../core/fold.ts'
import type { NodeId } from '../../core/ids.ts'
import { isDeleted } from '../../core/readiness.ts'
import type { Views } from '../../replica/views.ts'

/** How many questions on a task nobody has answered: comments that ask, and hold no answer. */
export function openQuestions(views: Views, task: NodeId): number {
  return views.commentsOn(task).filter((id) => {
    const comment = views.nodes.get(id)
    if (!comment || isDeleted(comment)) return false
    return (read(comment, 'question') ?? null) !== null && (read(comment, 'answer') ?? null) === null
  }).length
}
