/**
 * The event stream, read off the log: every change that was ever admitted, counting or not, with its verdict of now.
 *
 *   stored batch ──> its changes ──> events          verdicts, adopts and node types come from the state
 */

import { toHex } from '../base/bytes.ts'
import { authorityOp, type AuthorityChange, decodeAuthority } from '../core/authority-change.ts'
import { type Change, KIND, type VerifiedBatch } from '../core/batch.ts'
import { capabilityId } from '../core/capability.ts'
import { decodeEdit, isAuthorityOp, type TagNames } from '../core/change.ts'
import { dataOfEdit, type Event, typeOfAuthority, typeOfEdit } from '../core/event.ts'
import type { History, Ref } from '../core/history.ts'
import { hlcToText } from '../core/hlc.ts'
import { type NodeId, type NodeType, nodeIdFromBytes } from '../core/ids.ts'
import type { State } from './state.ts'

/** What is known of changes: a replica has it, and so has whoever checks a log by itself. */
export interface AuditedState {
  readonly history: History
  readonly workspace: Uint8Array
  /** What a node is, null where nobody has said. */
  typeOf(node: NodeId): NodeType | null
  /** Why the change is not valid, or null; adopted ones count all the same. */
  verdictOf(ref: Ref): { readonly why: string | null; readonly adopted: boolean }
}

/** What a state knows of its changes. */
export function auditedOf(state: State): AuditedState {
  return {
    history: state.history,
    workspace: state.workspace,
    typeOf: (node) => state.fold.nodes.get(node)?.type ?? null,
    verdictOf: (ref) => ({ why: state.whyNot(ref), adopted: state.authority.adoption.adopted.has(ref) }),
  }
}

type Said = Pick<Event, 'type' | 'target' | 'data'>

/** The events of one batch, in its order. `ordinal`: where it stands here. */
export function eventsOf({ header, body, id }: VerifiedBatch, ordinal: number, state: AuditedState): readonly Event[] {
  const { history } = state
  const names: TagNames = { ordinalOf: (batch) => history.ordinalOf(batch), idOf: (at) => history.idOf(at) }
  const [hlc, actor, batch] = [hlcToText(header.hlc), toHex(header.key), toHex(id)]
  return (body?.changes ?? []).map((change, index): Event => {
    const { why, adopted } = state.verdictOf(ordinal * 256 + index)
    const cited = body?.capabilities[change[3]]
    return {
      id: `${batch}:${index}`,
      hlc,
      actor,
      ...saidBy(change, header.kind === KIND.authority, ordinal, names, state),
      capability: cited ? toHex(cited) : null,
      valid: why === null || adopted,
      why,
      adopted,
    }
  })
}

function saidBy(change: Change, isAuthority: boolean, ordinal: number, names: TagNames, state: AuditedState): Said {
  const [op, , nodeBytes, , args] = change
  const target = nodeBytes === null ? null : nodeIdFromBytes(nodeBytes)
  if (isAuthority) {
    const known = authorityOp(op)
    const decoded = known && decodeAuthority(known, args)
    if (decoded) return { type: typeOfAuthority(decoded.op), ...aboutAuthority(decoded) }
    if (known === null && isAuthorityOp(op)) return { type: 'workspace.created', target: toHex(state.workspace), data: {} }
  } else {
    const edit = decodeEdit(change, ordinal, names)
    if (edit) return { type: typeOfEdit(edit, state.typeOf(edit.node)), target, data: dataOfEdit(edit) }
  }
  // Of a newer version, or malformed: its verdict says which.
  return { type: 'unknown', target, data: { op } }
}

function aboutAuthority(change: AuthorityChange): Pick<Said, 'target' | 'data'> {
  switch (change.op) {
    case 'grant': {
      const { audience, rank, rights, types, globs, projects, notBefore, expires, flags } = change.grant
      const data = { to: toHex(audience), rank, rights, types, globs, projects, notBefore, expires, flags }
      return { target: toHex(capabilityId(change.grant)), data }
    }
    case 'revoke': {
      const { target, keep, frontier, replaces, reason } = change.revocation
      const data = {
        reason,
        keep: keep.map(toHex),
        frontier: frontier?.map(toHex) ?? null,
        replaces: replaces.map(([batch, index]) => `${toHex(batch)}:${index}`),
      }
      return { target: toHex(target), data }
    }
    case 'renounce':
      return { target: toHex(change.target), data: {} }
    case 'adopt':
    case 'unadopt':
      return { target: null, data: { changes: change.changes.map(([batch, index]) => `${toHex(batch)}:${index}`) } }
    case 'rekey':
      return { target: toHex(change.rekey.epoch), data: { seals: change.rekey.seals.length } }
    case 'checkpoint':
      return { target: null, data: {} }
  }
}
