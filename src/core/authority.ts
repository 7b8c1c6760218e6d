/**
 * Authority: which changes count.
 *
 * A change is valid iff its batch's key is the audience of the capability it cites; every link of the chain admits it at its
 * own HLC; for every link but the root a valid grant lies in its causal past; and for every valid, unreplaced revocation of
 * any link it lies within that revocation's frontier, or hangs on a child capability that the revocation keeps. Nothing here
 * reads a clock, arrival order or the present tree, so every replica judges alike (L3).
 *
 * Two kinds of reasons, kept apart. What a change says and what its past holds is judged once, when it is admitted, and never
 * again (its *fault*). Whether the grants it hangs on are valid, and whether a revocation cuts it, may turn out later, both
 * ways. That part depends only on changes under capabilities of lower rank number, so one pass by rising rank settles it,
 * over what a verdict that turned can touch and over nothing else.
 *
 * Adopting is a second pass (`adoption.ts`): it says what counts besides, and no verdict of the first depends on it.
 */

import { type Bytes, equalBytes, toHex } from '../base/bytes.ts'
import { Adoption, type DescribeChange } from './adoption.ts'
import { type AuthorityChange, type AuthorityOp, authorityRight } from './authority-change.ts'
import type { Hlc } from './batch.ts'
import { type Capability, CapabilityRegistry, type Cut, type Entry, type Invalid } from './capability-registry.ts'
import { type ChangeName, encodeGrant, type Grant, rootCapability } from './capability.ts'
import { RIGHTS } from './change.ts'
import type { History, Ref } from './history.ts'
import type { ActorKey } from './ids.ts'
import { BANDS, FIRST_AGENT_RANK, redemptionOf } from './roles.ts'
import { rightFault, timeFault } from './scope.ts'

/** A change to who may what, as its batch has it. */
export interface AuthorityClaim {
  readonly op: AuthorityOp
  /** Null when its arguments do not fit. */
  readonly change: AuthorityChange | null
  /** Number of the right that it names. */
  readonly right: number
  readonly cited: string
  readonly actor: ActorKey
  readonly ref: Ref
  readonly hlc: Hlc
  /** Grants in its batch. */
  readonly grants: number
}

/** What a batch may under one capability: a fault of all its changes, or that they do not count now. */
export interface Use {
  readonly capability: Capability | null
  readonly fault: Invalid | null
  readonly void: Invalid | null
}

/** Verdicts that are other ones than before. */
export interface Turned {
  readonly uses: readonly { readonly capability: Capability; readonly ordinal: number; readonly why: Invalid | null }[]
  readonly entries: readonly Entry[]
  /** Changes that were adopted, or are no longer. */
  readonly adopted: readonly Ref[]
}

/** An entry with its verdicts, as a snapshot keeps it. */
export interface SavedEntry {
  readonly ref: Ref
  readonly cited: string
  readonly actor: ActorKey
  readonly change: AuthorityChange
  /** Of a grant: its issuer signed it. */
  readonly isMentioned: boolean
  readonly fault: Invalid | null
  readonly why: Invalid | null
  readonly adopts: readonly Ref[]
}

const RANKS = BANDS.worker[1] + 1

export class Authority {
  readonly registry = new CapabilityRegistry()
  readonly adoption: Adoption
  readonly #history: History
  readonly #entries: Entry[] = []
  readonly #byRef = new Map<Ref, Entry>()
  #workspace: Bytes = new Uint8Array(0)
  #turnedUses: { capability: Capability; ordinal: number; why: Invalid | null }[] = []
  readonly #turnedEntries = new Set<Entry>()

  constructor(history: History, describe: DescribeChange) {
    this.#history = history
    this.adoption = new Adoption(history, describe)
  }

  /** Every change to who may what that could be read, in the order of admission. */
  get entries(): readonly Entry[] {
    return this.#entries
  }

  entryAt(ref: Ref): Entry | undefined {
    return this.#byRef.get(ref)
  }

  /** Takes in the roots that the genesis introduces, in their order. */
  begin(workspace: Bytes, roots: readonly Bytes[]): void {
    this.#workspace = workspace
    roots.forEach((key, rank) => this.registry.know(rootCapability(workspace, key, rank)))
  }

  /** Judges a data batch's use of a capability, and remembers it. Once for each batch and capability. */
  use(cited: string, actor: ActorKey, ordinal: number, hlc: Hlc): Use {
    const capability = this.registry.get(cited) ?? null
    const fault = this.#useFault(capability, actor, ordinal * 256, hlc)
    if (capability === null || fault !== null) return { capability, fault, void: null }
    const why = this.#voidBecause(capability, ordinal * 256)
    capability.uses.push(ordinal)
    if (why !== null) capability.void.set(ordinal, why)
    return { capability, fault: null, void: why }
  }

  /** Takes in a change to who may what; answers why it does not count, or null. What it turned is told by `takeTurned`. */
  take(claim: AuthorityClaim): Invalid | null {
    const { change, ref, actor } = claim
    const capability = this.registry.get(claim.cited) ?? null
    if (change === null) return 'malformed'
    const granted = change.op === 'grant' ? this.#mention(change.grant, claim) : null
    const fault = this.#faultOf(claim, change, capability, granted)
    const entry: Entry = {
      ref,
      actor,
      capability,
      change,
      granted,
      fault,
      why: fault,
      cut: change.op === 'revoke' ? this.#cutOf(change.revocation, fault) : null,
      adopts:
        change.op === 'adopt' && fault === null && capability ? this.adoption.admitted(change.changes, ref, capability) : [],
      rivals: [],
    }
    this.#file(entry)
    if (fault === null && capability !== null && change.op !== 'renounce') {
      entry.why = this.#voidBecause(capability, ref)
      // What is here already was written without this grant in its past.
      if (entry.why === null && change.op !== 'grant') this.#settle([entry])
    }
    return entry.why
  }

  /** What has turned since this was last asked. */
  takeTurned(): Turned | null {
    const adopted = this.adoption.takeTurned()
    if (this.#turnedUses.length === 0 && this.#turnedEntries.size === 0 && adopted.length === 0) return null
    const turned = { uses: this.#turnedUses, entries: [...this.#turnedEntries], adopted }
    this.#turnedUses = []
    this.#turnedEntries.clear()
    return turned
  }

  /** Whether a change that is written now, by its holder and in its scope, would count under this capability. */
  isLive(capability: Capability): boolean {
    return capability.renounced.length === 0 && this.isStanding(capability)
  }

  /** Whether it was granted and nobody has ended it; its holder may have given it up. */
  isStanding(capability: Capability): boolean {
    if (capability.depth === 0) return false
    if (!capability.isRoot && !capability.carriers.some(({ why }) => why === null)) return false
    return !this.#isCut(capability, null)
  }

  /** Uses that count now and would not, if a revocation of the target drew this frontier. */
  *beyond(
    target: Capability,
    keep: ReadonlySet<string>,
    marks: ReadonlyMap<number, number>,
  ): Generator<readonly [Capability, number]> {
    for (const capability of target.subtree()) {
      const child = childOf(target, capability)
      if (child && keep.has(child.id)) continue
      for (const ordinal of capability.uses)
        if (!capability.void.has(ordinal) && !this.#history.isWithin(marks, ordinal)) yield [capability, ordinal]
    }
  }

  /** Uses that do not count because of this revocation, as far as it alone would have it. */
  *cutBy({ cut, ref }: Entry): Generator<readonly [Capability, number]> {
    if (!cut?.isActive) return
    for (const capability of cut.target.subtree()) {
      const child = childOf(cut.target, capability)
      if (child && cut.keep.has(child.id)) continue
      for (const [ordinal, why] of capability.void)
        if (why === 'revoked' && !this.#covers(cut, ref, ordinal * 256)) yield [capability, ordinal]
    }
  }

  /**
   * Fills an empty authority from a snapshot: nothing is judged anew. Of `saved`, in the order of admission, the words and the
   * verdicts count; uses and what is void of them come from the index of changes.
   */
  restore(workspace: Bytes, roots: readonly Bytes[], saved: readonly SavedEntry[]): void {
    this.begin(workspace, roots)
    for (const { ref, cited, actor, change, isMentioned, fault, why, adopts } of saved) {
      const granted = change.op === 'grant' && isMentioned ? this.registry.know(change.grant) : null
      granted?.mentions.push(ref)
      const cut = change.op === 'revoke' ? this.#cutOf(change.revocation, fault) : null
      this.#file({
        ref,
        actor,
        capability: this.registry.get(cited) ?? null,
        change,
        granted,
        fault,
        why,
        cut,
        adopts,
        rivals: [],
      })
    }
    for (const entry of this.#entries) if (entry.cut) entry.cut.isActive = entry.why === null && !this.#isReplaced(entry)
    for (const entry of this.#entries) if (entry.change.op === 'adopt') this.adoption.turn(entry)
    this.adoption.takeTurned()
  }

  saved(): SavedEntry[] {
    return this.#entries.map(({ ref, capability, actor, change, granted, fault, why, adopts }) => ({
      ref,
      cited: capability?.id ?? '',
      actor,
      change,
      isMentioned: granted !== null,
      fault,
      why,
      adopts,
    }))
  }

  /** Puts the entry where those look for it who are judged by it. */
  #file(entry: Entry): void {
    const { capability, change, granted, fault, cut, ref } = entry
    this.#entries.push(entry)
    this.#byRef.set(ref, entry)
    if (fault !== null) return
    if (change.op === 'renounce') return void this.registry.get(toHex(change.target))?.renounced.push(ref)
    capability?.entries.push(entry)
    granted?.carriers.push(entry)
    if (change.op === 'revoke' && cut) {
      cut.target.revocations.push(entry)
      for (const rival of this.#named(change.revocation.replaces, ref))
        if (rival.cut?.target === cut.target) rival.rivals.push(entry)
    }
    if (change.op === 'adopt') this.adoption.file(entry)
    if (change.op === 'unadopt')
      for (const rival of this.#named(change.changes, ref)) if (rival.change.op === 'adopt') rival.rivals.push(entry)
  }

  /** A grant that its issuer signed, under the capability that it says it hands on: known from here on, valid or not. */
  #mention(grant: Grant, { actor, cited, ref }: AuthorityClaim): Capability | null {
    if (grant.parent === null || toHex(grant.parent) !== cited || toHex(grant.issuer) !== actor) return null
    if (!equalBytes(grant.workspace, this.#workspace)) return null
    const capability = this.registry.know(grant)
    capability.mentions.push(ref)
    return capability
  }

  #faultOf(
    claim: AuthorityClaim,
    change: AuthorityChange,
    capability: Capability | null,
    granted: Capability | null,
  ): Invalid | null {
    const { ref, actor, right, hlc } = claim
    const needed = authorityRight(change.op)
    if (RIGHTS[right] !== needed) return 'wrong-right'
    if (change.op === 'renounce') {
      // The signature of its holder is enough: who gives up a right needs none.
      const target = this.registry.get(toHex(change.target))
      return target && target.audience === actor && this.#isMentionedBefore(target, ref) ? null : 'bad-target'
    }
    const fault = this.#useFault(capability, actor, ref, hlc)
    if (fault !== null || capability === null) return fault
    const outside = rightFault(capability.cited, needed, null)
    if (outside !== null) return outside
    if (change.op === 'grant') return this.#grantFault(change.grant, granted, capability, claim.grants)
    if (change.op === 'adopt' || change.op === 'unadopt' || change.op === 'checkpoint') return null
    if (capability.rank >= FIRST_AGENT_RANK) return 'not-a-person'
    return change.op === 'revoke'
      ? this.#revokeFault(change.revocation.target, change.revocation.frontier, capability, claim)
      : null
  }

  #grantFault(grant: Grant, granted: Capability | null, capability: Capability, grants: number): Invalid | null {
    // Too long a chain hangs nowhere.
    if (granted === null || granted.depth === 0 || equalBytes(grant.audience, grant.issuer)) return 'bad-grant'
    if (grant.rank <= capability.rank || grant.rank < BANDS.admin[0]) return 'bad-grant'
    if (!capability.isInvite) return null
    // An invite is handed on as it is, once a batch.
    const redeemed = redemptionOf(capability.grant, { key: grant.audience, box: grant.audienceBox }, grant.nonce)
    return grants === 1 && equalBytes(encodeGrant(redeemed), encodeGrant(grant)) ? null : 'bad-grant'
  }

  #revokeFault(
    targetId: Bytes,
    frontier: readonly Bytes[] | null,
    capability: Capability,
    { ref, actor }: AuthorityClaim,
  ): Invalid | null {
    const target = this.registry.get(toHex(targetId))
    if (!target || !this.#isMentionedBefore(target, ref)) return 'bad-target'
    if (target.audience === actor || !isSenior(capability, target)) return 'bad-target'
    if (capability.cited.projects !== null && !this.#isChainKnownBefore(target, ref)) return 'bad-target'
    const ordinal = Math.floor(ref / 256)
    const isBefore = (id: Bytes): boolean => {
      const other = this.#history.ordinalOf(id)
      return other !== null && this.#history.sawBatch(ordinal, other)
    }
    return frontier === null || frontier.every(isBefore) ? null : 'bad-frontier'
  }

  #cutOf(
    { target: targetId, keep, frontier }: { target: Bytes; keep: readonly Bytes[]; frontier: readonly Bytes[] | null },
    fault: Invalid | null,
  ): Cut | null {
    const target = this.registry.get(toHex(targetId))
    if (!target || fault !== null) return null
    const marks = frontier && this.#history.marksOf(frontier.map((id) => this.#history.ordinalOf(id) as number))
    return { target, keep: new Set(keep.map(toHex)), marks, isActive: false }
  }

  #useFault(capability: Capability | null, actor: ActorKey, ref: Ref, hlc: Hlc): Invalid | null {
    // A grant that is here and not in the change's past is as good as none: else the reason would depend on what came first.
    if (!capability || !this.#isGrantedBefore(capability, ref)) return 'unknown-capability'
    if (capability.audience !== actor) return 'wrong-signer'
    if (capability.renounced.some((renounce) => this.#history.saw(ref, renounce))) return 'renounced'
    return timeFault(capability.cited, hlc[0])
  }

  /** What may turn out later: null while it counts. */
  #voidBecause(capability: Capability, ref: Ref): Invalid | null {
    // The grants further up lie in the past of this one, or it would not be valid.
    if (!capability.isRoot && !capability.carriers.some((entry) => entry.why === null && this.#history.saw(ref, entry.ref)))
      return 'void-grant'
    return this.#isCut(capability, ref) ? 'revoked' : null
  }

  #isGrantedBefore(capability: Capability, ref: Ref): boolean {
    return capability.isRoot || capability.carriers.some((entry) => this.#history.saw(ref, entry.ref))
  }

  #isMentionedBefore(capability: Capability, ref: Ref): boolean {
    return capability.isRoot || capability.mentions.some((mention) => this.#history.saw(ref, mention))
  }

  #isChainKnownBefore(capability: Capability, ref: Ref): boolean {
    if (capability.depth === 0) return false
    for (let link: Capability | null = capability; link !== null; link = link.parent)
      if (!this.#isMentionedBefore(link, ref)) return false
    return true
  }

  /** Null asks for a change yet to be written, which no frontier holds. */
  #isCut(capability: Capability, ref: Ref | null): boolean {
    let below: Capability | null = null
    for (let link: Capability | null = capability; link !== null; below = link, link = link.parent) {
      for (const { cut, ref: revoked } of link.revocations) {
        if (!cut?.isActive || (below && cut.keep.has(below.id))) continue
        if (ref === null || !this.#covers(cut, revoked, ref)) return true
      }
    }
    return false
  }

  #covers({ marks }: Cut, revoked: Ref, ref: Ref): boolean {
    return marks === null ? this.#history.saw(revoked, ref) : this.#history.isWithin(marks, Math.floor(ref / 256))
  }

  #isReplaced({ actor, capability, rivals }: Entry): boolean {
    const rank = capability?.rank ?? RANKS
    return rivals.some(
      (rival) =>
        rival.why === null &&
        rival.capability !== null &&
        (rival.capability.rank < rank || (rival.capability.rank === rank && rival.actor === actor)),
    )
  }

  /** The entries among these names that lie in the past of the change. */
  #named(names: readonly ChangeName[], ref: Ref): Entry[] {
    return names.flatMap(([id, index]) => {
      const ordinal = this.#history.ordinalOf(id)
      const entry = ordinal === null ? undefined : this.#byRef.get(ordinal * 256 + index)
      return entry && this.#history.saw(ref, entry.ref) ? [entry] : []
    })
  }

  /** Brings all verdicts in step, by rising rank, after these entries have turned. */
  #settle(turned: readonly Entry[]): void {
    const dirty: Set<Capability>[] = Array.from({ length: RANKS }, () => new Set())
    const mark = (capability: Capability): void => void dirty[capability.rank]?.add(capability)
    this.#spread(turned, mark)
    for (const capabilities of dirty) {
      const next: Entry[] = []
      for (const capability of capabilities) {
        for (const entry of capability.entries) {
          const why = entry.fault ?? this.#voidBecause(capability, entry.ref)
          if (why === entry.why) continue
          if ((why === null) !== (entry.why === null)) next.push(entry)
          entry.why = why
          this.#turnedEntries.add(entry)
        }
      }
      this.#spread(next, mark)
    }
    for (const capabilities of dirty) for (const capability of capabilities) this.#rejudgeUses(capability)
  }

  /** Marks what depends on entries that have turned. All of it is of a higher rank number than they are. */
  #spread(turned: readonly Entry[], mark: (capability: Capability) => void): void {
    const revocations = new Set<Entry>()
    for (const entry of turned) {
      const { change } = entry
      if (entry.granted) mark(entry.granted)
      else if (change.op === 'revoke') {
        revocations.add(entry)
        for (const rival of this.#named(change.revocation.replaces, entry.ref)) if (rival.cut) revocations.add(rival)
      } else if (change.op === 'adopt') this.adoption.turn(entry)
      else if (change.op === 'unadopt')
        for (const rival of this.#named(change.changes, entry.ref)) if (rival.change.op === 'adopt') this.adoption.turn(rival)
    }
    for (const entry of revocations) {
      const { cut } = entry
      const isActive = entry.why === null && !this.#isReplaced(entry)
      if (!cut || cut.isActive === isActive) continue
      cut.isActive = isActive
      for (const capability of cut.target.subtree()) mark(capability)
    }
  }

  #rejudgeUses(capability: Capability): void {
    for (const ordinal of capability.uses) {
      const why = this.#voidBecause(capability, ordinal * 256)
      if (why === (capability.void.get(ordinal) ?? null)) continue
      if (why === null) capability.void.delete(ordinal)
      else capability.void.set(ordinal, why)
      this.#turnedUses.push({ capability, ordinal, why })
    }
  }
}

/**
 * Whether the holder of one capability may end the other: of lower rank number, and in all of its projects. Nobody ends their own:
 * with a tiny past they would take back what they did. `renounce` is for that.
 */
export function isSenior(capability: Capability, target: Capability): boolean {
  if (target.rank <= capability.rank || target.audience === capability.audience || capability.rank >= FIRST_AGENT_RANK)
    return false
  const { projects } = capability.cited
  return (
    projects === null || [...(target.inherited.projects ?? [null])].every((project) => project !== null && projects.has(project))
  )
}

/** The child of `target` that this capability below it hangs on; null for the target itself. */
function childOf(target: Capability, capability: Capability): Capability | null {
  let child: Capability | null = null
  for (let link: Capability | null = capability; link !== target && link !== null; link = link.parent) child = link
  return child
}
