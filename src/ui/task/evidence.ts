/** What shows that a run is done: what its agent says of it, and the documents that it wrote or that hang on its task. */

import type { Value } from '../../core/batch.ts'
import { read, type WorkNode } from '../../core/fold.ts'
import type { NodeId } from '../../core/ids.ts'
import { isDeleted } from '../../core/readiness.ts'
import type { Replica } from '../../replica/replica.ts'
import type { RunRow } from '../../replica/run-row.ts'
import { authorOf } from '../read-edits.ts'

export interface Evidence {
  readonly summary: string
  /** What was run or looked at, as its agent says. */
  readonly checks: readonly string[]
}

/** Anybody may have written anything there. */
export function evidenceOf(value: Value): Evidence {
  const { summary, checks } = (value ?? {}) as { readonly summary?: unknown; readonly checks?: unknown }
  return {
    summary: typeof summary === 'string' ? summary : '',
    checks: Array.isArray(checks) ? checks.filter((check) => typeof check === 'string') : [],
  }
}

/** Those that hang on the task of the run, or on none and its agent has written in them since it began. By path. */
export function documentsOf(replica: Replica, { task, agent, began }: RunRow, documents: readonly NodeId[]): readonly WorkNode[] {
  const from = Date.parse(began)
  const isOf = (node: WorkNode): boolean => {
    const on = read(node, 'parent')
    // What hangs on another task is part of that one's work.
    if (typeof on === 'string') return on === task
    return authorOf(replica, node.updated) === agent && replica.history.msOf(node.updated) >= from
  }
  return documents
    .map((id) => replica.nodes.get(id))
    .filter((node) => node !== undefined && !isDeleted(node) && isOf(node))
    .toSorted((a, b) => ((a?.path ?? '') < (b?.path ?? '') ? -1 : 1)) as WorkNode[]
}
