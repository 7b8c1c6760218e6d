/**
 * Changes to who may what, as bytes and as values. They live in batches of kind 1 and nowhere else.
 *
 *   grant     [grant]                                         bytes of `capability.ts`
 *   revoke    [target, keep[], frontier|null, replaces[], reason]
 *   renounce  [capability]                                    by its holder: nothing cites it from here on
 *   adopt     [[batch, index][]]                              these count although they were not valid
 *   unadopt   [[batch, index][]]                              adopts that are taken back
 *   rekey     `rekey.ts`
 *   checkpoint  reserved: judged, and without effect
 *
 * The right that each needs is fixed. Adopting is granting, of single changes; renouncing asks for nothing but the key.
 */

import type { Bytes } from '../base/bytes.ts'
import type { Change, Value } from './batch.ts'
import {
  type ChangeName,
  decodeChangeNames,
  decodeGrant,
  decodeRevocation,
  encodeGrant,
  encodeRevocation,
  type Grant,
  type Revocation,
} from './capability.ts'
import { OP, RIGHTS, type Right } from './change.ts'
import { decodeRekey, encodeRekey, type Rekey } from './rekey.ts'

export type AuthorityChange =
  | { readonly op: 'grant'; readonly grant: Grant }
  | { readonly op: 'revoke'; readonly revocation: Revocation }
  | { readonly op: 'renounce'; readonly target: Bytes }
  | { readonly op: 'adopt' | 'unadopt'; readonly changes: readonly ChangeName[] }
  | { readonly op: 'rekey'; readonly rekey: Rekey }
  | { readonly op: 'checkpoint'; readonly args: readonly Value[] }
export type AuthorityOp = AuthorityChange['op']

const NEEDS: Readonly<Record<AuthorityOp, Right>> = {
  grant: 'grant',
  revoke: 'revoke',
  renounce: 'revoke',
  adopt: 'grant',
  unadopt: 'grant',
  rekey: 'rekey',
  checkpoint: 'checkpoint',
}
const NAMES = new Map<number, AuthorityOp>((Object.keys(NEEDS) as AuthorityOp[]).map((op) => [OP[op], op]))

export function authorityRight(op: AuthorityOp): Right {
  return NEEDS[op]
}

/** Null for what is none of these, such as a genesis. */
export function authorityOp(op: number): AuthorityOp | null {
  return NAMES.get(op) ?? null
}

export function encodeAuthority(change: AuthorityChange, capability: number): Change {
  return [OP[change.op], RIGHTS.indexOf(NEEDS[change.op]), null, capability, encodeArgs(change)]
}

/** Null when the arguments do not fit. */
export function decodeAuthority(op: AuthorityOp, args: readonly Value[]): AuthorityChange | null {
  switch (op) {
    case 'grant': {
      const grant = args.length === 1 ? decodeGrant(args[0]) : null
      return grant && { op, grant }
    }
    case 'revoke': {
      const revocation = decodeRevocation(args)
      return revocation && { op, revocation }
    }
    case 'renounce': {
      const [target] = args
      return args.length === 1 && target instanceof Uint8Array && target.length === 32 ? { op, target } : null
    }
    case 'adopt':
    case 'unadopt': {
      const changes = args.length === 1 ? decodeChangeNames(args[0]) : null
      return changes && { op, changes }
    }
    case 'rekey': {
      const rekey = decodeRekey(args)
      return rekey && { op, rekey }
    }
    case 'checkpoint':
      return { op, args }
  }
}

function encodeArgs(change: AuthorityChange): readonly Value[] {
  switch (change.op) {
    case 'grant':
      return [encodeGrant(change.grant)]
    case 'revoke':
      return encodeRevocation(change.revocation)
    case 'renounce':
      return [change.target]
    case 'adopt':
    case 'unadopt':
      return [change.changes]
    case 'rekey':
      return encodeRekey(change.rekey)
    case 'checkpoint':
      return change.args
  }
}
