/**
 * The line that each task is found by, in one array for the search. Made when the palette opens; from then on a change costs the
 * lines of what it touched.
 */

import { createEmitter } from '../../base/emitter.ts'
import { read } from '../../core/fold.ts'
import type { NodeId } from '../../core/ids.ts'
import { isDeleted } from '../../core/readiness.ts'
import type { Views } from '../../replica/views.ts'
import type { Observable } from '../session.ts'

export interface TaskLines {
  readonly lines: readonly string[]
  readonly ids: readonly NodeId[]
  /** Grows with every change of a line. */
  readonly version: Observable<number>
}

/** `views` are listened to while somebody listens to `version`. */
export function taskLines(views: Views): TaskLines {
  const changed = createEmitter<void>()
  const lines: string[] = []
  const ids: NodeId[] = []
  const places = new Map<NodeId, number>()
  let version = 0
  for (const id of views.tasks()) take(id)

  /** Answers whether its line is another now. */
  function take(id: NodeId): boolean {
    const node = views.nodes.get(id)
    const at = places.get(id)
    const line = node?.type === 'task' && !isDeleted(node) ? `${views.keys.keyOf(node)} ${String(read(node, 'title') ?? '')}` : ''
    if (at === undefined ? line === '' : lines[at] === line) return false
    if (at === undefined) places.set(id, ids.push(id) - 1)
    // What is gone leaves an empty line, which nothing finds: the places of the others stay.
    lines[at ?? ids.length - 1] = line
    return true
  }

  return {
    lines,
    ids,
    version: {
      get: () => version,
      subscribe(listener) {
        const stop = changed.on(listener)
        const end = views.onChanged((touched) => {
          const isOther = [...touched].filter(take).length > 0
          if (!isOther) return
          version++
          changed.emit()
        })
        return () => {
          stop()
          end()
        }
      },
    },
  }
}
