/**
 * A hostile hand: writes whatever batches it likes under a key that it holds, well signed and past every check of ours. It
 * knows the log through a replica of its own, and tells no lie that it was not asked to tell.
 */

import { type Bytes, fromHex, toHex } from '../base/bytes.ts'
import { BATCH_VERSION, type Change, type Hlc, KIND, type BatchKind, type Value, type VerifiedBatch } from '../core/batch.ts'
import { type AuthorityChange, encodeAuthority } from '../core/authority-change.ts'
import type { Capability } from '../core/capability-registry.ts'
import { type Edit, encodeEdit, type Right } from '../core/change.ts'
import { nextHlc } from '../core/hlc.ts'
import { type NodeFacts, type NodeId, nodeIdOf } from '../core/ids.ts'
import type { KeyPair } from '../log/keys.ts'
import { type BatchDraft, sealBatch } from '../log/signing.ts'
import type { Replica } from './replica.ts'

export interface Placed {
  /** Ordinals in the replica that is looked at; by default its heads, at most sixteen. */
  readonly after?: readonly number[]
  /** Goes on after this batch of its own; null, the default after none was written, begins a feed. */
  readonly prev?: VerifiedBatch | null
  readonly hlc?: Hlc
  readonly capability?: string
}

export class Hand {
  readonly #pair: KeyPair
  readonly #seen: Replica
  #last: VerifiedBatch | null = null
  #feeds = 0

  constructor(pair: KeyPair, seen: Replica) {
    this.#pair = pair
    this.#seen = seen
  }

  get actor(): string {
    return toHex(this.#pair.key)
  }

  /** What it was ever granted here, the last first. */
  get held(): readonly Capability[] {
    return this.#seen.authority.registry.heldBy(this.actor as never).toReversed()
  }

  set(node: NodeId, field: string, value: Value, placed: Placed = {}): Promise<VerifiedBatch> {
    return this.edit([[{ op: 'set', node, field, value }, 'update']], placed)
  }

  /** A node of its own; answers its id as well. */
  async create(facts: Partial<NodeFacts>, title: string, placed: Placed = {}): Promise<{ id: NodeId; batch: VerifiedBatch }> {
    const whole: NodeFacts = { type: 'task', project: null, path: null, subject: null, nonce: this.#seen.random(16), ...facts }
    const id = nodeIdOf(this.#seen.workspace, this.#pair.key, whole)
    const edit: Edit = { op: 'create', node: id, facts: whole, number: 1, fields: [['title', title]] }
    return { id, batch: await this.edit([[edit, 'create']], placed) }
  }

  edit(edits: readonly (readonly [Edit, Right])[], placed: Placed = {}): Promise<VerifiedBatch> {
    const names = {
      ordinalOf: (id: Bytes) => this.#seen.history.ordinalOf(id),
      idOf: (ordinal: number) => this.#seen.history.idOf(ordinal),
    }
    return this.say(
      KIND.data,
      edits.map(([edit, right]) => encodeEdit(edit, right, 0, -1, names as never)),
      placed,
    )
  }

  authority(change: AuthorityChange, placed: Placed = {}): Promise<VerifiedBatch> {
    const introduced = change.op === 'grant' ? [change.grant.audience] : []
    return this.say(KIND.authority, [encodeAuthority(change, 0)], placed, { introduced })
  }

  /** Any batch at all. */
  async say(
    kind: BatchKind,
    changes: readonly Change[],
    { after, prev = this.#last, hlc, capability }: Placed = {},
    over: Partial<BatchDraft> = {},
  ): Promise<VerifiedBatch> {
    const { history, workspace, now, random } = this.#seen
    const cited = capability ?? this.held[0]?.id
    const seen = after ?? [...history.heads].slice(0, 16)
    const feed = prev ? prev.header.feed : Uint8Array.of(0, 0, 0, 0, 0, 0, 1, this.#feeds++)
    const least = prev && prev.header.hlc[0] >= history.latest[0] ? prev.header.hlc : history.latest
    const made = await sealBatch(
      {
        v: BATCH_VERSION,
        kind,
        workspace,
        key: this.#pair.key,
        feed,
        seq: prev ? prev.header.seq + 1 : 0,
        prev: prev ? prev.id : null,
        after: seen.map((ordinal) => history.idOf(ordinal)).filter((id) => !prev || toHex(id) !== toHex(prev.id)),
        hlc: hlc ?? nextHlc(least, now()),
        introduced: [],
        closed: [],
        ext: [],
        body: { salt: random(16), capabilities: changes.length > 0 && cited ? [fromHex(cited)] : [], changes },
        ...over,
      },
      this.#pair,
    )
    this.#last = made
    return made
  }
}
