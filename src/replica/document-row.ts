/** Documents as the world sees them: plain rows, without what is written in them. */

import { read, type WorkNode } from '../core/fold.ts'
import type { ActorKey, NodeId } from '../core/ids.ts'
import { mimeOf } from '../core/mime.ts'
import { isDeleted } from '../core/readiness.ts'
import type { Replica } from './replica.ts'

export interface DocumentRow {
  readonly id: NodeId
  readonly type: 'document'
  readonly path: string
  readonly mime: string
  readonly project: NodeId | null
  /** The task that it hangs on. */
  readonly task: NodeId | null
  readonly createdAt: string
  readonly createdBy: ActorKey
  readonly updatedAt: string
  readonly updatedBy: ActorKey
  readonly deleted: boolean
}

export function documentRow({ history, actor }: Pick<Replica, 'history' | 'actor'>, node: WorkNode): DocumentRow {
  const mime = read(node, 'mime')
  const time = (ref: number): string => new Date(history.msOf(ref)).toISOString()
  return {
    id: node.id,
    type: 'document',
    path: node.path ?? '',
    mime: typeof mime === 'string' && mime !== '' ? mime : mimeOf(node.path ?? ''),
    project: node.project,
    task: (read(node, 'parent') as NodeId | null | undefined) ?? null,
    createdAt: time(node.created),
    createdBy: node.creator,
    updatedAt: time(node.updated),
    updatedBy: history.feedOf(Math.floor(node.updated / 256)).slice(0, actor.length) as ActorKey,
    deleted: isDeleted(node),
  }
}
