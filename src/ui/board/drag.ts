/**
 * Dragging cards. What is dragged and what it is over are the browser's own; the drop becomes one call of `drop`.
 *
 * A card takes the drop above or below itself, the rest of a cell takes it at its end. A card dropped on itself stays. A card that
 * is selected takes all that are selected with it.
 */

import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine'
import { draggable, dropTargetForElements, monitorForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { attachClosestEdge, type Edge, extractClosestEdge } from '@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge'
import { type RefObject, useEffect, useState } from 'react'
import type { Status } from '../../core/fields.ts'
import type { NodeId } from '../../core/ids.ts'
import type { Replica } from '../../replica/replica.ts'
import type { Anchor } from '../kit/menu.tsx'
import { useSession } from '../session.ts'
import { type BoardTools, useBoard } from './board-context.ts'
import type { Cell } from './cells.ts'
import { liftByTouch } from './touch-drag.ts'

type Data = Record<string | symbol, unknown>
const TASK = 'worknode-task'
const CELL = 'worknode-cell'

interface CardPlace {
  readonly id: NodeId
  readonly lane: string
  readonly column: string
  /** Whether cards have an order that a drop may change. */
  readonly ordered: boolean
}

/** Makes a card draggable and a place to drop on. `slot` is the card with the gap around it. */
export function useCardDrag(place: CardPlace, slot: RefObject<HTMLElement | null>, card: RefObject<HTMLElement | null>) {
  const { id, lane, column, ordered } = place
  const { replica } = useSession()
  const { openMenu } = useBoard()
  const [dragging, setDragging] = useState(false)
  const [edge, setEdge] = useState<Edge | null>(null)
  useEffect(() => {
    if (!slot.current || !card.current) return undefined
    return combine(
      draggable({
        element: card.current,
        canDrag: () => mayMove(replica, id),
        getInitialData: () => ({ [TASK]: id, [CELL]: { lane, column } }),
        onDragStart: () => setDragging(true),
        onDrop: () => setDragging(false),
      }),
      liftByTouch({
        card: card.current,
        mayDrag: () => mayMove(replica, id),
        onHeld: ({ x, y }) => openMenu({ kind: 'task', task: id, cell: { lane, column }, anchor: anchorAt(x, y) }),
      }),
      dropTargetForElements({
        element: slot.current,
        canDrop: ({ source }) => ordered && TASK in source.data,
        getData: ({ input, element }) => attachClosestEdge({ [TASK]: id }, { element, input, allowedEdges: ['top', 'bottom'] }),
        onDrag: ({ self, source }) => setEdge(source.data[TASK] === id ? null : extractClosestEdge(self.data)),
        onDragLeave: () => setEdge(null),
        onDrop: () => setEdge(null),
      }),
    )
  }, [id, lane, column, ordered, replica, openMenu, slot, card])
  return { dragging, edge }
}

/** Where a menu opens that was asked for at a point. */
export function anchorAt(x: number, y: number): Anchor {
  return { getBoundingClientRect: () => new DOMRect(x, y, 0, 0) }
}

/** Makes a cell a place to drop on; answers whether a drop would go to its end now. */
export function useCellDrop({ lane, column }: Cell, element: RefObject<HTMLElement | null>): boolean {
  const [over, setOver] = useState(false)
  useEffect(() => {
    if (!element.current) return undefined
    return dropTargetForElements({
      element: element.current,
      canDrop: ({ source }) => TASK in source.data,
      getData: () => ({ [CELL]: { lane, column } }),
      onDrag: ({ location }) => setOver(CELL in (location.current.dropTargets[0]?.data ?? {})),
      onDropTargetChange: ({ location }) => setOver(CELL in (location.current.dropTargets[0]?.data ?? {})),
      onDragLeave: () => setOver(false),
      onDrop: () => setOver(false),
    })
  }, [lane, column, element])
  return over
}

export function useDrops({ actions, selection, shown }: BoardTools): void {
  const { replica } = useSession()
  useEffect(
    () =>
      monitorForElements({
        canMonitor: ({ source }) => TASK in source.data,
        onDrop({ source, location }) {
          const id = source.data[TASK] as NodeId
          const from = source.data[CELL] as Cell
          const [inner] = location.current.dropTargets
          const target = location.current.dropTargets.find(({ data }) => CELL in data)
          if (!inner || !target) return
          const to = target.data[CELL] as Cell
          const ids = selection.get().has(id) ? inBoardOrder(replica, selection.get()) : [id]
          if (shown().group !== 'status') return actions.drop(ids, from, to, null)
          const place = placeOf(inner.data, ids, replica.views.column(to.column as Status))
          if (place !== 'same') actions.drop(ids, from, to, place)
          else if (from.lane !== to.lane) actions.drop(ids, from, to, null)
        },
      }),
    [actions, selection, shown, replica],
  )
}

/** By column, and as they stand in it. */
export function inBoardOrder({ views }: Replica, ids: ReadonlySet<NodeId>): readonly NodeId[] {
  const orderOf = (id: NodeId): string => views.task(id)?.order ?? ''
  return [...ids].toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
}

function mayMove(replica: Replica, id: NodeId): boolean {
  const node = replica.nodes.get(id)
  return node !== undefined && replica.may('update', node)
}

/** The card that the dropped ones go before, null for the end of the column. */
function placeOf(data: Data, ids: readonly NodeId[], column: readonly NodeId[]): NodeId | null | 'same' {
  if (!(TASK in data)) return null
  const target = data[TASK] as NodeId
  if (ids.includes(target)) return 'same'
  const moving = new Set(ids)
  const others = column.filter((other) => !moving.has(other))
  const at = others.indexOf(target) + (extractClosestEdge(data) === 'bottom' ? 1 : 0)
  const [only] = ids
  return ids.length === 1 && only && column.indexOf(only) === at ? 'same' : (others[at] ?? null)
}
