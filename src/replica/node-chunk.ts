/**
 * A chunk of worknodes in a snapshot: JSON text, which engines read faster than a structured clone of so many small objects.
 * What JSON has no form for rides beside it: the updates of texts, and nodes with byte strings among their values.
 */

import type { Value } from '../core/batch.ts'
import type { WorkNode } from '../core/fold.ts'

export interface NodeChunk {
  readonly json: string
  /** By place in the chunk. */
  readonly texts: readonly (readonly [place: number, texts: WorkNode['texts']])[]
  /** Nodes that are null in the JSON. */
  readonly whole: readonly (readonly [place: number, node: WorkNode])[]
}

export function packNodes(nodes: readonly WorkNode[]): NodeChunk {
  const texts: [number, WorkNode['texts']][] = []
  const whole: [number, WorkNode][] = []
  const plain = nodes.map((node, place) => {
    if (Object.values(node.registers).some(holdsBytes)) {
      whole.push([place, node])
      return null
    }
    if (Object.keys(node.texts).length === 0) return node
    texts.push([place, node.texts])
    return { ...node, texts: {} }
  })
  return { json: JSON.stringify(plain), texts, whole }
}

export function unpackNodes({ json, texts, whole }: NodeChunk): WorkNode[] {
  const nodes = JSON.parse(json) as WorkNode[]
  for (const [place, node] of whole) nodes[place] = node
  for (const [place, own] of texts) nodes[place] = { ...(nodes[place] as WorkNode), texts: own }
  return nodes
}

function holdsBytes(value: Value): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (value instanceof Uint8Array) return true
  return (Array.isArray(value) ? (value as readonly Value[]) : Object.values(value as Record<string, Value>)).some(holdsBytes)
}
