/** The tree as it is, whatever the type: any node with its fields, and what hangs on it. */

import * as z from 'zod/mini'
import { toHex } from '../base/bytes.ts'
import { ok, refuse, type Result } from '../base/result.ts'
import type { Value } from '../core/batch.ts'
import { elements, read, type WorkNode } from '../core/fold.ts'
import { isNodeId, type NodeId, type NodeType, workspaceNodeId } from '../core/ids.ts'
import { isDeleted } from '../core/readiness.ts'
import type { Replica } from '../replica/replica.ts'
import { textOf } from '../replica/text.ts'
import { createdKey } from './list-tasks.ts'
import { operation } from './operation.ts'
import { type Page, pageAfter, pageInput } from './page.ts'

export interface WorknodeRow {
  readonly id: NodeId
  readonly type: NodeType
  /** What it is called: its title, its name, or its path. */
  readonly name: string
  readonly parent: NodeId | null
  readonly project: NodeId | null
  readonly path: string | null
  /** Of a run its task, of a comment what it is about. */
  readonly subject: NodeId | null
  readonly createdAt: string
  readonly createdBy: string
  readonly updatedAt: string
  readonly updatedBy: string
  readonly deleted: boolean
}

export interface Worknode extends WorknodeRow {
  readonly fields: Readonly<Record<string, unknown>>
}

export const getWorknode = operation({
  name: 'get_worknode',
  summary: 'Read any node of the tree with its fields; the workspace’s own has the id “root”',
  route: 'GET /worknodes/:id',
  needs: null,
  input: z.object({ id: z.string().check(z.minLength(1), z.maxLength(64)) }),
  run({ replica }, { id }): Result<Worknode> {
    const node = find(replica, id)
    if (!node) return refuse({ code: 'not_found', detail: `There is no worknode ${id} here.` })
    return ok({ ...worknodeRow(replica, node), fields: fieldsOf(replica, node) })
  },
})

export const listChildren = operation({
  name: 'list_children',
  summary: 'List what hangs on a node: tasks below it, runs, documents, comments; deleted ones are left out',
  route: 'GET /worknodes/:id/children',
  needs: null,
  input: z.object({ id: z.string().check(z.minLength(1), z.maxLength(64)), ...pageInput }),
  run({ replica }, { id, limit, cursor }): Result<Page<WorknodeRow>> {
    const parent = find(replica, id)
    if (!parent) return refuse({ code: 'not_found', detail: `There is no worknode ${id} here.` })
    const children = [...replica.nodes.values()].filter((node) => !isDeleted(node) && parentOf(replica, node) === parent.id)
    const sorted = children.map((node) => ({ node, key: createdKey(replica, node) })).toSorted((a, b) => (a.key < b.key ? -1 : 1))
    return ok(
      pageAfter(
        sorted,
        limit,
        cursor,
        ({ key }) => key,
        ({ node }) => worknodeRow(replica, node),
        () => 0,
      ),
    )
  },
})

export function worknodeRow(replica: Replica, node: WorkNode): WorknodeRow {
  const called = [read(node, 'title'), read(node, 'name'), node.path].find((one) => typeof one === 'string' && one !== '')
  return {
    id: node.id,
    type: node.type,
    name: typeof called === 'string' ? called : '',
    parent: parentOf(replica, node),
    project: node.project,
    path: node.path,
    subject: node.subject,
    createdAt: timeOf(replica, node.created),
    createdBy: node.creator,
    updatedAt: timeOf(replica, node.updated),
    updatedBy: replica.byOf(node.updated).actor,
    deleted: isDeleted(node),
  }
}

function find(replica: Replica, id: string): WorkNode | undefined {
  if (id === 'root') return replica.nodes.get(workspaceNodeId(replica.workspace))
  const found = isNodeId(id) ? id : replica.views.find(id)
  return found === null ? undefined : replica.nodes.get(found)
}

/** What a node hangs on: its task, its subject, else its project, else the workspace, which hangs on nothing. */
function parentOf(replica: Replica, node: WorkNode): NodeId | null {
  const root = workspaceNodeId(replica.workspace)
  if (node.id === root) return null
  const said = node.type === 'task' ? replica.views.tree.parentOf(node.id) : read(node, 'parent')
  return (isNodeId(said) ? said : null) ?? node.subject ?? node.project ?? root
}

/** Registers, sets and texts by name. Parts of checks go by `checks/<item>/<part>`. */
function fieldsOf(replica: Replica, node: WorkNode): Worknode['fields'] {
  const fields: Record<string, unknown> = {}
  for (const name of Object.keys(node.registers)) fields[name] = plain(read(node, name) ?? null)
  for (const name of Object.keys(node.sets)) fields[name] = elements(node, name)
  for (const name of Object.keys(node.texts)) fields[name] = textOf(node, name, replica.history)
  return fields
}

function plain(value: Value): unknown {
  if (value instanceof Uint8Array) return toHex(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
}

function timeOf({ history }: Replica, ref: number): string {
  return new Date(history.msOf(ref)).toISOString()
}
