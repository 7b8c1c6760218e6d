/**
 * Stories of people and agents who hand on rights, take them away, and cheat: told at random by a seed, each teller knowing only
 * what reached them; and the same stories as batches, for a real `State`.
 *
 * Cheats fork their feeds, date back as far as their past allows, hang on old ancestors, cite what others hold, grant and
 * revoke what is not theirs, and publish late. All of it is admissible: what counts of it is the rule's to say.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { type Bytes, concatBytes, toHex, utf8 } from '../base/bytes.ts'
import { seededRandom } from '../base/random.ts'
import { type AuthorityChange, encodeAuthority } from '../core/authority-change.ts'
import { BATCH_VERSION, type Change, KIND, type VerifiedBatch } from '../core/batch.ts'
import { type ChangeName, capabilityId, FLAG, type Grant, rootCapability } from '../core/capability.ts'
import { decodeEdit, type Edit, encodeEdit, RIGHTS, type Right } from '../core/change.ts'
import { type NodeFacts, type NodeId, nodeIdOf, nodeIdToBytes } from '../core/ids.ts'
import type { Story, StoryBatch, StoryGrant, StoryNode, StoryOp } from './authority-oracle.fixture.ts'
import { State } from './state.ts'

export const WORKSPACE = sha256(utf8('stories'))
const START = 1_000_000

export interface Told {
  readonly story: Story
  readonly pasts: ReadonlyMap<string, ReadonlySet<string>>
  /** The genesis first. */
  readonly batches: readonly VerifiedBatch[]
  /** Batch of the story → id of the real one, in hex. */
  readonly ids: ReadonlyMap<string, string>
  readonly nodes: readonly StoryNode[]
}

export interface StoryOptions {
  readonly steps?: number
  readonly actors?: number
  /** Roots beside the first. */
  readonly roots?: number
}

interface Teller {
  readonly name: string
  readonly isCheat: boolean
  readonly known: Set<string>
  /** The end of their own feed. */
  head: StoryBatch | null
}

const RIGHT_SETS: readonly (readonly Right[] | null)[] = [
  null,
  null,
  null,
  ['create', 'update'],
  ['update', 'grant'],
  ['create', 'update', 'grant', 'revoke'],
  [],
]

export function tellStory(seed: number, { steps = 80, actors = 6, roots = 1 }: StoryOptions = {}): Told {
  const random = seededRandom(seed)
  const upTo = (n: number): number => Math.floor(random() * n)
  const chance = (p: number): boolean => random() < p
  const pick = <T>(list: readonly T[]): T => list[upTo(list.length)] as T
  const world = new StoryWorld(Array.from({ length: 1 + roots }, (_, i) => `root${i}`))
  const tellers: Teller[] = [
    ...world.roots.map((name, i) => ({ name, isCheat: i > 0 && chance(0.2), known: new Set<string>(), head: null })),
    ...Array.from({ length: actors }, (_, i) => ({ name: `p${i}`, isCheat: chance(0.4), known: new Set<string>(), head: null })),
  ]
  const [first] = tellers as [Teller]

  function publish(teller: Teller, ops: readonly StoryOp[], over: Partial<StoryBatch> = {}): StoryBatch {
    const prev = over.prev === undefined ? (teller.head?.id ?? null) : over.prev
    const heads = over.after ?? world.headsOf(teller.known).filter((id) => id !== prev)
    const after = heads.filter((id) => id !== prev).slice(0, 16)
    const least = Math.max(START, ...[...after, ...(prev ? [prev] : [])].map((id) => world.at(id).ms + 1))
    const batch = world.add({
      author: teller.name,
      feed: over.feed ?? `${teller.name}/0`,
      seq: over.seq ?? (teller.head ? teller.head.seq + 1 : 0),
      prev,
      after,
      ms: over.ms ?? least + upTo(3),
      ops,
    })
    for (const id of [batch.id, ...(world.pasts.get(batch.id) as ReadonlySet<string>)]) teller.known.add(id)
    if (Object.keys(over).length === 0) teller.head = batch
    return batch
  }

  function grantFor(teller: Teller, cap: StoryGrant, to: string): StoryGrant {
    const folder = pick(['src/**', 'docs/**', 'src/api/**'])
    const { projects } = world
    if (cap.invite && chance(0.8))
      return world.grant({
        ...cap,
        parent: cap.id,
        issuer: teller.name,
        audience: to,
        rank: cap.rank + 1,
        notBefore: 0,
        expires: null,
        invite: null,
      })
    return world.grant({
      parent: cap.id,
      issuer: chance(0.97) ? teller.name : pick(tellers).name,
      audience: to,
      rank: chance(0.85) ? Math.min(99, Math.max(10, cap.rank + pick([1, 1, 5, 10, 20]))) : upTo(100),
      rights: pick(RIGHT_SETS),
      types: chance(0.75) ? null : pick([['task'], ['document'], []]),
      globs: chance(0.7) ? null : [folder],
      projects: chance(0.5) || projects.length === 0 ? null : [pick(projects).id],
      notBefore: chance(0.9) ? 0 : START + upTo(200),
      expires: chance(0.8) ? null : START + upTo(400),
      invite: chance(0.85) ? null : pick(['bounded', 'lasting'] as const),
    })
  }

  function revokeFor(teller: Teller, cap: string, target: string): StoryOp {
    const children = world.grants.filter(({ parent }) => parent === target)
    const earlier = [...teller.known]
      .flatMap((id) => world.at(id).ops.map((o, index) => ({ o, name: `${id}:${index}` })))
      .filter(({ o }) => o.op === 'revoke' && o.target === target)
    return {
      op: 'revoke',
      cap,
      target,
      keep: chance(0.5) && children.length > 0 ? [pick(children).id] : [],
      frontier: chance(0.35) && teller.known.size > 0 ? [...new Set([pick([...teller.known]), pick([...teller.known])])] : null,
      replaces: chance(0.5) ? earlier.slice(0, 8).map(({ name }) => name) : [],
    }
  }

  function dataFor(cap: string, teller: Teller): StoryOp {
    const there = world.nodes
    if (there.length === 0 || chance(0.25)) {
      const node = world.node({
        creator: chance(0.95) ? teller.name : pick(tellers).name,
        type: pick(['task', 'task', 'document', 'project'] as const),
        project: world.projects.length > 0 && chance(0.5) ? pick(world.projects).id : null,
        path: pick(['src/a', 'src/api/b', 'docs/c', null]),
      })
      return { op: 'create', cap, node, value: `v${upTo(1000)}` }
    }
    if (chance(0.1)) return { op: 'create', cap, node: pick(there), value: `again${upTo(9)}` }
    if (chance(0.1)) return { op: 'move', cap, node: pick(there), to: pick(there) }
    return { op: 'set', cap, node: pick(there), value: `v${upTo(1000)}` }
  }

  function act(teller: Teller): void {
    // A key that nobody let in is not heard.
    if (!world.isLetIn(teller.name, teller.known)) return
    const held = world.grants.filter(
      ({ audience, id }) => audience === teller.name && (teller.isCheat || world.isKnownTo(id, teller.known)),
    )
    const cap = teller.isCheat && chance(0.2) ? pick(world.grants) : held.length > 0 ? pick(held) : null
    if (!cap) return
    const stale = teller.isCheat && chance(0.4) ? staleFor(teller) : {}
    const dice = random()
    if (dice < 0.5)
      return void publish(
        teller,
        Array.from({ length: 1 + upTo(3) }, () => dataFor(cap.id, teller)),
        stale,
      )
    if (dice < 0.66) {
      const grants = Array.from({ length: chance(0.9) ? 1 : 2 }, () => grantFor(teller, cap, pick(tellers).name))
      return void publish(
        teller,
        grants.map((grant) => ({ op: 'grant' as const, cap: cap.id, grant })),
        stale,
      )
    }
    if (dice < 0.86) {
      const targets = world.grants.filter(
        ({ id, rank }) => (teller.isCheat && chance(0.5)) || (rank > cap.rank && world.isKnownTo(id, teller.known)),
      )
      return targets.length > 0 ? void publish(teller, [revokeFor(teller, cap.id, pick(targets).id)], stale) : undefined
    }
    if (dice < 0.89 && !cap.id.startsWith('root:'))
      return void publish(teller, [{ op: 'renounce', cap: cap.id, target: cap.id }], stale)
    const names = [...teller.known].flatMap((id) => world.at(id).ops.map((o, index) => ({ o, name: `${id}:${index}` })))
    const adopts = names.filter(({ o }) => o.op === 'adopt').map(({ name }) => name)
    const unadopts = adopts.length > 0 && chance(0.4)
    const list = unadopts ? [pick(adopts)] : Array.from({ length: Math.min(4, names.length) }, () => pick(names).name)
    if (list.length > 0) publish(teller, [{ op: unadopts ? 'unadopt' : 'adopt', cap: cap.id, names: [...new Set(list)] }], stale)
  }

  /** An old place in one's own feed, or a new feed that hangs on whatever lets the key in. */
  function staleFor(teller: Teller): Partial<StoryBatch> {
    const own = [...teller.known].map((id) => world.at(id)).filter(({ author }) => author === teller.name)
    const ms = (least: number): number => least + 1 + (chance(0.5) ? 0 : upTo(100))
    if (own.length > 0 && chance(0.7)) {
      const base = pick(own)
      return { feed: base.feed, seq: base.seq + 1, prev: base.id, after: [], ms: ms(base.ms) }
    }
    const introductions = [...teller.known].filter((id) => world.isLetIn(teller.name, [id]))
    const anywhere = teller.known.size > 0 && chance(0.3) ? [pick([...teller.known])] : []
    const after = introductions.length > 0 ? [...new Set([pick(introductions), ...anywhere])] : []
    if (after.length === 0) return {}
    return {
      feed: `${teller.name}/${world.batches.length}`,
      seq: 0,
      prev: null,
      after,
      ms: ms(Math.max(...after.map((id) => world.at(id).ms))),
    }
  }

  // A few to begin with: an admin, whom they let in, and whom those let in; so that there are chains to be cut in the middle.
  const open = { rights: null, types: null, globs: null, projects: null, notBefore: 0, expires: null, invite: null } as const
  let above = world.grants[0] as StoryGrant
  for (const teller of tellers.filter(({ name }) => name.startsWith('p'))) {
    if (chance(0.3)) above = world.grants[0] as StoryGrant
    const issuer = tellers.find(({ name }) => name === above.audience) as Teller
    const rank = above.rank + pick([5, 5, 10, 15])
    const grant = world.grant({ parent: above.id, issuer: issuer.name, audience: teller.name, rank: Math.max(10, rank), ...open })
    const { id } = publish(issuer, [{ op: 'grant', cap: above.id, grant }])
    teller.known.add(id)
    for (const past of world.pasts.get(id) as ReadonlySet<string>) teller.known.add(past)
    above = grant
  }
  for (const teller of tellers) if (chance(0.8)) for (const id of first.known) teller.known.add(id)
  for (let step = 0; step < steps; step++) {
    const teller = pick(tellers)
    if (chance(0.35)) {
      const other = pick(tellers)
      for (const id of teller.known)
        if (chance(0.9)) for (const one of [id, ...(world.pasts.get(id) as ReadonlySet<string>)]) other.known.add(one)
    } else act(teller)
  }
  return world.told()
}

/** What was told so far, and its bytes. */
export class StoryWorld {
  readonly roots: readonly string[]
  readonly grants: StoryGrant[] = []
  readonly nodes: StoryNode[] = []
  readonly batches: StoryBatch[] = []
  readonly pasts = new Map<string, ReadonlySet<string>>()
  readonly #byId = new Map<string, StoryBatch>()
  readonly #real = new Map<string, VerifiedBatch>()
  readonly #realGrants = new Map<string, Grant>()
  readonly #genesis: VerifiedBatch

  constructor(roots: readonly string[]) {
    this.roots = roots
    this.#genesis = genesisOf(roots.map(keyOf))
    roots.forEach((name, rank) => {
      this.#realGrants.set(`root:${name}`, rootCapability(WORKSPACE, keyOf(name), rank))
      this.grants.push({
        id: `root:${name}`,
        parent: '',
        issuer: name,
        audience: name,
        rank,
        rights: null,
        types: null,
        globs: null,
        projects: null,
        notBefore: 0,
        expires: null,
        invite: null,
      })
    })
  }

  get projects(): readonly StoryNode[] {
    return this.nodes.filter(({ type }) => type === 'project')
  }

  at(id: string): StoryBatch {
    return this.#byId.get(id) as StoryBatch
  }

  isKnownTo(cap: string, known: ReadonlySet<string>): boolean {
    return cap.startsWith('root:') || [...known].some((id) => this.at(id).ops.some((o) => o.op === 'grant' && o.grant.id === cap))
  }

  /** Whether one of these batches, or the genesis, names the key of this author. */
  isLetIn(name: string, known: Iterable<string>): boolean {
    const names = (id: string): boolean => this.at(id).ops.some((o) => o.op === 'grant' && o.grant.audience === name)
    return this.roots.includes(name) || [...known].some(names)
  }

  headsOf(known: ReadonlySet<string>): string[] {
    const heads = new Set(known)
    for (const id of known) {
      const { prev, after } = this.at(id)
      for (const past of [...after, ...(prev ? [prev] : [])]) heads.delete(past)
    }
    return [...heads]
  }

  grant(grant: Omit<StoryGrant, 'id'>): StoryGrant {
    const parent = this.#realGrants.get(grant.parent) as Grant
    const nonce = new Uint8Array(8)
    new DataView(nonce.buffer).setUint32(0, this.grants.length)
    const real: Grant = {
      workspace: WORKSPACE,
      parent: capabilityId(parent),
      issuer: keyOf(grant.issuer),
      audience: keyOf(grant.audience),
      audienceBox: null,
      rank: grant.rank,
      types: grant.types,
      rights: grant.rights && grant.rights.map((right) => RIGHTS.indexOf(right)),
      globs: grant.globs,
      projects: grant.projects && grant.projects.map((id) => nodeIdToBytes(id as NodeId)),
      notBefore: grant.notBefore,
      expires: grant.expires,
      flags: grant.invite === null ? 0 : grant.invite === 'lasting' ? FLAG.redeemOnly | FLAG.lasting : FLAG.redeemOnly,
      nonce,
    }
    const id = toHex(capabilityId(real))
    const made = { ...grant, id }
    this.#realGrants.set(id, real)
    this.grants.push(made)
    return made
  }

  node(facts: Omit<StoryNode, 'id'>): StoryNode {
    const real = this.#factsOf(facts, this.nodes.length)
    const made: StoryNode = { ...facts, id: nodeIdOf(WORKSPACE, keyOf(facts.creator), real) }
    this.nodes.push(made)
    return made
  }

  add(batch: Omit<StoryBatch, 'id'>): StoryBatch {
    const made = { ...batch, id: `b${this.batches.length}` }
    const parents = [...made.after, ...(made.prev ? [made.prev] : [])]
    this.pasts.set(made.id, new Set(parents.flatMap((id) => [id, ...(this.pasts.get(id) as ReadonlySet<string>)])))
    this.#byId.set(made.id, made)
    this.batches.push(made)
    this.#real.set(made.id, this.#bytesOf(made))
    return made
  }

  told(): Told {
    return {
      story: { roots: this.roots, batches: this.batches },
      pasts: this.pasts,
      batches: [this.#genesis, ...this.batches.map(({ id }) => this.#real.get(id) as VerifiedBatch)],
      ids: new Map(this.batches.map(({ id }) => [id, toHex((this.#real.get(id) as VerifiedBatch).id)])),
      nodes: this.nodes,
    }
  }

  #factsOf({ type, project, path }: Omit<StoryNode, 'id'>, number: number): NodeFacts {
    const nonce = new Uint8Array(16)
    new DataView(nonce.buffer).setUint32(0, number)
    return { type, project: project as NodeId | null, path, subject: null, nonce }
  }

  #bytesOf(batch: StoryBatch): VerifiedBatch {
    const { author, feed, seq, prev, after, ms, ops } = batch
    const isData = ops.every(({ op }) => op === 'create' || op === 'set' || op === 'move')
    const caps = [...new Set(ops.map(({ cap }) => cap))]
    const changes = ops.map((o) => this.#changeOf(o, caps.indexOf(o.cap)))
    const key = keyOf(author)
    const introduced = new Set(ops.flatMap((o) => (o.op === 'grant' ? [toHex(keyOf(o.grant.audience))] : [])))
    return {
      id: sha256(utf8(`${batch.id} ${author} ${feed} ${JSON.stringify(ops)}`)),
      header: {
        v: BATCH_VERSION,
        kind: isData ? KIND.data : KIND.authority,
        workspace: WORKSPACE,
        key,
        feed: sha256(utf8(feed)).slice(0, 8),
        seq,
        prev: prev === null ? null : (this.#real.get(prev) as VerifiedBatch).id,
        after: [
          ...after.map((id) => (this.#real.get(id) as VerifiedBatch).id),
          ...(prev || after.length > 0 ? [] : [this.#genesis.id]),
        ],
        hlc: [ms, 0],
        count: changes.length,
        bodyHash: new Uint8Array(32),
        bodyLen: 0,
        introduced: [...introduced].map((hex) => Uint8Array.from(Buffer.from(hex, 'hex'))),
        closed: [],
        ext: [],
      },
      body: {
        salt: new Uint8Array(16),
        capabilities: caps.map((cap) => capabilityId(this.#realGrants.get(cap) as Grant)),
        changes,
      },
      wire: new Uint8Array(0),
    }
  }

  #changeOf(o: StoryOp, cap: number): Change {
    const edit = this.#editOf(o)
    const names = { ordinalOf: () => null, idOf: () => new Uint8Array(32) }
    if (edit) return encodeEdit(edit, edit.op === 'create' ? 'create' : 'update', cap, 0, names)
    return encodeAuthority(this.#authorityOf(o), cap)
  }

  /** Null for what is about who may what. */
  #editOf(o: StoryOp): Edit | null {
    if (o.op === 'create') {
      const facts = this.#factsOf(o.node, this.nodes.indexOf(o.node))
      return { op: 'create', node: o.node.id as NodeId, facts, number: 1, fields: [['title', o.value]] }
    }
    if (o.op === 'set') return { op: 'set', node: o.node.id as NodeId, field: 'title', value: o.value }
    return o.op === 'move' ? { op: 'set', node: o.node.id as NodeId, field: 'parent', value: o.to.id } : null
  }

  #authorityOf(o: StoryOp): AuthorityChange {
    const idOf = (cap: string): Bytes => capabilityId(this.#realGrants.get(cap) as Grant)
    const nameOf = (name: string): ChangeName => {
      const [batch = '', index] = name.split(':')
      return [(this.#real.get(batch) as VerifiedBatch).id, Number(index)]
    }
    switch (o.op) {
      case 'grant':
        return { op: 'grant', grant: this.#realGrants.get(o.grant.id) as Grant }
      case 'revoke':
        return {
          op: 'revoke',
          revocation: {
            target: idOf(o.target),
            keep: o.keep.map(idOf),
            frontier: o.frontier && o.frontier.map((id) => (this.#real.get(id) as VerifiedBatch).id),
            replaces: o.replaces.map(nameOf),
            reason: '',
          },
        }
      case 'renounce':
        return { op: 'renounce', target: idOf(o.target) }
      case 'adopt':
      case 'unadopt':
        return { op: o.op, changes: o.names.map(nameOf) }
      default:
        throw new Error(`Broken invariant: ${o.op} is about who may what`)
    }
  }
}

/** A replica's state once these have come in this order, nodes built anew whenever `every` batches have come. */
export function stateAfter(batches: readonly VerifiedBatch[], every: number): State {
  const state = new State(WORKSPACE, () => START * 10)
  const byOrdinal = new Map<number, VerifiedBatch>()
  batches.forEach((batch, i) => {
    state.offer(batch, 'peer', ({ ordinal, batch: admitted }) => byOrdinal.set(ordinal, admitted))
    if ((i + 1) % every === 0) rebuildNow(state, byOrdinal)
  })
  rebuildNow(state, byOrdinal)
  return state
}

/** `replica/refold.ts` without a store. */
function rebuildNow(state: State, byOrdinal: ReadonlyMap<number, VerifiedBatch>): void {
  for (const slot of [...state.stale]) {
    const changes = state.index.refsOf(slot).flatMap((ref) => {
      const ordinal = Math.floor(ref / 256)
      const change = byOrdinal.get(ordinal)?.body?.changes[ref % 256] as Change
      const edit = decodeEdit(change, ordinal, state.names)
      return edit ? [{ ref, edit }] : []
    })
    state.rebuild(slot, changes)
  }
}

/** Tagged keys by name. */
function keyOf(name: string): Bytes {
  return concatBytes(Uint8Array.of(1), sha256(utf8(name)))
}

function genesisOf(roots: readonly Bytes[]): VerifiedBatch {
  return {
    id: WORKSPACE,
    header: {
      v: BATCH_VERSION,
      kind: KIND.authority,
      workspace: null,
      key: roots[0] as Bytes,
      feed: new Uint8Array(8),
      seq: 0,
      prev: null,
      after: [],
      hlc: [START - 1, 0],
      count: 0,
      bodyHash: new Uint8Array(32),
      bodyLen: 0,
      introduced: roots,
      closed: [],
      ext: [],
    },
    body: { salt: new Uint8Array(16), capabilities: [], changes: [] },
    wire: new Uint8Array(0),
  }
}
