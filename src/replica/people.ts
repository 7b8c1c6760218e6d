/**
 * Who people are: what each device says of itself, in a node that nobody else can write.
 *
 * A person may have several devices, each with a key of its own. Two are the same person's when each says so of the other: one
 * word alone proves nothing. A device says it of another by its key, or beforehand of whoever comes by an invite of its own.
 */

import { fromHex } from '../base/bytes.ts'
import { elements, read, type WorkNode } from '../core/fold.ts'
import { type ActorKey, personFacts, personNodeId } from '../core/ids.ts'
import type { Replica } from './replica.ts'

export interface PersonRow {
  readonly actor: ActorKey
  /** Empty where they have not said it. */
  readonly name: string
  /** `#rrggbb`, or empty. */
  readonly color: string
  /** Their other devices, agreed by both. */
  readonly devices: readonly ActorKey[]
}

/** Null where this key has said nothing of itself. */
export function personOf(replica: Replica, actor: ActorKey): PersonRow | null {
  const node = personNode(replica, actor)
  if (!node) return null
  const claimed = elements(node, 'devices') as ActorKey[]
  return {
    actor,
    name: textOf(node, 'name'),
    color: textOf(node, 'color'),
    devices: [...new Set([...claimed, ...invitedBy(replica, node)])].filter(
      (other) => isActor(other) && claims(replica, actor, other) && claims(replica, other, actor),
    ),
  }
}

/** Whether one key says that the other is the same person's. */
function claims(replica: Replica, actor: ActorKey, other: ActorKey): boolean {
  const node = personNode(replica, actor)
  return node !== undefined && (elements(node, 'devices').includes(other) || invitedBy(replica, node).includes(other))
}

function invitedBy({ authority }: Replica, node: WorkNode): ActorKey[] {
  return elements(node, 'deviceInvites')
    .flatMap((id) => authority.registry.get(id)?.children ?? [])
    .filter((child) => child.carriers.some(({ why }) => why === null))
    .map(({ audience }) => audience)
}

/** Everybody who has said who they are. */
export function knownPeople(replica: Replica): readonly PersonRow[] {
  return replica.views.ofType('person').flatMap((id) => {
    const node = replica.nodes.get(id)
    const row = node && personOf(replica, node.creator)
    return row ? [row] : []
  })
}

/** Says who this device's person is; nothing is written where it was said already, or may not be. */
export function describeSelf(replica: Replica, { name, color }: { readonly name: string; readonly color: string }): void {
  if (!replica.may('emit', 'person')) return
  replica.transact(null, (tx) => {
    const id = personNodeId(replica.workspace, fromHex(replica.actor))
    if (!tx.node(id)) tx.create({ type: 'person', nonce: personFacts(fromHex(replica.actor)).nonce, fields: [] })
    if (name !== '') tx.set(id, 'name', name)
    if (color !== '') tx.set(id, 'color', color)
  })
}

/** Says that another key is this person's, too. Counts once the other says the same. */
export function claimDevice(replica: Replica, other: ActorKey): void {
  describeSelf(replica, { name: '', color: '' })
  const id = personNodeId(replica.workspace, fromHex(replica.actor))
  if (replica.nodes.has(id) && other !== replica.actor) replica.transact(null, (tx) => tx.add(id, 'devices', other))
}

/** Says that whoever comes by this invite is this person, on another device. */
export function claimInvite(replica: Replica, invite: string): void {
  describeSelf(replica, { name: '', color: '' })
  const id = personNodeId(replica.workspace, fromHex(replica.actor))
  if (replica.nodes.has(id)) replica.transact(null, (tx) => tx.add(id, 'deviceInvites', invite))
}

/** Asks the admins to become one, or asks no more. They compare a code before they grant it. */
export function askForAdmin(replica: Replica, asks: boolean): void {
  describeSelf(replica, { name: '', color: '' })
  const id = personNodeId(replica.workspace, fromHex(replica.actor))
  if (replica.nodes.has(id)) replica.transact(null, (tx) => tx.set(id, 'asks', asks ? 'admin' : null))
}

function personNode({ workspace, nodes }: Replica, actor: ActorKey): WorkNode | undefined {
  return nodes.get(personNodeId(workspace, fromHex(actor)))
}

function isActor(text: string): text is ActorKey {
  return /^01[0-9a-f]{64}$/.test(text)
}

function textOf(node: WorkNode, field: string): string {
  const value = read(node, field)
  return typeof value === 'string' ? value : ''
}
