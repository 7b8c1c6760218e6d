/**
 * A scene: a short history said by hand, in which everybody has seen everything so far unless it says otherwise. For tests that
 * tell one attack each; bytes and judgement are those of `authority-histories.fixture.ts`.
 */

import type { NodeId } from '../core/ids.ts'
import { read } from '../core/fold.ts'
import { stateAfter, StoryWorld } from './authority-histories.fixture.ts'
import type { StoryBatch, StoryGrant, StoryNode, StoryOp } from './authority-oracle.fixture.ts'
import type { State } from './state.ts'

export interface Placed {
  /** Hangs on these alone. */
  readonly after?: readonly StoryBatch[]
  /** Continues this batch; null begins a new feed. */
  readonly prev?: StoryBatch | null
  readonly ms?: number
}

type GrantOver = Partial<Pick<StoryGrant, 'rights' | 'types' | 'globs' | 'projects' | 'notBefore' | 'expires' | 'invite'>>

const OPEN = { rights: null, types: null, globs: null, projects: null, notBefore: 0, expires: null, invite: null }

export class Scene {
  readonly world: StoryWorld
  readonly #heads = new Map<string, StoryBatch>()
  #feeds = 0

  constructor(roots: readonly string[] = ['owner']) {
    this.world = new StoryWorld(roots)
  }

  root(name = 'owner'): StoryGrant {
    return this.world.grants.find(({ id }) => id === `root:${name}`) as StoryGrant
  }

  /** A capability and the batch that grants it. */
  grant(
    parent: StoryGrant,
    audience: string,
    rank: number,
    over: GrantOver = {},
    placed: Placed = {},
  ): { cap: StoryGrant; batch: StoryBatch } {
    const cap = this.world.grant({ parent: parent.id, issuer: parent.audience, audience, rank, ...OPEN, ...over })
    return { cap, batch: this.say(parent.audience, [{ op: 'grant', cap: parent.id, grant: cap }], placed) }
  }

  revoke(
    by: StoryGrant,
    target: StoryGrant,
    over: { keep?: readonly StoryGrant[]; frontier?: readonly StoryBatch[]; replaces?: readonly StoryBatch[] } = {},
    placed: Placed = {},
  ): StoryBatch {
    const op: StoryOp = {
      op: 'revoke',
      cap: by.id,
      target: target.id,
      keep: (over.keep ?? []).map(({ id }) => id),
      frontier: over.frontier ? over.frontier.map(({ id }) => id) : null,
      replaces: (over.replaces ?? []).map(({ id }) => `${id}:0`),
    }
    return this.say(by.audience, [op], placed)
  }

  node(creator: string, facts: Partial<Omit<StoryNode, 'id' | 'creator'>> = {}): StoryNode {
    return this.world.node({ creator, type: 'task', project: null, path: null, ...facts })
  }

  create(by: StoryGrant, node: StoryNode, placed: Placed = {}): StoryBatch {
    return this.say(by.audience, [{ op: 'create', cap: by.id, node, value: 'new' }], placed)
  }

  set(by: StoryGrant, node: StoryNode, value: string, placed: Placed = {}): StoryBatch {
    return this.say(by.audience, [{ op: 'set', cap: by.id, node, value }], placed)
  }

  adopt(by: StoryGrant, batches: readonly StoryBatch[], placed: Placed = {}): StoryBatch {
    return this.say(by.audience, [{ op: 'adopt', cap: by.id, names: batches.map(({ id }) => `${id}:0`) }], placed)
  }

  say(author: string, ops: readonly StoryOp[], { after, prev, ms }: Placed = {}): StoryBatch {
    const continued = prev === undefined ? (this.#heads.get(author) ?? null) : prev
    const all = new Set(this.world.batches.map(({ id }) => id))
    const heads = after ? after.map(({ id }) => id) : this.world.headsOf(all).filter((id) => id !== continued?.id)
    const least = Math.max(1_000_000, ...[...heads, ...(continued ? [continued.id] : [])].map((id) => this.world.at(id).ms + 1))
    const feed = continued?.feed ?? `${author}/${this.#heads.has(author) ? ++this.#feeds : 0}`
    const made = this.world.add({
      author,
      feed,
      seq: continued ? continued.seq + 1 : 0,
      prev: continued?.id ?? null,
      after: heads,
      ms: ms ?? least,
      ops,
    })
    if (prev === undefined) this.#heads.set(author, made)
    return made
  }

  /** What a replica makes of it that got it in this order. */
  play(order: 'told' | 'reversed' = 'told'): Played {
    const told = this.world.told()
    const [genesis, ...others] = told.batches
    if (!genesis) throw new Error('Broken invariant: a story begins with its genesis')
    const state = stateAfter([genesis, ...(order === 'told' ? others : others.toReversed())], 1)
    const refOf = ({ id }: StoryBatch, index: number): number | null => {
      const ordinal = state.history.ordinalOf(Uint8Array.from(Buffer.from(told.ids.get(id) as string, 'hex')))
      return ordinal === null ? null : ordinal * 256 + index
    }
    return {
      state,
      why(batch, index = 0) {
        const ref = refOf(batch, index)
        return ref === null ? 'not admitted' : (state.quarantine.get(ref) ?? null)
      },
      title({ id }) {
        const node = state.fold.nodes.get(id as NodeId)
        return node ? (read(node, 'title') as string | undefined) : undefined
      },
    }
  }
}

export interface Played {
  readonly state: State
  /** Why the change does not count, or null. */
  why(batch: StoryBatch, index?: number): string | null
  /** Undefined where the node is not there. */
  title(node: StoryNode): string | undefined
}
