/**
 * Authority: which changes count.
 *
 * A change is valid iff its batch's key is the audience of the capability it cites, every link of that capability's chain
 * admits it at its own HLC, and for every link but the root a valid grant lies in the change's causal past. Nothing here
 * reads a clock, arrival order or the current tree, so every replica judges alike (L3). What is admitted but not valid
 * stays in the log and has no effect. (Revocation, globs and projects: the next issue. Formats are final.)
 */

import { type Bytes, equalBytes, toHex } from '../base/bytes.ts'
import type { Hlc } from './batch.ts'
import { capabilityId, FLAG, type Grant, rootCapability } from './capability.ts'
import { RIGHTS, type Right } from './change.ts'
import type { History, Ref } from './history.ts'
import type { ActorKey } from './ids.ts'
import { PROTOCOL } from './limits.ts'

export type Invalid =
  | 'unknown-capability'
  | 'wrong-signer'
  | 'not-yet'
  | 'expired'
  | 'right'
  | 'type'
  | 'wrong-right'
  | 'malformed'
  | 'bad-grant'
  | 'wrong-kind'
  | 'no-effect'

export interface KnownCapability {
  readonly id: string
  readonly grant: Grant
  /** Where valid grants of it were published. Empty for a root's own. */
  readonly carriers: readonly Ref[]
}

interface Known extends KnownCapability {
  readonly audience: ActorKey
  readonly carriers: Ref[]
  readonly parent: Known | null
  readonly depth: number
}

export class Authority {
  readonly #history: History
  readonly #capabilities = new Map<string, Known>()
  #workspace: Bytes = new Uint8Array(0)

  constructor(history: History) {
    this.#history = history
  }

  /** Takes in the roots that the genesis introduces, in their order. */
  begin(workspace: Bytes, roots: readonly Bytes[]): void {
    this.#workspace = workspace
    roots.forEach((key, rank) => {
      const grant = rootCapability(workspace, key, rank)
      const id = toHex(capabilityId(grant))
      this.#capabilities.set(id, { id, grant, audience: toHex(key) as ActorKey, carriers: [], parent: null, depth: 1 })
    })
  }

  /**
   * Null when the change may be: `type` is the node's type, null where the change is about no node; `ref` null asks for a
   * change yet to be written, which will have all that is here in its past.
   */
  judge(capability: string, actor: ActorKey, right: Right, type: string | null, hlc: Hlc, ref: Ref | null): Invalid | null {
    const cited = this.#capabilities.get(capability)
    // A grant that is here and not in the change's past is as good as none: else the reason would depend on what came first.
    // Those further up the chain are in the past of this one, or it would not be valid.
    if (!cited || !this.#isGrantedBefore(cited, ref)) return 'unknown-capability'
    if (cited.audience !== actor) return 'wrong-signer'
    const verb = RIGHTS.indexOf(right)
    for (let link: Known | null = cited; link !== null; link = link.parent) {
      const { grant } = link
      // An invite's window says when it may be redeemed, not how long the newcomer stays.
      const windowCounts = link === cited || (grant.flags & FLAG.redeemOnly) === 0
      if (windowCounts && hlc[0] < grant.notBefore) return 'not-yet'
      if (windowCounts && grant.expires !== null && hlc[0] > grant.expires) return 'expired'
      if (grant.rights !== null && !grant.rights.includes(verb)) return 'right'
      if (grant.types !== null && type !== null && !grant.types.includes(type)) return 'type'
      if ((grant.flags & FLAG.redeemOnly) !== 0 && link === cited && right !== 'grant') return 'right'
    }
    return null
  }

  #isGrantedBefore(known: Known, ref: Ref | null): boolean {
    return ref === null || known.parent === null || known.carriers.some((carrier) => this.#history.saw(ref, carrier))
  }

  /** Takes in a grant whose change was judged valid; answers why it is not well formed, or null. */
  grant(grant: Grant, cited: string, actor: ActorKey, ref: Ref, grantsInBatch: number): Invalid | null {
    const parent = this.#capabilities.get(cited)
    if (!parent || grant.parent === null || toHex(grant.parent) !== cited) return 'bad-grant'
    const audience = toHex(grant.audience) as ActorKey
    if (!equalBytes(grant.workspace, this.#workspace)) return 'bad-grant'
    if (toHex(grant.issuer) !== actor || audience === actor) return 'bad-grant'
    if (grant.rank <= parent.grant.rank || parent.depth >= PROTOCOL.chainDepth) return 'bad-grant'
    if ((parent.grant.flags & FLAG.redeemOnly) !== 0 && !isRedemption(grant, parent.grant, grantsInBatch)) return 'bad-grant'
    const id = toHex(capabilityId(grant))
    const known = this.#capabilities.get(id)
    if (known) known.carriers.push(ref)
    else this.#capabilities.set(id, { id, grant, audience, carriers: [ref], parent, depth: parent.depth + 1 })
    return null
  }

  /** Ids of the capabilities this actor holds, the most senior first. */
  heldBy(actor: ActorKey): readonly { readonly id: string; readonly grant: Grant; readonly depth: number }[] {
    return [...this.#capabilities.values()]
      .filter((known) => known.audience === actor)
      .toSorted((a, b) => a.grant.rank - b.grant.rank)
  }

  /** All capabilities by rank, for people to see. */
  all(): readonly { readonly id: string; readonly grant: Grant; readonly audience: ActorKey }[] {
    return [...this.#capabilities.values()].toSorted((a, b) => a.grant.rank - b.grant.rank)
  }

  /** Every capability with its carriers, parents before children: what a snapshot keeps. */
  known(): KnownCapability[] {
    return [...this.#capabilities.values()]
      .toSorted((a, b) => a.depth - b.depth)
      .map(({ id, grant, carriers }) => ({ id, grant, carriers }))
  }

  restore(workspace: Bytes, known: readonly KnownCapability[]): void {
    this.#workspace = workspace
    for (const { id, grant, carriers } of known) {
      const parent = grant.parent && (this.#capabilities.get(toHex(grant.parent)) as Known)
      const audience = toHex(grant.audience) as ActorKey
      this.#capabilities.set(id, { id, grant, audience, carriers: [...carriers], parent, depth: parent ? parent.depth + 1 : 1 })
    }
  }
}

/** An invite key may hand on exactly what it was given, once a batch, to somebody else, and not as an invite. */
function isRedemption(grant: Grant, invite: Grant, grantsInBatch: number): boolean {
  const { types, rights, globs, projects } = invite
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
  return (
    grantsInBatch === 1 &&
    grant.rank === invite.rank + 1 &&
    (grant.flags & FLAG.redeemOnly) === 0 &&
    same([grant.types, grant.rights, grant.globs, grant.projects], [types, rights, globs, projects])
  )
}
