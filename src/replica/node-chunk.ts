/**
 * A chunk of worknodes in a snapshot: JSON text, which engines read faster than a structured clone of so many small objects.
 * What JSON has no form for rides beside it: the updates of texts, and nodes with byte strings among their values.
 */

import { holdsBytes } from '../core/batch.ts'
import type { WorkNode } from '../core/fold.ts'
import type { Ref } from '../core/history.ts'
import type { ActorKey } from '../core/ids.ts'
import type { Work } from '../core/work.ts'

export interface NodeChunk {
  readonly json: string
  /** By place in the chunk. */
  readonly texts: readonly (readonly [place: number, texts: WorkNode['texts']])[]
  /** Nodes that are null in the JSON. */
  readonly whole: readonly (readonly [place: number, node: WorkNode])[]
}

/** A node as a list, since names that repeat in every node take longer to read than what they name. */
type Row = readonly [
  facts: readonly [WorkNode['id'], WorkNode['type'], WorkNode['project'], WorkNode['path'], WorkNode['subject']],
  creator: number,
  created: Ref,
  number: number,
  updated: Ref,
  edits: number,
  recent: Ref[],
  registers: WorkNode['registers'],
  sets: WorkNode['sets'],
  creates: readonly [again: Ref[] | null, void: Ref[] | null] | null,
  work: readonly [Work | null, agentFinish: Ref[] | null] | null,
]

export function packNodes(nodes: readonly WorkNode[]): NodeChunk {
  const creators = [...new Set(nodes.map(({ creator }) => creator))]
  const placeOf = new Map(creators.map((creator, i) => [creator, i]))
  const texts: [number, WorkNode['texts']][] = []
  const whole: [number, WorkNode][] = []
  const rows = nodes.map((node, place): Row | null => {
    if (Object.values(node.registers).some(holdsBytes)) {
      whole.push([place, node])
      return null
    }
    if (Object.keys(node.texts).length > 0) texts.push([place, node.texts])
    const facts = [node.id, node.type, node.project, node.path, node.subject] as const
    const creator = placeOf.get(node.creator) as number
    return [
      facts,
      creator,
      node.created,
      node.number,
      node.updated,
      node.edits,
      node.recent,
      node.registers,
      node.sets,
      node.createdAgain || node.voidCreates ? [node.createdAgain ?? null, node.voidCreates ?? null] : null,
      node.work || node.agentFinish ? [node.work ?? null, node.agentFinish ?? null] : null,
    ]
  })
  return { json: JSON.stringify([creators, rows]), texts, whole }
}

/** `first`: the slot of the chunk's first node. */
export function unpackNodes({ json, texts, whole }: NodeChunk, first: number): WorkNode[] {
  const [creators, rows] = JSON.parse(json) as readonly [readonly ActorKey[], readonly (Row | null)[]]
  const textsAt = new Map(texts)
  const wholeAt = new Map(whole)
  return rows.map((row, place) => {
    if (row === null) return wholeAt.get(place) as WorkNode
    const [[id, type, project, path, subject], creator, created, number, updated, edits, recent, registers, sets, creates, work] =
      row
    const facts = { id, type, project, path, subject, creator: creators[creator] as ActorKey, slot: first + place }
    const node: WorkNode = { ...facts, created, number, updated, edits, recent, registers, sets, texts: textsAt.get(place) ?? {} }
    if (creates?.[0]) node.createdAgain = creates[0]
    if (creates?.[1]) node.voidCreates = creates[1]
    if (work?.[0]) node.work = work[0]
    if (work?.[1]) node.agentFinish = work[1]
    return node
  })
}
