/**
 * What stands around a task: the tasks it waits on, those that wait on it, and the chain of open ones that takes longest.
 *
 * Layers run from what must be done first to what comes last, so every edge leads to a later layer; where people have made a
 * circle, the edge that closes it is left out of the layers and kept in the picture. The look is bounded: nearest first, and it says
 * how many were left out.
 */

import type { NodeId } from './ids.ts'

export interface Surroundings {
  /** Open or done, what must be done before. */
  waitsOn(id: NodeId): readonly NodeId[]
  neededBy(id: NodeId): readonly NodeId[]
  isOpen(id: NodeId): boolean
  /** How long it takes, in whatever is the same for all. */
  weightOf(id: NodeId): number
}

export interface DependencyGraph {
  /** Layer by layer, each from the top. */
  readonly layers: readonly (readonly NodeId[])[]
  readonly edges: readonly (readonly [first: NodeId, then: NodeId])[]
  /** The open tasks of the longest chain that runs through the task, in order; empty where it is not open, or stands alone. */
  readonly critical: readonly NodeId[]
  /** Tasks next to these that are not shown. */
  readonly left: number
}

export function graphAround(task: NodeId, around: Surroundings, most: number): DependencyGraph {
  const { shown, left } = nearest(task, around, most)
  const edges = [...shown].flatMap((then) =>
    around.waitsOn(then).flatMap((first) => (shown.has(first) ? [[first, then] as const] : [])),
  )
  const forward = withoutCircles([...shown], edges)
  return { layers: layersOf([...shown], forward), edges, critical: criticalChain(task, forward, around), left }
}

/** Both ways at once, nearest first. */
function nearest(task: NodeId, { waitsOn, neededBy }: Surroundings, most: number): { shown: Set<NodeId>; left: number } {
  const shown = new Set([task])
  const left = new Set<NodeId>()
  const queue: (readonly [id: NodeId, next: (id: NodeId) => readonly NodeId[]])[] = [
    [task, waitsOn],
    [task, neededBy],
  ]
  for (const [id, next] of queue) {
    for (const other of next(id)) {
      if (shown.has(other)) continue
      if (shown.size >= most) left.add(other)
      else {
        shown.add(other)
        queue.push([other, next])
      }
    }
  }
  return { shown, left: left.size }
}

type Edges = readonly (readonly [first: NodeId, then: NodeId])[]

/** Leaves out each edge that leads back to where a walk along the edges came from. */
function withoutCircles(ids: readonly NodeId[], edges: Edges): Edges {
  const after = byFirst(edges)
  const state = new Map<NodeId, 'open' | 'done'>()
  const kept: (readonly [NodeId, NodeId])[] = []
  const walk = (id: NodeId): void => {
    state.set(id, 'open')
    for (const then of after.get(id) ?? []) {
      if (state.get(then) === 'open') continue
      kept.push([id, then])
      if (!state.has(then)) walk(then)
    }
    state.set(id, 'done')
  }
  for (const id of ids) if (!state.has(id)) walk(id)
  return kept
}

/** Each in the layer right after the last of what it waits on. */
function layersOf(ids: readonly NodeId[], edges: Edges): NodeId[][] {
  const before = byFirst(edges.map(([first, then]) => [then, first] as const))
  const known = new Map<NodeId, number>()
  const layerOf = (id: NodeId): number => {
    const layer = known.get(id)
    if (layer !== undefined) return layer
    const found = Math.max(-1, ...(before.get(id) ?? []).map(layerOf)) + 1
    known.set(id, found)
    return found
  }
  const layers: NodeId[][] = []
  for (const id of ids) (layers[layerOf(id)] ??= []).push(id)
  return layers
}

function criticalChain(task: NodeId, edges: Edges, { isOpen, weightOf }: Surroundings): NodeId[] {
  if (!isOpen(task)) return []
  const open = edges.filter(([first, then]) => isOpen(first) && isOpen(then))
  const longest = (next: ReadonlyMap<NodeId, readonly NodeId[]>): NodeId[] => {
    const known = new Map<NodeId, { readonly ids: NodeId[]; readonly weight: number }>()
    const from = (id: NodeId): { readonly ids: NodeId[]; readonly weight: number } => {
      const chain = known.get(id)
      if (chain) return chain
      let best = { ids: [] as NodeId[], weight: 0 }
      for (const other of next.get(id) ?? []) {
        const candidate = from(other)
        if (candidate.weight > best.weight) best = candidate
      }
      const found = { ids: [id, ...best.ids], weight: weightOf(id) + best.weight }
      known.set(id, found)
      return found
    }
    return from(task).ids
  }
  const before = longest(byFirst(open.map(([first, then]) => [then, first] as const)))
  const chain = [...before.toReversed(), ...longest(byFirst(open)).slice(1)]
  return chain.length > 1 ? chain : []
}

function byFirst(edges: Edges): Map<NodeId, NodeId[]> {
  const map = new Map<NodeId, NodeId[]>()
  for (const [first, then] of edges) {
    const known = map.get(first)
    if (known) known.push(then)
    else map.set(first, [then])
  }
  return map
}
