/**
 * What about people and rights needs somebody's decision. Derived from the log each time; nothing is written by looking.
 *
 * - somebody asks to become an admin, and has a code to compare
 * - a revocation cut more than a few changes that had counted
 * - a revocation counts no more, because its author was removed, and what it ended is live again
 * - a key has two histories: a copied profile, or somebody else who has the key
 * - somebody writes far more than their right allows for
 * - work does not count that could be adopted
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { type Bytes, concatBytes, fromHex, utf8 } from '../base/bytes.ts'
import type { Capability, Entry, Invalid } from '../core/capability-registry.ts'
import { read } from '../core/fold.ts'
import type { Fork, Ref } from '../core/history.ts'
import type { ActorKey } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { BANDS } from '../core/roles.ts'
import { cutsOf, revokerOf } from './membership.ts'
import type { Replica } from './replica.ts'
import { liveOf } from './standing.ts'

export type Attention =
  | { readonly kind: 'asks'; readonly actor: ActorKey; readonly code: string; readonly capability: Capability }
  | {
      readonly kind: 'cut'
      readonly revocation: Ref
      readonly by: ActorKey
      readonly target: Capability
      readonly changes: number
      readonly at: number
      /** Whether this actor could bring it back. */
      readonly mayUndo: boolean
    }
  | { readonly kind: 'voided'; readonly revocation: Ref; readonly by: ActorKey; readonly target: Capability; readonly at: number }
  | { readonly kind: 'fork'; readonly actor: ActorKey; readonly fork: Fork }
  /** `outside`: batches that wait until their time. */
  | { readonly kind: 'flood'; readonly actor: ActorKey; readonly outside: number }
  | {
      readonly kind: 'quarantine'
      readonly actor: ActorKey
      readonly why: Invalid
      readonly refs: readonly Ref[]
    }

/** The most urgent first. Items of one cause are one. */
export function attentionOf(replica: Replica): readonly Attention[] {
  return [...asks(replica), ...cuts(replica), ...voided(replica), ...forks(replica), ...floods(replica), ...quarantined(replica)]
}

/** What two people compare by voice before one lets the other in: 50 bits of a hash of the key and its box. */
export function comparisonCode(workspace: Bytes, actor: Bytes, box: Bytes | null): string {
  const hash = sha256(concatBytes(CODE_DOMAIN, workspace, actor, box ?? new Uint8Array(0)))
  let bits = 0n
  for (const byte of hash.slice(0, 7)) bits = (bits << 8n) | BigInt(byte)
  let code = ''
  for (let i = 0; i < 10; i++) code += (i === 5 ? '-' : '') + ALPHABET.charAt(Number((bits >> BigInt(51 - i * 5)) & 31n))
  return code
}

const CODE_DOMAIN = utf8('worknode/code/1\0')
/** Crockford's: no letter looks like another, or like a digit. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

function* asks(replica: Replica): Generator<Attention> {
  for (const id of replica.views.ofType('person')) {
    const node = replica.nodes.get(id)
    if (!node || read(node, 'asks') !== 'admin') continue
    const actor = node.creator
    const [capability] = liveOf(replica.authority, actor)
    // Whoever is one already, or is not in any more, asks for nothing.
    if (!capability || capability.rank <= BANDS.admin[1]) continue
    const code = comparisonCode(replica.workspace, fromHex(actor), capability.grant.audienceBox)
    yield { kind: 'asks', actor, code, capability }
  }
}

function* cuts(replica: Replica): Generator<Attention> {
  for (const entry of replica.authority.entries) {
    if (!entry.cut?.isActive) continue
    const changes = cutsOf(replica, entry)
    if (changes <= LOCAL.cutAlarm) continue
    const { ref, actor: by, cut } = entry
    yield {
      kind: 'cut',
      revocation: ref,
      by,
      target: cut.target,
      changes,
      at: replica.history.msOf(ref),
      mayUndo: mayReplace(replica, entry),
    }
  }
}

function* voided(replica: Replica): Generator<Attention> {
  for (const { change, fault, why, cut, ref, actor: by } of replica.authority.entries) {
    if (change.op !== 'revoke' || fault !== null || why === null || !cut) continue
    if (replica.authority.isLive(cut.target) && revokerOf(replica, cut.target))
      yield { kind: 'voided', revocation: ref, by, target: cut.target, at: replica.history.msOf(ref) }
  }
}

function* forks({ history, actor }: Replica): Generator<Attention> {
  for (const fork of history.forks()) yield { kind: 'fork', actor: fork.feed.slice(0, actor.length) as ActorKey, fork }
}

function* floods(replica: Replica): Generator<Attention> {
  for (const { actor, outside } of replica.floods()) yield { kind: 'flood', actor, outside }
}

function* quarantined({ history, quarantine, actor }: Replica): Generator<Attention> {
  const groups = new Map<string, { actor: ActorKey; why: Invalid; refs: Ref[] }>()
  for (const [ref, why] of quarantine) {
    // What a run wrote that lost its task asks nobody for a decision: it is there for whoever looks for it.
    if (why === 'fenced') continue
    const by = history.feedOf(Math.floor(ref / 256)).slice(0, actor.length) as ActorKey
    const name = `${by} ${why}`
    const group = groups.get(name)
    if (group) group.refs.push(ref)
    else groups.set(name, { actor: by, why, refs: [ref] })
  }
  for (const group of groups.values()) yield { kind: 'quarantine', ...group }
}

/** Whether a later revocation of this actor's could take the place of this one. */
export function mayReplace(replica: Replica, { cut, capability, actor }: Entry): boolean {
  const cited = cut && revokerOf(replica, cut.target)
  if (!cited || !capability) return false
  return cited.rank < capability.rank || (cited.rank === capability.rank && actor === replica.actor)
}
