/**
 * Operations on documents: the files that people and agents make. A path is given once and never changes; what is written is a text
 * that several may write in at the same time, so a new content is written as the difference to the one that is there.
 */

import { diffLines } from 'diff'
import type { Text } from 'yjs'
import * as z from 'zod/mini'
import { ok, refuse, type Result } from '../base/result.ts'
import type { FieldValue } from '../core/change.ts'
import type { WorkNode } from '../core/fold.ts'
import { isPath } from '../core/glob.ts'
import { isNodeId, type NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { type DocumentRow, documentRow } from '../replica/document-row.ts'
import type { Replica } from '../replica/replica.ts'
import { type Splice, spliceBetween } from '../replica/text-pieces.ts'
import { openText } from '../replica/text-session.ts'
import { initialText, insertPieces, textOf } from '../replica/text.ts'
import { findTask } from './find.ts'
import { operation } from './operation.ts'
import { nodeId, seen, taskRef } from './shapes.ts'

const path = z.string().check(z.refine(isPath, 'A path is relative, with "/" between names and no "..", such as docs/plan.md.'))
const content = z
  .string()
  .check(
    z.refine(
      (text) => text.length * 3 <= LOCAL.textBytes,
      `A document has ${Math.floor(LOCAL.textBytes / 3)} characters at most.`,
    ),
  )
const mime = z
  .string()
  .check(z.maxLength(LOCAL.nameChars), z.regex(/^[\w.+-]+\/[\w.+-]+$/, 'This is not a type such as text/html.'))

export const createDocument = operation({
  name: 'create_document',
  summary: 'Create a document at a path, on a task or on none',
  route: 'POST /documents',
  needs: ['create', 'document'],
  input: z.object({
    path,
    content: z._default(content, ''),
    mime: z.optional(mime),
    task: z.optional(z.nullable(taskRef)),
    project: z.optional(z.nullable(nodeId)),
    seen,
  }),
  run({ replica }, { task, project, ...given }): Result<WrittenDocument> {
    const found = task ? findTask(replica, task) : null
    if (found && !found.ok) return found
    return create(replica, given, found?.ok ? found.value : null, (project ?? null) as NodeId | null)
  },
})

export const addDocument = operation({
  name: 'add_document',
  summary: 'Create a document on a task',
  route: 'POST /tasks/:id/documents',
  needs: ['create', 'document'],
  input: z.object({ id: taskRef, path, content: z._default(content, ''), mime: z.optional(mime), seen }),
  run({ replica }, { id, ...given }): Result<WrittenDocument> {
    const task = findTask(replica, id)
    return task.ok ? create(replica, given, task.value, null) : task
  },
})

export const listDocuments = operation({
  name: 'list_documents',
  summary: 'List the documents on a task',
  route: 'GET /tasks/:id/documents',
  needs: null,
  input: z.object({ id: taskRef }),
  run({ replica }, { id }): Result<readonly DocumentRow[]> {
    const task = findTask(replica, id)
    if (!task.ok) return task
    const ids = replica.views.documents.on(task.value.id)
    return ok(ids.map((document) => documentRow(replica, replica.nodes.get(document) as WorkNode)))
  },
})

export const getDocument = operation({
  name: 'get_document',
  summary: 'Read a document with its content',
  route: 'GET /documents/:id',
  needs: null,
  input: z.object({ id: nodeId }),
  run({ replica }, { id }): Result<DocumentRow & { readonly content: string; readonly seen: string }> {
    const found = find(replica, id)
    if (!found.ok) return found
    const text = textOf(found.value, 'content', replica.history)
    return ok({ ...documentRow(replica, found.value), content: text, seen: replica.humanEdits.readNow(found.value) })
  },
})

export const updateDocument = operation({
  name: 'update_document',
  summary: 'Write a new content, or say what kind of content it is; earlier versions stay in the history',
  route: 'PUT /documents/:id',
  needs: ['update', 'document'],
  input: z.object({ id: nodeId, content: z.optional(content), mime: z.optional(mime), seen }),
  run({ replica }, { id, content: text, mime: kind }): Result<DocumentRow | WrittenDocument> {
    const found = find(replica, id)
    if (!found.ok) return found
    if (kind !== undefined) replica.transact(`Change ${found.value.path}`, (tx) => tx.set(found.value.id, 'mime', kind))
    if (text === undefined) return ok(documentRow(replica, replica.nodes.get(found.value.id) as WorkNode))
    rewrite(replica, found.value.id, text)
    return ok(written(replica, found.value.id))
  },
})

export const deleteDocument = operation({
  name: 'delete_document',
  summary: 'Delete a document, or bring it back',
  route: 'DELETE /documents/:id',
  needs: ['delete', 'document'],
  input: z.object({ id: nodeId, restore: z._default(z.boolean(), false), seen }),
  run({ replica }, { id, restore }): Result<DocumentRow> {
    const found = find(replica, id)
    if (!found.ok) return found
    const { path: name } = found.value
    replica.transact(`${restore ? 'Restore' : 'Delete'} ${name}`, (tx) => tx.set(found.value.id, 'deleted', !restore))
    return ok(documentRow(replica, replica.nodes.get(found.value.id) as WorkNode))
  },
})

export interface WrittenDocument extends DocumentRow {
  readonly seen: string
}

interface Given {
  readonly path: string
  readonly content: string
  readonly mime?: string | undefined
}

function create(replica: Replica, given: Given, task: WorkNode | null, inProject: NodeId | null): Result<WrittenDocument> {
  // In the project of its task: rights that end at a project end there for its files, too.
  const project = task ? task.project : inProject
  const [there] = replica.views.documents.at(given.path, project)
  if (there)
    return refuse({
      code: 'wrong_state',
      detail: `There is a document at ${given.path} already (${there}). Write in that one, or choose another path.`,
    })
  const fields: FieldValue[] = []
  if (given.mime !== undefined) fields.push(['mime', given.mime])
  if (task) fields.push(['parent', task.id])
  const id = replica.transact(`New document ${given.path}`, (tx) => {
    const made = tx.create({ type: 'document', project, path: given.path, fields })
    if (given.content !== '')
      for (const update of initialText(given.content, replica.feedName, made, 'content')) tx.text(made, 'content', update)
    return made
  })
  return ok(written(replica, id))
}

/** Whoever wrote all of a document knows what stands there. */
function written(replica: Replica, id: NodeId): WrittenDocument {
  const node = replica.nodes.get(id) as WorkNode
  return { ...documentRow(replica, node), seen: replica.humanEdits.readNow(node) }
}

/** Writes the lines that differ: what others write elsewhere in the text meanwhile stays, and what stays keeps its author. */
function rewrite(replica: Replica, id: NodeId, content: string): void {
  const open = openText(replica, id, 'content')
  const before = open.text.toString()
  const changes = diffLines(before, content, { timeout: DIFF_MS })
  open.doc.transact(() => {
    if (!changes) return splice(open.text, spliceBetween(before, content))
    let at = 0
    for (const { added, removed, value } of changes) {
      if (removed) open.text.delete(at, value.length)
      else if (added) insertPieces(open.text, at, value)
      if (!removed) at += value.length
    }
  })
  open.close()
}

/** Texts that have little in common take long to compare, and what is gained by it is little. */
const DIFF_MS = 100

function splice(text: Text, { at, remove, insert }: Splice): void {
  if (remove > 0) text.delete(at, remove)
  insertPieces(text, at, insert)
}

function find(replica: Replica, id: string): Result<WorkNode> {
  const node = isNodeId(id) ? replica.nodes.get(id) : undefined
  if (node?.type !== 'document') return refuse({ code: 'not_found', detail: 'There is no such document here.' })
  return ok(node)
}
