/**
 * Names of things, and how they commit to facts.
 *
 * A node id is a hash of the node's immutable facts, so nobody can create "the same" node with another type, project or
 * path: authority looks at these facts only. In memory and in the API an id is UUID text, on the wire its 16 bytes.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { encodeCbor } from './cbor.ts'
import { type Bytes, concatBytes, digitOf, equalBytes, utf8 } from '../base/bytes.ts'

export type NodeId = string & { readonly brand: 'NodeId' }
/** Hex of a tagged public key (`01` and 32 bytes): the actor itself; names are data. */
export type ActorKey = string & { readonly brand: 'ActorKey' }

export const NODE_TYPES = ['workspace', 'project', 'task', 'run', 'document', 'agent', 'comment', 'person'] as const
export type NodeType = (typeof NODE_TYPES)[number]

/** What can never change about a node. `subject` is the task of a run, the target of a comment. */
export interface NodeFacts {
  readonly type: NodeType
  readonly project: NodeId | null
  readonly path: string | null
  readonly subject: NodeId | null
  readonly nonce: Bytes
}

const NODE_DOMAIN = utf8('worknode/node/1\0')
const PERSON_DOMAIN = utf8('worknode/person/1\0')
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** `key 3f9a·71`: a short form of an actor that people can compare. */
export function shortKey(actor: string): string {
  return `key ${actor.slice(2, 6)}·${actor.slice(-2)}`
}

export function isNodeId(text: unknown): text is NodeId {
  return typeof text === 'string' && UUID.test(text)
}

export function isNodeType(text: unknown): text is NodeType {
  return NODE_TYPES.includes(text as NodeType)
}

/** The id that these facts, written by `creator`, have in `workspace`. */
export function nodeIdOf(workspace: Bytes, creator: Bytes, facts: NodeFacts): NodeId {
  // Who creates a node asks for its id, and the fold proves it right after.
  if (latest?.facts === facts && equalBytes(latest.creator, creator) && equalBytes(latest.workspace, workspace)) return latest.id
  const id = hashedId(workspace, creator, facts)
  latest = { workspace, creator, facts, id }
  return id
}

let latest: { readonly workspace: Bytes; readonly creator: Bytes; readonly facts: NodeFacts; readonly id: NodeId } | null = null

function hashedId(workspace: Bytes, creator: Bytes, facts: NodeFacts): NodeId {
  const { type, project, path, subject, nonce } = facts
  const preimage = [workspace, creator, type, project && nodeIdToBytes(project), path, subject && nodeIdToBytes(subject), nonce]
  return uuidOf(sha256(concatBytes(NODE_DOMAIN, encodeCbor(preimage))))
}

/** The workspace's own node: it exists with the genesis and has no create. */
export function workspaceNodeId(workspace: Bytes): NodeId {
  return uuidOf(workspace)
}

/** What a device says of itself: one node a key, whose id everybody can tell from the key alone. */
export function personFacts(key: Uint8Array): NodeFacts {
  return { type: 'person', project: null, path: null, subject: null, nonce: sha256(concatBytes(PERSON_DOMAIN, key)).slice(0, 16) }
}

export function personNodeId(workspace: Bytes, key: Bytes): NodeId {
  return hashedId(workspace, key, personFacts(key))
}

export function nodeIdToBytes(id: NodeId): Bytes {
  const bytes = new Uint8Array(16)
  let at = 0
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) at++
    bytes[i] = (digitOf(id, at++) << 4) | digitOf(id, at++)
  }
  return bytes
}

/** Takes exactly 16 bytes. */
export function nodeIdFromBytes(bytes: Uint8Array): NodeId {
  let at = 0
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) at++
    const byte = bytes[i] as number
    uuid[at++] = HEX_DIGITS[byte >> 4] as number
    uuid[at++] = HEX_DIGITS[byte & 15] as number
  }
  // In one piece: each change names its node, and a text glued together costs thrice at its first look-up.
  return String.fromCharCode(...uuid) as NodeId
}

const HEX_DIGITS = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))
/** Character codes of a UUID: its digits change, its dashes stay. */
const uuid = Array.from('00000000-0000-0000-0000-000000000000', (letter) => letter.charCodeAt(0))

/** First 16 bytes with the version (8) and variant bits of RFC 9562. */
function uuidOf(hash: Uint8Array): NodeId {
  const bytes = hash.slice(0, 16)
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  return nodeIdFromBytes(bytes)
}
