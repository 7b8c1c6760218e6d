/**
 * The writer: from edits to batches of our own feeds.
 *
 * An edit counts at once in memory, in the *open* batch, whose place in the DAG (HLC, ancestors) is fixed when it opens.
 * Nothing foreign is admitted while a batch of ours has no id yet, so what an edit refers to is always in its past.
 * A closed batch is encoded, signed, and handed to the disk; while the disk is busy further edits gather in the next one.
 *
 *   write(hand, edit) ─> open batch ─close─> sign ─> disk (durable) ─> peers
 *
 * Several hands write here: the person's, and those of agents whose keys are kept here. There is one open batch for all of them,
 * closed when another hand writes, and one line of closed ones: whatever a batch stands on has its id before it is signed. So a key that
 * does not sign stops the line; a fresh replica takes over what the other hands wrote (`rewrite.ts`).
 */

import { assert } from '../base/assert.ts'
import { type Bytes, fromHex, toHex } from '../base/bytes.ts'
import type { RandomBytes } from '../base/random.ts'
import { BATCH_VERSION, type Change, type Hlc, KIND, type BatchKind, type VerifiedBatch } from '../core/batch.ts'
import { type AuthorityChange, encodeAuthority } from '../core/authority-change.ts'
import { type Edit, encodeEdit, fits, isWorkEdit, type Right } from '../core/change.ts'
import type { Grant } from '../core/capability.ts'
import { nextHlc } from '../core/hlc.ts'
import type { Author } from '../core/fold.ts'
import type { Ref } from '../core/history.ts'
import { type ActorKey, shortKey } from '../core/ids.ts'
import { LOCAL, PROTOCOL } from '../core/limits.ts'
import { feedName } from '../log/ledger.ts'
import type { BatchDraft } from '../log/signing.ts'
import type { Slip } from './slip.ts'
import type { State } from './state.ts'

/** Signs drafts with the device's key, which never leaves it. */
export interface Signer {
  readonly key: Bytes
  sign(draft: BatchDraft): Promise<VerifiedBatch>
}

/** Where our feed stands: its last batch, or null for a new feed. */
export interface FeedPlace {
  readonly feed: Bytes
  readonly head: { readonly seq: number; readonly id: Bytes } | null
}

/** What was written: an edit of the tree, or a change to who may what. */
export type Written =
  | { readonly kind: 'edit'; readonly edit: Edit; readonly right: Right; readonly capability: string }
  | { readonly kind: 'authority'; readonly change: AuthorityChange; readonly capability: string }

/** A change that no store has, and whose it is. */
export interface UnsavedChange {
  readonly signer: Signer
  readonly change: Written
}

/** Who writes, and where its feed goes on. Made by `join`. */
export interface Hand {
  /** Key and feed, in hex. */
  readonly feedName: string
}

interface OwnHand extends Hand {
  readonly signer: Signer
  readonly author: Author
  readonly feed: Bytes
  next: number
  prev: number | null
}

interface OpenBatch {
  readonly hand: OwnHand
  readonly ordinal: number
  readonly batchKind: BatchKind
  readonly seq: number
  readonly prev: number | null
  readonly after: readonly number[]
  readonly hlc: Hlc
  readonly written: Written[]
  readonly slips: Set<Slip>
  bytes: number
}

/** A hand's key did not sign. What is written since then may stand on what it wrote, so nothing more of anybody's can be signed here. */
export class SigningError extends Error {
  readonly actor: ActorKey

  constructor(actor: ActorKey, cause: unknown) {
    super(`A change could not be signed with ${shortKey(actor)}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
    this.actor = actor
  }
}

export interface SignedBatch {
  readonly batch: VerifiedBatch
  readonly ordinal: number
  readonly slips: ReadonlySet<Slip>
}

/** Room left in a batch for its envelope; an edit's size is estimated from above. */
const BODY_BUDGET = PROTOCOL.batchBytes - 4096

export class Writer {
  readonly #state: State
  readonly #now: () => number
  readonly #random: RandomBytes
  readonly #signed: (signed: SignedBatch) => void
  #open: OpenBatch | null = null
  #slip: Slip | null = null
  readonly #closed: OpenBatch[] = []
  #signing: Promise<void> | null = null
  /** Why signing has stopped, for all hands, until it is tried again; what was closed since stays in memory. */
  #broken: SigningError | null = null
  /** How often it was looked at what is being signed now, and what ends the wait for it. */
  #looks = 0
  #giveUp: ((why: Error) => void) | null = null
  readonly #hands = new Map<string, Hand>()
  readonly #unsaved = new Map<number, { readonly hand: OwnHand; readonly written: readonly Written[] }>()

  constructor(state: State, now: () => number, random: RandomBytes, signed: (signed: SignedBatch) => void) {
    this.#state = state
    this.#now = now
    this.#random = random
    this.#signed = signed
  }

  /** Takes a feed to write on. What is in it is in the log already. */
  join(signer: Signer, { feed, head }: FeedPlace): Hand {
    const prev = head && this.#state.history.ordinalOf(head.id)
    assert((head === null) === (prev === null), 'a feed is continued only where its last batch is in the log')
    const hand: OwnHand = {
      signer,
      author: this.#state.authorOf(signer.key),
      feed,
      feedName: feedName(signer.key, feed),
      next: head ? head.seq + 1 : 0,
      prev,
    }
    this.#hands.set(hand.feedName, hand)
    return hand
  }

  /** Writes to this feed no more. */
  leave(hand: Hand): void {
    this.#hands.delete(hand.feedName)
  }

  /** What is written by the time that `act` has returned goes with the slip. */
  under<T>(slip: Slip, act: () => T): T {
    const outer = this.#slip
    this.#slip = slip
    try {
      return act()
    } finally {
      this.#slip = outer
    }
  }

  /** Whether this actor has a hand here. */
  isHandOf(actor: string): boolean {
    return [...this.#hands.keys()].some((feed) => feed.startsWith(actor))
  }

  /** Whether a hand that is here writes to this feed. */
  isWrittenHere(feed: string): boolean {
    return this.#hands.has(feed)
  }

  /** Whether every batch of ours has its id: only then may foreign ones be admitted. */
  get idle(): boolean {
    return this.#open === null && this.#closed.length === 0
  }

  /** What is not durable yet, of whichever hand, oldest first: what a fresh replica would have to write again. */
  unsaved(): UnsavedChange[] {
    return [...this.#unsaved.values()].flatMap(({ hand, written }) => written.map((change) => ({ signer: hand.signer, change })))
  }

  /** What a batch of ours that is not durable yet says; undefined where the store has it, or it is not ours. */
  unsavedIn(ordinal: number): readonly Written[] | undefined {
    return this.#unsaved.get(ordinal)?.written
  }

  /** The store has this batch: its edits need not be kept. */
  forget(ordinal: number): void {
    this.#unsaved.delete(ordinal)
  }

  /** Edits in memory that have no signed batch yet. */
  get unsigned(): number {
    return this.#closed.reduce((sum, batch) => sum + batch.written.length, this.#open?.written.length ?? 0)
  }

  /** Where the next edit will be. Call right before `write`: an edit may name its own ref. */
  nextRef(hand: Hand, size: number): Ref {
    const batch = this.#roomFor(hand as OwnHand, KIND.data, size)
    return batch.ordinal * 256 + batch.written.length
  }

  /** Applies an edit and puts it into the open batch. Throws when the state refuses it: callers check rights first. */
  write(hand: Hand, edit: Edit, right: Right, capability: string): Ref {
    assert(fits(edit), `an edit that we write can be read (${edit.op})`)
    const size = sizeOf(edit)
    assert(size <= BODY_BUDGET, `an edit fits into a batch (${edit.op} of ${size} bytes)`)
    const ref = this.nextRef(hand, size)
    const batch = this.#open as OpenBatch
    const invalid = this.#state.applyEdit(edit, capability, batch.hand.author, ref)
    assert(invalid === null, `an edit that we write counts (${invalid})`)
    batch.written.push({ kind: 'edit', edit, right, capability })
    batch.bytes += size
    this.#mark(batch)
    return ref
  }

  /** Changes to who may what go out at once, one in a batch; all that is here lies in its past. */
  writeAuthority(hand: Hand, change: AuthorityChange, capability: string): Ref {
    this.close()
    const batch = this.#roomFor(hand as OwnHand, KIND.authority, BODY_BUDGET)
    const ref = batch.ordinal * 256
    const written: Written = { kind: 'authority', change, capability }
    if (change.op === 'grant') this.#state.ledger.introduce([change.grant.audience], batch.ordinal)
    // As it will be read: with the place of its capability in the batch, which has one.
    const invalid = this.#state.applyAuthority(encodeAuthority(change, 0), capability, batch.hand.author, ref, 1)
    batch.written.push(written)
    this.#mark(batch)
    this.close()
    assert(invalid === null, `a change to who may what that we write counts (${change.op}: ${invalid})`)
    return ref
  }

  /** Ends the open batch and begins to sign it. */
  close(): void {
    if (this.#open === null) return
    this.#closed.push(this.#open)
    this.#open = null
    if (this.#broken === null) this.#signing ??= this.#signAll()
  }

  /** Resolves once every edit so far is in a signed batch (more may have been written since). Rejects when signing has failed. */
  async allSigned(): Promise<void> {
    this.close()
    while (this.#signing) await this.#signing
    if (this.#broken) throw this.#broken
  }

  /** Tries again what could not be signed, in its place: nothing of the attempt that failed was given out. */
  retry(): void {
    this.#broken = null
    if (this.#closed.length > 0) this.#signing ??= this.#signAll()
  }

  /** Call it every second or so: a key that never answers counts as one that refused. */
  tick(): void {
    if (this.#giveUp && ++this.#looks > LOCAL.signingTicks) this.#giveUp(new Error('The key did not answer.'))
  }

  #mark(batch: OpenBatch): void {
    if (this.#slip === null) return
    batch.slips.add(this.#slip)
    this.#slip.last = batch.ordinal
  }

  #roomFor(hand: OwnHand, kind: BatchKind, size: number): OpenBatch {
    const open = this.#open
    const isFull = open !== null && (open.written.length === PROTOCOL.batchChanges || open.bytes + size > BODY_BUDGET)
    if (open && (isFull || open.hand !== hand || open.batchKind !== kind)) this.close()
    return (this.#open ??= this.#openBatch(hand, kind))
  }

  /** Fixes the place of a new batch. More heads than a header holds are joined by merge batches first. */
  #openBatch(hand: OwnHand, kind: BatchKind): OpenBatch {
    const { history } = this.#state
    const heads = (): number[] => [...history.heads].filter((head) => head !== hand.prev)
    while (heads().length > PROTOCOL.after) {
      this.#open = this.#place(hand, KIND.merge, heads().slice(0, PROTOCOL.after))
      this.close()
    }
    return this.#place(hand, kind, heads())
  }

  #place(hand: OwnHand, batchKind: BatchKind, after: readonly number[]): OpenBatch {
    assert(this.#state.isWhole, 'what is here was applied to its end: load the page again')
    const { history } = this.#state
    const hlc = nextHlc(history.latest, this.#now())
    const { next: seq, prev } = hand
    const ordinal = history.append({ id: null, feed: hand.feedName, seq, hlc, prev, after })
    hand.next++
    hand.prev = ordinal
    const written: Written[] = []
    this.#unsaved.set(ordinal, { hand, written })
    return { hand, ordinal, batchKind, seq, prev, after, hlc, written, slips: new Set(), bytes: 0 }
  }

  async #signAll(): Promise<void> {
    // A signer that fails at once does not end this before it is known to be under way.
    await Promise.resolve()
    let actor = '' as ActorKey
    try {
      for (let batch = this.#closed[0]; batch !== undefined; batch = this.#closed[0]) {
        const { signer } = batch.hand
        actor = toHex(signer.key) as ActorKey
        const draft = this.#draft(batch)
        const signed = await this.#inTime(() => signer.sign(draft))
        this.#state.history.identify(batch.ordinal, signed.id)
        this.#closed.shift()
        this.#signed({ batch: signed, ordinal: batch.ordinal, slips: batch.slips })
      }
    } catch (error) {
      // Whoever waits is told by `allSigned`; nothing more can be signed after a gap, since it may stand on what is missing.
      this.#broken = new SigningError(actor, error)
    } finally {
      this.#signing = null
    }
  }

  /** What comes after the wait was given up is thrown away: it is signed anew, if it ever is. */
  async #inTime<T>(sign: () => Promise<T>): Promise<T> {
    this.#looks = 0
    const late = new Promise<never>((_, reject) => (this.#giveUp = reject))
    try {
      return await Promise.race([sign(), late])
    } finally {
      this.#giveUp = null
    }
  }

  #draft(batch: OpenBatch): BatchDraft {
    const { history, workspace, names } = this.#state
    const capabilities = [...new Set(batch.written.map(({ capability }) => capability))]
    const changes = batch.written.map((written): Change => {
      const cited = capabilities.indexOf(written.capability)
      if (written.kind === 'authority') return encodeAuthority(written.change, cited)
      return encodeEdit(written.edit, written.right, cited, batch.ordinal, names)
    })
    const authority = batch.written.flatMap((written) => (written.kind === 'authority' ? [written.change] : []))
    return {
      v: BATCH_VERSION,
      kind: batch.batchKind,
      workspace,
      key: batch.hand.signer.key,
      feed: batch.hand.feed,
      seq: batch.seq,
      prev: batch.prev === null ? null : history.idOf(batch.prev),
      after: batch.after.map((ordinal) => history.idOf(ordinal)),
      hlc: batch.hlc,
      introduced: authority.flatMap((change) => (change.op === 'grant' ? [change.grant.audience] : [])),
      closed: authority.flatMap((change) => this.#closedBy(change)),
      ext: [],
      body: { salt: this.#random(16), capabilities: capabilities.map(fromHex), changes },
    }
  }

  /** A hint for those who cannot read the body: whose capability ends. */
  #closedBy(change: AuthorityChange): readonly Bytes[] {
    if (change.op !== 'revoke') return []
    const target = this.#state.authority.registry.get(toHex(change.revocation.target))
    return target ? [target.grant.audience] : []
  }
}

/** A batch of one grant in a new feed, placed after what is here; every head must have its id. */
export function grantDraft(
  { history, workspace }: State,
  key: Bytes,
  grant: Grant,
  capability: string,
  { now, random }: { readonly now: () => number; readonly random: RandomBytes },
): BatchDraft {
  // The latest heads: whoever holds the capability has just been granted it, or everything here comes after that.
  const heads = [...history.heads].toSorted((a, b) => history.compare(b * 256, a * 256)).slice(0, PROTOCOL.after)
  return {
    v: BATCH_VERSION,
    kind: KIND.authority,
    workspace,
    key,
    feed: random(8),
    seq: 0,
    prev: null,
    after: heads.map((head) => history.idOf(head)),
    hlc: nextHlc(history.latest, now()),
    introduced: [grant.audience],
    closed: [],
    ext: [],
    body: {
      salt: random(16),
      capabilities: [fromHex(capability)],
      changes: [encodeAuthority({ op: 'grant', grant }, 0)],
    },
  }
}

/** An upper bound of the edit's encoded bytes. */
function sizeOf(edit: Edit): number {
  if (isWorkEdit(edit)) return 80 + sizeOfValue(edit.note)
  switch (edit.op) {
    case 'create':
      return (
        160 +
        sizeOfValue(edit.facts.path) +
        edit.fields.reduce((sum, [field, value]) => sum + field.length * 3 + 5 + sizeOfValue(value), 0)
      )
    case 'set':
      return 40 + edit.field.length * 3 + sizeOfValue(edit.value)
    case 'add':
      return 50 + (edit.field.length + edit.element.length) * 3
    case 'remove':
      return 50 + (edit.field.length + edit.element.length) * 3 + edit.tags.length * 42
    case 'text':
      return 50 + edit.field.length * 3 + edit.update.length
  }
}

function sizeOfValue(value: unknown): number {
  if (typeof value === 'string') return value.length * 3 + 5
  if (value instanceof Uint8Array) return value.length + 5
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + sizeOfValue(item), 5)
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).reduce((sum, [key, item]) => sum + key.length * 3 + 5 + sizeOfValue(item), 5)
  return 9
}
