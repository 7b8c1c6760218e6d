/** Whom a key or an assignee stands for. A key is the actor; names are what people and agents say they are called. */

import { read, type WorkNode } from '../core/fold.ts'
import { isNodeId, type NodeId, shortKey } from '../core/ids.ts'

/** Somebody who is or was here. */
export interface Named {
  readonly name: string
  readonly actor: string
}

/** The name of who has this key; where nobody has said it, a short form of the key that one can compare. */
export function actorName(actor: string, people: readonly Named[]): string {
  const known = people.find((person) => person.actor === actor && person.name !== '')
  return known ? known.name : shortKey(actor)
}

/** An assignee is a name, or the id of an agent, or a key. */
export function assigneeName(assignee: string, nodes: ReadonlyMap<NodeId, WorkNode>, people: readonly Named[]): string {
  if (isNodeId(assignee)) return agentName(nodes.get(assignee)) ?? 'an agent that is not here'
  return /^01[0-9a-f]{64}$/.test(assignee) ? actorName(assignee, people) : assignee
}

function agentName(node: WorkNode | undefined): string | null {
  const name = node && read(node, 'name')
  return typeof name === 'string' && name !== '' ? name : null
}
