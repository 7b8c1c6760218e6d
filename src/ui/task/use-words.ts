import { useMemo } from 'react'
import { read } from '../../core/fold.ts'
import { isNodeId, type NodeId } from '../../core/ids.ts'
import { useObservable } from '../hooks.ts'
import { useSession } from '../session.ts'
import type { Words } from './describe-edit.ts'
import { assigneeName } from './names.ts'

/** How the story of this task calls what it names. */
export function useWords(id: NodeId): Words {
  const { replica, people } = useSession()
  const here = useObservable(people)
  return useMemo(
    () => ({
      task: (other) =>
        (isNodeId(other) && replica.views.task(other)?.key) || (isNodeId(other) ? 'a task that is not here' : other),
      assignee: (assignee) => assigneeName(assignee, replica.nodes, here),
      check(check) {
        const node = replica.nodes.get(id)
        const text = node && read(node, `checks/${check}/text`)
        return typeof text === 'string' && text !== '' ? text : 'a check'
      },
    }),
    [replica, here, id],
  )
}
