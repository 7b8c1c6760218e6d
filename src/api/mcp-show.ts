/** What `worknode_show` answers: all of a task, or a document, in an envelope. MCP resources are the same text. */

import { ok, refuse, type Result } from '../base/result.ts'
import { isNodeId, type NodeId } from '../core/ids.ts'
import { run } from '../operations/table.ts'
import type { Replica } from '../replica/replica.ts'
import { type Answer, says } from './mcp-answer.ts'
import { factsOf, signed } from './mcp-words.ts'
import { taskMarkdown } from './task-markdown.ts'

export function showTask(replica: Replica, idOrKey: string): Result<Answer> {
  const found = run({ replica }, 'get_task', { id: idOrKey })
  if (!found.ok) return found
  const { key, status, progress, updatedBy, seen } = found.value
  const documents = run({ replica }, 'list_documents', { id: found.value.id })
  return ok(
    says(`${key}: ${status}, ${progress} %. seen: ${seen}`, { task: factsOf(found.value), seen }, [
      signed(replica, `task ${key}`, updatedBy, taskMarkdown(replica, found.value.id), {
        ...found.value,
        documents: documents.ok ? documents.value : [],
      }),
    ]),
  )
}

/** By its id, or by its path where only one document has it. */
export function showDocument(replica: Replica, idOrPath: string): Result<Answer> {
  const id = isNodeId(idOrPath) ? idOrPath : atPath(replica, idOrPath)
  if (id === null)
    return refuse({ code: 'not_found', detail: 'There is no such document here, or several have that path: name its id.' })
  const found = run({ replica }, 'get_document', { id })
  if (!found.ok) return found
  const { path, content, updatedBy, task, seen } = found.value
  return ok(
    says(`Document ${id}. seen: ${seen}`, { document: id, task, seen }, [
      signed(replica, `document ${path}`, updatedBy, content, found.value),
    ]),
  )
}

function atPath({ views, nodes }: Replica, path: string): NodeId | null {
  const found = views.documents.all.filter((id) => nodes.get(id)?.path === path)
  return found.length === 1 ? (found[0] as NodeId) : null
}
