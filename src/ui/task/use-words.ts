import { useMemo } from 'react'
import { read } from '../../core/fold.ts'
import { isNodeId, type NodeId } from '../../core/ids.ts'
import type { Replica } from '../../replica/replica.ts'
import { useKnownPeople } from '../known-people.ts'
import { assigneeName, type Named } from '../names.ts'
import { useSession } from '../session.ts'
import type { Words } from './describe-edit.ts'

/** How the story of this task calls what it names. */
export function useWords(id: NodeId): Words {
  const { replica } = useSession()
  const people = useKnownPeople()
  return useMemo(() => wordsFor(replica, people, id), [replica, people, id])
}

export function wordsFor(replica: Replica, people: readonly Named[], id: NodeId): Words {
  return {
    task: (other) => (isNodeId(other) && replica.views.task(other)?.key) || (isNodeId(other) ? 'a task that is not here' : other),
    assignee: (assignee) => assigneeName(assignee, replica.nodes, people),
    check(check) {
      const node = replica.nodes.get(id)
      const text = node && read(node, `checks/${check}/text`)
      return typeof text === 'string' && text !== '' ? text : 'a check'
    },
  }
}
