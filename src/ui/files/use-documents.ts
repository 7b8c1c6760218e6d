/** How the Files view reads. */

import { useRef, useSyncExternalStore } from 'react'
import type { WorkNode } from '../../core/fold.ts'
import type { NodeId } from '../../core/ids.ts'
import { type DocumentRow, documentRow } from '../../replica/document-row.ts'
import { useSession } from '../session.ts'

/** Ids of all documents that are not deleted, by path; the same array until one comes or goes. */
export function useDocuments(): readonly NodeId[] {
  const { views } = useSession().replica
  return useSyncExternalStore(
    (changed) => views.on('type:document', changed),
    () => views.documents.all,
  )
}

/** Ids of the documents that hang on a task. */
export function useDocumentsOn(task: NodeId): readonly NodeId[] {
  const { views } = useSession().replica
  return useSyncExternalStore(
    (changed) => views.on(`documents:${task}`, changed),
    () => views.documents.on(task),
  )
}

/** The row of a document, deleted ones too; null where there is none. */
export function useDocument(id: NodeId): DocumentRow | null {
  const { replica } = useSession()
  const last = useRef<{ readonly stamp: string; readonly row: DocumentRow }>(null)
  return useSyncExternalStore(
    (changed) => replica.views.on(id, changed),
    () => {
      const node = replica.nodes.get(id)
      if (node?.type !== 'document') return null
      const stamp = stampOf(node)
      if (last.current?.stamp !== stamp) last.current = { stamp, row: documentRow(replica, node) }
      return last.current.row
    },
  )
}

/** Another word whenever something of the node is. */
export function stampOf(node: WorkNode): string {
  return `${node.id} ${node.edits} ${node.updated} ${node.created}`
}
