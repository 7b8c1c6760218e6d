/**
 * What a workspace says of its board: views that everybody finds there, and how many tasks a column should hold.
 *
 * It stands on the workspace's own node, in fields that older versions do not know and keep as they are: a set `views` of ids with
 * registers `views/<id>/name` and `views/<id>/query`, and a register `wip/<status>`. What does not fit is read as not being there.
 */

import type { Status } from '../core/fields.ts'
import { elements, read, type WorkNode } from '../core/fold.ts'
import { LOCAL } from '../core/limits.ts'

export interface SharedView {
  readonly id: string
  readonly name: string
  /** The query part of the board's address. */
  readonly query: string
}

export const viewField = (id: string, part: 'name' | 'query'): string => `views/${id}/${part}`
export const limitField = (status: Status): string => `wip/${status}`

/** By name. */
export function sharedViews(workspace: WorkNode | undefined): readonly SharedView[] {
  if (!workspace) return []
  return elements(workspace, 'views')
    .slice(0, LOCAL.sharedViews)
    .flatMap((id) => {
      const [name, query] = [read(workspace, viewField(id, 'name')), read(workspace, viewField(id, 'query'))]
      return typeof name === 'string' && typeof query === 'string' && name !== '' ? [{ id, name, query }] : []
    })
    .toSorted((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1))
}

/** How many tasks a column should hold at most, or null. */
export function columnLimit(workspace: WorkNode | undefined, status: Status): number | null {
  const limit = workspace && read(workspace, limitField(status))
  return typeof limit === 'number' && Number.isInteger(limit) && limit > 0 ? limit : null
}
