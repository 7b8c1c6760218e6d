/**
 * The capabilities that were ever granted here, by the hash of their bytes, hung under the ones they were granted from.
 *
 * A capability is known as soon as a grant of it is in the log, valid or not: what it says follows from its bytes. It hangs in
 * its chain once the whole chain is known; a chain that is longer than allowed never does.
 */

import { toHex } from '../base/bytes.ts'
import type { AuthorityChange } from './authority-change.ts'
import { capabilityId, FLAG, type Grant } from './capability.ts'
import type { Ref } from './history.ts'
import type { ActorKey } from './ids.ts'
import { PROTOCOL } from './limits.ts'
import { citedScope, inheritedScope, type Scope, type ScopeFault, WHOLE } from './scope.ts'

/** Why a change does not count. */
export type Invalid =
  | ScopeFault
  /** No grant of the capability is in its past. */
  | 'unknown-capability'
  | 'wrong-signer'
  | 'renounced'
  /** The right it names is not the one it needs. */
  | 'wrong-right'
  | 'wrong-kind'
  | 'malformed'
  /** A create that does not hash to its node, or one that its author may not make. */
  | 'bad-node'
  /** No create of the node is in its past. */
  | 'unknown-node'
  /** What only its creator may write. */
  | 'not-yours'
  | 'bad-grant'
  | 'bad-target'
  | 'bad-frontier'
  /** Only people may do it. */
  | 'not-a-person'
  /** Every grant that it hangs on is void. */
  | 'void-grant'
  | 'revoked'
  /** It was made in a run that lost its task (`fence.ts`). */
  | 'fenced'

/** A change to who may what, and what has become of it. */
export interface Entry {
  readonly ref: Ref
  readonly actor: ActorKey
  /** The one it cites; null where nobody knows it. */
  readonly capability: Capability | null
  readonly change: AuthorityChange
  /** Of a grant that its issuer signed: what it grants. */
  readonly granted: Capability | null
  /** Judged once, from its own words and its past. */
  readonly fault: Invalid | null
  /** Null while it is valid. */
  why: Invalid | null
  /** Of a revocation: how it cuts. */
  readonly cut: Cut | null
  /** Of an adopt: the changes that its chain admits. */
  readonly adopts: readonly Ref[]
  /** Entries that would take its place (revocations) or take it back (adopts). */
  readonly rivals: Entry[]
}

export interface Cut {
  readonly target: Capability
  /** Ids of children of the target that live on. */
  readonly keep: ReadonlySet<string>
  /** What still counts, as the last seq per chain; null is the revocation's own past. */
  readonly marks: ReadonlyMap<number, number> | null
  /** Valid, and no other has taken its place. */
  isActive: boolean
}

export class Capability {
  readonly id: string
  /** Dense, local to a replica. */
  readonly number: number
  readonly grant: Grant
  readonly audience: ActorKey
  readonly children: Capability[] = []
  /** Changes that granted it, well signed, valid or not. */
  readonly mentions: Ref[] = []
  /** Those among them without a fault. */
  readonly carriers: Entry[] = []
  readonly revocations: Entry[] = []
  readonly renounced: Ref[] = []
  /** Changes to who may what that cite it. */
  readonly entries: Entry[] = []
  /** Data batches that cite it, by ordinal, without a fault of the whole batch. */
  readonly uses: number[] = []
  /** Those of them that do not count now. */
  readonly void = new Map<number, Invalid>()
  #parent: Capability | null = null
  #depth = 0
  #cited: Scope = WHOLE
  #inherited: Scope = WHOLE

  constructor(number: number, id: string, grant: Grant) {
    this.number = number
    this.id = id
    this.grant = grant
    this.audience = toHex(grant.audience) as ActorKey
  }

  get isRoot(): boolean {
    return this.grant.parent === null
  }

  get isInvite(): boolean {
    return (this.grant.flags & FLAG.redeemOnly) !== 0
  }

  get rank(): number {
    return this.grant.rank
  }

  /** Null for a root, and while the chain is not known. */
  get parent(): Capability | null {
    return this.#parent
  }

  /** Links up to and with the root; 0 while the chain is not known. */
  get depth(): number {
    return this.#depth
  }

  /** What a change may that cites it. */
  get cited(): Scope {
    return this.#cited
  }

  /** What is left for those under it. */
  get inherited(): Scope {
    return this.#inherited
  }

  /** Hangs it under its parent (a root: under nothing), and what waits for it under it. */
  hang(parent: Capability | null): void {
    if (parent && (parent.depth === 0 || parent.depth >= PROTOCOL.chainDepth)) return
    this.#parent = parent
    this.#depth = parent ? parent.depth + 1 : 1
    if (parent) {
      this.#cited = citedScope(parent.inherited, this.grant)
      this.#inherited = inheritedScope(parent.inherited, this.grant)
      parent.children.push(this)
    }
  }

  /** It and all that hangs below it. */
  *subtree(): Generator<Capability> {
    const open: Capability[] = [this]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      yield next
      open.push(...next.children)
    }
  }
}

export class CapabilityRegistry {
  readonly #byId = new Map<string, Capability>()
  readonly #list: Capability[] = []
  readonly #byHolder = new Map<ActorKey, Capability[]>()
  /** By the id of the parent that they wait for. */
  readonly #waiting = new Map<string, Capability[]>()

  get(id: string): Capability | undefined {
    return this.#byId.get(id)
  }

  at(number: number): Capability | undefined {
    return this.#list[number]
  }

  get all(): readonly Capability[] {
    return this.#list
  }

  /** Whatever was ever granted to this key, valid or not. */
  heldBy(actor: ActorKey): readonly Capability[] {
    return this.#byHolder.get(actor) ?? []
  }

  /** The capability with these bytes; a new one is hung where it belongs. */
  know(grant: Grant): Capability {
    const id = toHex(capabilityId(grant))
    const known = this.#byId.get(id)
    if (known) return known
    const made = new Capability(this.#list.length, id, grant)
    this.#byId.set(id, made)
    this.#list.push(made)
    const held = this.#byHolder.get(made.audience)
    if (held) held.push(made)
    else this.#byHolder.set(made.audience, [made])
    if (grant.parent === null) made.hang(null)
    else this.#hang(made, toHex(grant.parent))
    return made
  }

  #hang(made: Capability, parentId: string): void {
    const parent = this.#byId.get(parentId)
    if (!parent || parent.depth === 0) {
      const waiting = this.#waiting.get(parentId)
      if (waiting) waiting.push(made)
      else this.#waiting.set(parentId, [made])
      return
    }
    const open: [Capability, Capability][] = [[made, parent]]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [child, above] = next
      child.hang(above)
      for (const waiter of this.#waiting.get(child.id) ?? []) open.push([waiter, child])
      this.#waiting.delete(child.id)
    }
  }
}
