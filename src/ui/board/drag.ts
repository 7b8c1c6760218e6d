/**
 * Dragging cards. What is dragged and what it is over are the browser's own; the drop becomes one call of `place`.
 *
 * A card takes the drop above or below itself, the rest of a column takes it at its end. A card dropped on itself stays.
 */

import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine'
import { draggable, dropTargetForElements, monitorForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { attachClosestEdge, type Edge, extractClosestEdge } from '@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge'
import { type RefObject, useEffect, useState } from 'react'
import type { Status } from '../../core/fields.ts'
import type { NodeId } from '../../core/ids.ts'
import type { Views } from '../../replica/views.ts'
import type { Actions } from './actions.ts'

type Data = Record<string | symbol, unknown>
const TASK = 'worknode-task'
const COLUMN = 'worknode-column'

/** Makes a card draggable and a place to drop on. `slot` is the card with the gap around it. */
export function useCardDrag(id: NodeId, slot: RefObject<HTMLElement | null>, card: RefObject<HTMLElement | null>) {
  const [dragging, setDragging] = useState(false)
  const [edge, setEdge] = useState<Edge | null>(null)
  useEffect(() => {
    if (!slot.current || !card.current) return undefined
    return combine(
      draggable({
        element: card.current,
        getInitialData: () => ({ [TASK]: id }),
        onDragStart: () => setDragging(true),
        onDrop: () => setDragging(false),
      }),
      dropTargetForElements({
        element: slot.current,
        canDrop: ({ source }) => TASK in source.data,
        getData: ({ input, element }) => attachClosestEdge({ [TASK]: id }, { element, input, allowedEdges: ['top', 'bottom'] }),
        onDrag: ({ self, source }) => setEdge(source.data[TASK] === id ? null : extractClosestEdge(self.data)),
        onDragLeave: () => setEdge(null),
        onDrop: () => setEdge(null),
      }),
    )
  }, [id, slot, card])
  return { dragging, edge }
}

/** Makes a column a place to drop on; answers whether a drop would go to its end now. */
export function useColumnDrop(status: Status, column: RefObject<HTMLElement | null>): boolean {
  const [over, setOver] = useState(false)
  useEffect(() => {
    if (!column.current) return undefined
    return dropTargetForElements({
      element: column.current,
      canDrop: ({ source }) => TASK in source.data,
      getData: () => ({ [COLUMN]: status }),
      onDrag: ({ location }) => setOver(COLUMN in (location.current.dropTargets[0]?.data ?? {})),
      onDropTargetChange: ({ location }) => setOver(COLUMN in (location.current.dropTargets[0]?.data ?? {})),
      onDragLeave: () => setOver(false),
      onDrop: () => setOver(false),
    })
  }, [status, column])
  return over
}

export function useDrops(actions: Actions, views: Views): void {
  useEffect(
    () =>
      monitorForElements({
        canMonitor: ({ source }) => TASK in source.data,
        onDrop({ source, location }) {
          const id = source.data[TASK] as NodeId
          const [inner] = location.current.dropTargets
          const column = location.current.dropTargets.find(({ data }) => COLUMN in data)
          if (!inner || !column) return
          const status = column.data[COLUMN] as Status
          const place = placeOf(inner.data, id, views.column(status))
          if (place !== 'same') actions.place(id, status, place)
        },
      }),
    [actions, views],
  )
}

/** The card that the dropped one goes before, null for the end of the column. */
function placeOf(data: Data, id: NodeId, column: readonly NodeId[]): NodeId | null | 'same' {
  if (!(TASK in data)) return null
  const target = data[TASK] as NodeId
  if (target === id) return 'same'
  const others = column.filter((other) => other !== id)
  const at = others.indexOf(target) + (extractClosestEdge(data) === 'bottom' ? 1 : 0)
  return column.indexOf(id) === at ? 'same' : (others[at] ?? null)
}
