/**
 * The gate: how fast what peers send is taken in, by what its author may.
 *
 * Each author has an allowance of changes a second, larger for people than for agents, with a burst on top. It is counted in the
 * author's own time (HLC), held against this device's clock: what was written at a fair pace and comes late, all at once, passes
 * freely. What was written faster stays outside until its time, so that nobody else's words wait for it, unless they hang on it;
 * and when much of it stays outside, whoever brings it is not heard for a while. Nothing is refused, so all replicas still end
 * with the same log.
 *
 * Whoever has no right any more can still write what counts nowhere. Of that so much is kept as people may want to adopt; the
 * rest stays outside, unless a batch that is let in hangs on it, or its author may write again. Who brings in keys without
 * right answers for what those write.
 */

import { type Bytes, toHex } from '../base/bytes.ts'
import type { VerifiedBatch } from '../core/batch.ts'
import type { ActorKey } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { BANDS } from '../core/roles.ts'
import type { Admitted } from '../log/ledger.ts'
import type { State } from './state.ts'

interface Allowance {
  /** Changes. */
  readonly perSecond: number
  readonly burst: number
}

const PEOPLE: Allowance = { perSecond: LOCAL.personChangesPerSecond, burst: LOCAL.personBurst }
const AGENTS: Allowance = { perSecond: LOCAL.agentChangesPerSecond, burst: LOCAL.agentBurst }
const NOBODY: Allowance = { perSecond: LOCAL.strangerChangesPerSecond, burst: LOCAL.strangerBurst }

/** What a batch costs besides its changes: itself, its bytes, a feed of its own, and that all of it was in vain. */
const BATCH_COST = 1
const BYTES_A_CHANGE = 4096
const FEED_COST = 20
const VAIN_FACTOR = 50
/** Who was held back is said to flood for so long. */
const FLOOD_SHOWN_MS = 10 * 60_000

export class Gate {
  readonly #state: State
  readonly #self: ActorKey
  readonly #now: () => number
  /** Per author the moment, in its own time, at which the allowance without the burst would have got to what it wrote. */
  readonly #due = new Map<ActorKey, number>()
  readonly #allowances = new Map<ActorKey, Allowance>()
  readonly #accounts = new Map<ActorKey, ActorKey>()
  /** What is kept of authors without right. */
  readonly #kept = new Map<ActorKey, { batches: number; bytes: number }>()
  /** Who had to be held back, and when last. */
  readonly #floods = new Map<ActorKey, number>()

  constructor(state: State, self: ActorKey, now: () => number) {
    this.#state = state
    this.#self = self
    this.#now = now
  }

  /** Who may what has changed. */
  forget(): void {
    this.#allowances.clear()
    this.#accounts.clear()
  }

  /** Who answers for what is written under a key: whoever brought it in without right, or else its own holder. Null is oneself. */
  accountOf(key: Bytes): ActorKey | null {
    const actor = toHex(key) as ActorKey
    if (actor === this.#self) return null
    const known = this.#accounts.get(actor)
    if (known) return known
    const account = this.#findAccount(actor)
    this.#accounts.set(actor, account)
    return account
  }

  /** Whether what this author wrote is to stay outside for now: because enough of theirs is kept, or it comes too fast. */
  keepsOut(account: ActorKey): boolean {
    const allowance = this.#allowanceOf(account)
    if (allowance === NOBODY) {
      const kept = this.#keptOf(account)
      if (kept.batches >= LOCAL.vainBatches || kept.bytes >= LOCAL.vainBytes) return true
    }
    return (this.#due.get(account) ?? 0) - (allowance.burst * 1000) / allowance.perSecond > this.#now()
  }

  /** Notes that a batch was kept out, one of so many; answers for how many milliseconds whoever brought it should wait. */
  kept(account: ActorKey, outside: number): number {
    this.#floods.set(account, this.#now())
    const { perSecond } = this.#allowanceOf(account)
    return (Math.max(0, outside - LOCAL.authorOutside) * 1000 * (1 + BATCH_COST)) / perSecond
  }

  /** Charges the author of an admitted batch. */
  charge({ batch, ordinal }: Admitted): void {
    const { header, wire } = batch
    const account = this.accountOf(header.key)
    if (account === null) return
    const allowance = this.#allowanceOf(account)
    if (allowance === NOBODY) {
      const kept = this.#keptOf(account)
      kept.batches++
      kept.bytes += wire.length
    } else this.#kept.delete(account)
    // Of those without right all is in vain, and their allowance is small for it.
    const factor = allowance !== NOBODY && this.#isInVain(batch, ordinal) ? VAIN_FACTOR : 1
    const said = (BATCH_COST + header.count + wire.length / BYTES_A_CHANGE) * factor
    const cost = said + (header.prev === null ? FEED_COST : 0)
    this.#due.set(account, Math.max(this.#due.get(account) ?? 0, header.hlc[0]) + (cost * 1000) / allowance.perSecond)
  }

  /** Who has written far more than they may, in the last minutes. */
  floods(): readonly ActorKey[] {
    const since = this.#now() - FLOOD_SHOWN_MS
    return [...this.#floods].flatMap(([actor, at]) => (at >= since ? [actor] : []))
  }

  /** Nothing that the batch says counts. */
  #isInVain({ header }: VerifiedBatch, ordinal: number): boolean {
    if (header.count === 0) return false
    for (let index = 0; index < header.count; index++) if (!this.#state.void.has(ordinal * 256 + index)) return false
    return true
  }

  #findAccount(actor: ActorKey): ActorKey {
    let account = actor
    const asked = new Set([account])
    while (!this.#wasGranted(account)) {
      const [introduction] = this.#state.ledger.introducersOf(account)
      if (introduction === undefined) break
      const by = this.#state.history.feedOf(introduction).slice(0, account.length) as ActorKey
      if (asked.has(by)) break
      asked.add(by)
      account = by
    }
    return account
  }

  #wasGranted(actor: ActorKey): boolean {
    const held = this.#state.authority.registry.heldBy(actor)
    return held.some(({ isRoot, carriers }) => isRoot || carriers.some(({ why }) => why === null))
  }

  #allowanceOf(account: ActorKey): Allowance {
    const known = this.#allowances.get(account)
    if (known) return known
    const { authority } = this.#state
    // Who gave up what they held may have written before, elsewhere; what somebody else ended is drawn by a line.
    const ranks = authority.registry.heldBy(account).flatMap((held) => (authority.isStanding(held) ? [held.rank] : []))
    const allowance = ranks.length === 0 ? NOBODY : Math.min(...ranks) <= BANDS.member[1] ? PEOPLE : AGENTS
    this.#allowances.set(account, allowance)
    return allowance
  }

  /** Of what was kept before this replica was opened, the batches are counted and their bytes are not known. */
  #keptOf(account: ActorKey): { batches: number; bytes: number } {
    const known = this.#kept.get(account)
    if (known) return known
    const { history } = this.#state
    const batches = new Set<number>()
    for (const ref of this.#state.void.keys()) {
      const ordinal = Math.floor(ref / 256)
      if (history.feedOf(ordinal).startsWith(account)) batches.add(ordinal)
    }
    const kept = { batches: batches.size, bytes: 0 }
    this.#kept.set(account, kept)
    return kept
  }
}
