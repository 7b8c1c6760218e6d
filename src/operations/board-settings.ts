/** Operations on what a workspace says of its board: shared views, limits of columns. */

import * as z from 'zod/mini'
import { toHex } from '../base/bytes.ts'
import { ok, refuse, type Result } from '../base/result.ts'
import type { Status } from '../core/fields.ts'
import { workspaceNodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { limitField, sharedViews, type SharedView, viewField } from '../replica/board-settings.ts'
import type { Replica } from '../replica/replica.ts'
import { operation } from './operation.ts'
import { status, word } from './shapes.ts'

const query = z.string().check(z.maxLength(LOCAL.viewQueryChars))

export const saveView = operation({
  name: 'save_view',
  summary: 'Save a view of the board for everybody, or change the name or query of one',
  route: 'POST /views',
  needs: ['update', 'workspace'],
  input: z.object({ view: z.optional(word), name: z.optional(word), query: z.optional(query) }),
  run({ replica }, input): Result<SharedView> {
    const known = viewsIn(replica)
    const old = known.find(({ id }) => id === input.view)
    if (input.view !== undefined && !old) return gone()
    if (!old && known.length >= LOCAL.sharedViews)
      return refuse({ code: 'too_large', detail: `A workspace has ${LOCAL.sharedViews} shared views at most.` })
    const name = input.name ?? old?.name
    if (name === undefined) return refuse({ code: 'invalid', detail: 'A view needs a name.' })
    const view = { id: old?.id ?? toHex(replica.random(6)), name, query: input.query ?? old?.query ?? '' }
    const node = workspaceNodeId(replica.workspace)
    replica.transact(`Save view ${name}`, (tx) => {
      tx.add(node, 'views', view.id)
      tx.set(node, viewField(view.id, 'name'), view.name)
      tx.set(node, viewField(view.id, 'query'), view.query)
    })
    return ok(view)
  },
})

export const deleteView = operation({
  name: 'delete_view',
  summary: 'Delete a shared view of the board',
  route: 'DELETE /views/:view',
  needs: ['update', 'workspace'],
  input: z.object({ view: word }),
  run({ replica }, { view }): Result<SharedView> {
    const old = viewsIn(replica).find(({ id }) => id === view)
    if (!old) return gone()
    replica.transact(`Delete view ${old.name}`, (tx) => tx.remove(workspaceNodeId(replica.workspace), 'views', view))
    return ok(old)
  },
})

export const limitColumn = operation({
  name: 'limit_column',
  summary:
    'Say how many tasks a column should hold at most, or that it may hold any number; the board warns, and refuses nothing',
  route: 'PUT /columns/:status/limit',
  needs: ['update', 'workspace'],
  input: z.object({ status, limit: z.nullable(z.int().check(z.minimum(1), z.maximum(LOCAL.importTasks))) }),
  run({ replica }, { status: column, limit }): Result<{ readonly limit: number | null }> {
    const node = workspaceNodeId(replica.workspace)
    replica.transact('Limit column', (tx) => tx.set(node, limitField(column as Status), limit))
    return ok({ limit })
  },
})

function viewsIn(replica: Replica): readonly SharedView[] {
  return sharedViews(replica.nodes.get(workspaceNodeId(replica.workspace)))
}

function gone(): Result<never> {
  return refuse({ code: 'not_found', detail: 'That view is not there any more.' })
}
