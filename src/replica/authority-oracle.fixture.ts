/**
 * The validity rule once more, as slow and plain as its definition: a pure function of a set of batches, without increments,
 * indexes or order of arrival. What the real one finds is compared with this.
 *
 * Batches are said in a small language of their own (`Story`); `authority-histories.fixture.ts` tells stories and turns them into
 * bytes. `Mutant` are rules that are nearly right: histories on which they differ from the rule show that a mistake like theirs
 * would be seen.
 */

import { BANDS, FIRST_AGENT_RANK } from '../core/roles.ts'
import type { Right } from '../core/change.ts'

export interface StoryNode {
  readonly id: string
  readonly creator: string
  readonly type: 'task' | 'document' | 'project'
  readonly project: string | null
  readonly path: string | null
}

export interface StoryGrant {
  readonly id: string
  readonly parent: string
  readonly issuer: string
  readonly audience: string
  readonly rank: number
  readonly rights: readonly Right[] | null
  readonly types: readonly string[] | null
  /** Of the form `folder/**`. */
  readonly globs: readonly string[] | null
  readonly projects: readonly string[] | null
  readonly notBefore: number
  readonly expires: number | null
  readonly invite: 'bounded' | 'lasting' | null
}

export type StoryOp =
  | { readonly op: 'create' | 'set'; readonly cap: string; readonly node: StoryNode; readonly value: string }
  | { readonly op: 'move'; readonly cap: string; readonly node: StoryNode; readonly to: StoryNode }
  | { readonly op: 'grant'; readonly cap: string; readonly grant: StoryGrant }
  | {
      readonly op: 'revoke'
      readonly cap: string
      readonly target: string
      readonly keep: readonly string[]
      readonly frontier: readonly string[] | null
      readonly replaces: readonly string[]
    }
  | { readonly op: 'renounce'; readonly cap: string; readonly target: string }
  | { readonly op: 'adopt' | 'unadopt'; readonly cap: string; readonly names: readonly string[] }

export interface StoryBatch {
  readonly id: string
  readonly author: string
  readonly feed: string
  readonly seq: number
  readonly prev: string | null
  readonly after: readonly string[]
  readonly ms: number
  readonly ops: readonly StoryOp[]
}

export interface Story {
  /** In rank order. The capability of a root is `root:<name>`. */
  readonly roots: readonly string[]
  readonly batches: readonly StoryBatch[]
}

export type Mutant = 'clock' | 'no-rank' | 'skip-link' | 'no-replaces' | 'no-keep' | 'no-frontier'

export interface Verdicts {
  /** By `<batch>:<index>`. */
  readonly valid: ReadonlySet<string>
  /** Valid, or adopted. */
  readonly counts: ReadonlySet<string>
}

interface Item {
  readonly name: string
  readonly batch: StoryBatch
  readonly index: number
  readonly o: StoryOp
}

/** `pasts`: all ancestors of each batch, itself left out. */
export function judge({ roots, batches }: Story, pasts: ReadonlyMap<string, ReadonlySet<string>>, mutant?: Mutant): Verdicts {
  const items = batches.flatMap((batch) => batch.ops.map((o, index): Item => ({ name: `${batch.id}:${index}`, batch, index, o })))
  const byName = new Map(items.map((item) => [item.name, item]))
  const rootGrant = (name: string): StoryGrant => ({
    id: `root:${name}`,
    parent: '',
    issuer: name,
    audience: name,
    rank: roots.indexOf(name),
    rights: null,
    types: null,
    globs: null,
    projects: null,
    notBefore: 0,
    expires: null,
    invite: null,
  })
  const grants = new Map(roots.map((name) => [`root:${name}`, rootGrant(name)]))
  const mentions = new Map<string, Item[]>()
  for (const item of items) {
    if (item.o.op !== 'grant' || item.o.grant.issuer !== item.batch.author || item.o.grant.parent !== item.o.cap) continue
    grants.set(item.o.grant.id, item.o.grant)
    mentions.set(item.o.grant.id, [...(mentions.get(item.o.grant.id) ?? []), item])
  }

  const before = (a: Item, b: Item): boolean => {
    if (a.batch.id === b.batch.id) return a.index < b.index
    if (mutant === 'clock') return a.batch.ms < b.batch.ms
    return pasts.get(b.batch.id)?.has(a.batch.id) ?? false
  }
  const chainOf = (cap: string): StoryGrant[] | null => {
    const chain: StoryGrant[] = []
    for (let id = cap; ;) {
      const grant = grants.get(id)
      if (!grant || chain.length === 16) return null
      chain.push(grant)
      if (id.startsWith('root:')) return chain
      id = grant.parent
    }
  }
  const revokes = items.filter((item) => item.o.op === 'revoke')
  const valid = new Set<string>()
  const replaced = new Set<string>()

  function within(batch: string, frontier: readonly string[]): boolean {
    return frontier.some((end) => end === batch || pasts.get(end)?.has(batch))
  }

  function isCut(item: Item, chain: readonly StoryGrant[]): boolean {
    return chain.some((link, at) => {
      if (mutant === 'skip-link' && at === 1) return false
      return revokes.some((revoke) => {
        const { o } = revoke
        if (o.op !== 'revoke' || o.target !== link.id || !valid.has(revoke.name) || replaced.has(revoke.name)) return false
        if (at > 0 && mutant !== 'no-keep' && o.keep.includes((chain[at - 1] as StoryGrant).id)) return false
        const isDrawn = o.frontier !== null && mutant !== 'no-frontier'
        return isDrawn ? !within(item.batch.id, o.frontier) : !before(item, revoke)
      })
    })
  }

  function projectsOf(chain: readonly StoryGrant[]): ReadonlySet<string> | null {
    const named = chain.flatMap(({ projects }) => (projects ? [projects] : []))
    const [first, ...rest] = named
    return first ? new Set(first.filter((project) => rest.every((other) => other.includes(project)))) : null
  }

  function admits(chain: readonly StoryGrant[], right: Right, node: StoryNode | null): boolean {
    return chain.every((link, at) => {
      const isCitedInvite = at === 0 && link.invite !== null
      if (isCitedInvite ? right !== 'grant' : !(link.rights?.includes(right) ?? true)) return false
      if (node === null) return true
      if (!(link.types?.includes(node.type) ?? true)) return false
      const project = node.type === 'project' ? node.id : node.project
      if (link.projects && !(project !== null && link.projects.includes(project))) return false
      const { path } = node
      if (!link.globs || node.type !== 'document') return true
      return path !== null && link.globs.some((glob) => path.startsWith(glob.slice(0, -2)))
    })
  }

  /** Facts of a node are known from any true create of it in the past, whether that counts or not. */
  function isKnown(node: StoryNode, item: Item): boolean {
    return items.some(({ o, batch, index }) => {
      if (o.op !== 'create' || o.node.id !== node.id || batch.author !== node.creator) return false
      return batch.id === item.batch.id ? index < item.index : (pasts.get(item.batch.id)?.has(batch.id) ?? false)
    })
  }

  function isSound(item: Item, chain: readonly StoryGrant[]): boolean {
    const { o, batch } = item
    const [cited] = chain as [StoryGrant]
    if (cited.audience !== batch.author) return false
    const isRenounced = items.some(
      (other) =>
        other.o.op === 'renounce' &&
        other.o.target === cited.id &&
        other.batch.author === cited.audience &&
        isMentioned(cited.id, other) &&
        before(other, item),
    )
    if (isRenounced) return false
    for (const [at, link] of chain.entries()) {
      if (at > 0 && link.invite === 'lasting') continue
      if (batch.ms < link.notBefore || (link.expires !== null && batch.ms > link.expires)) return false
    }
    switch (o.op) {
      case 'create':
        return o.node.creator === batch.author && admits(chain, 'create', o.node)
      case 'set':
        return isKnown(o.node, item) && admits(chain, 'update', o.node)
      case 'move': {
        if (!isKnown(o.node, item) || !admits(chain, 'update', o.node)) return false
        const own = projectsOf(chain)
        const into = o.to.type === 'project' ? o.to.id : o.to.project
        return own === null || (isKnown(o.to, item) && into !== null && own.has(into))
      }
      case 'grant':
        return admits(chain, 'grant', null) && isGood(o.grant, chain, o.cap, batch)
      case 'revoke':
        return admits(chain, 'revoke', null) && cited.rank < FIRST_AGENT_RANK && mayRevoke(o, chain, item)
      case 'adopt':
      case 'unadopt':
        return admits(chain, 'grant', null)
      case 'renounce':
        return true
    }
  }

  function isGood(grant: StoryGrant, chain: readonly StoryGrant[], cap: string, batch: StoryBatch): boolean {
    const [parent] = chain as [StoryGrant]
    if (grant.parent !== cap || grant.issuer !== batch.author || grant.audience === grant.issuer) return false
    if (grant.rank < BANDS.admin[0] || chain.length >= 16) return false
    if (mutant !== 'no-rank' && grant.rank <= parent.rank) return false
    if (parent.invite === null) return true
    const asItIs = {
      rights: parent.rights,
      types: parent.types,
      globs: parent.globs,
      projects: parent.projects,
      rank: parent.rank + 1,
      notBefore: 0,
      expires: null,
      invite: null,
    }
    const { rights, types, globs, projects, rank, notBefore, expires, invite } = grant
    return (
      batch.ops.filter(({ op }) => op === 'grant').length === 1 &&
      JSON.stringify({ rights, types, globs, projects, rank, notBefore, expires, invite }) === JSON.stringify(asItIs)
    )
  }

  function isMentioned(cap: string, item: Item): boolean {
    return cap.startsWith('root:') || (mentions.get(cap) ?? []).some((mention) => before(mention, item))
  }

  function mayRevoke(o: StoryOp & { op: 'revoke' }, chain: readonly StoryGrant[], item: Item): boolean {
    const target = grants.get(o.target)
    const [cited] = chain as [StoryGrant]
    if (!target || !isMentioned(o.target, item) || target.audience === item.batch.author) return false
    if (mutant !== 'no-rank' && target.rank <= cited.rank) return false
    const own = projectsOf(chain)
    if (own !== null) {
      const theirs = chainOf(o.target)
      const scope = theirs?.every(({ id }) => isMentioned(id, item)) ? projectsOf(theirs) : null
      if (scope === null || ![...scope].every((project) => own.has(project))) return false
    }
    return o.frontier === null || o.frontier.every((end) => pasts.get(item.batch.id)?.has(end))
  }

  function isGranted(cap: string, item: Item): boolean {
    return (
      cap.startsWith('root:') || (mentions.get(cap) ?? []).some((mention) => valid.has(mention.name) && before(mention, item))
    )
  }

  const rankOf = (item: Item): number => grants.get(item.o.cap)?.rank ?? -1
  for (let rank = 0; rank <= BANDS.worker[1]; rank++) {
    const level = items.filter((item) => rankOf(item) === rank && item.o.op !== 'renounce')
    for (const item of level) {
      const chain = chainOf(item.o.cap)
      if (chain && isSound(item, chain) && chain.every(({ id }) => isGranted(id, item)) && !isCut(item, chain))
        valid.add(item.name)
    }
    for (const item of level) {
      const { o } = item
      if (o.op !== 'revoke' || !valid.has(item.name) || mutant === 'no-replaces') continue
      for (const name of o.replaces) {
        const other = byName.get(name)
        if (!other || other.o.op !== 'revoke' || other.o.target !== o.target || !before(other, item)) continue
        const theirs = rankOf(other)
        if (theirs >= 0 && (rank < theirs || (rank === theirs && other.batch.author === item.batch.author))) replaced.add(name)
      }
    }
  }
  for (const item of items)
    if (item.o.op === 'renounce' && grants.get(item.o.target)?.audience === item.batch.author && isMentioned(item.o.target, item))
      valid.add(item.name)

  const counts = new Set(valid)
  const undone = new Set<string>()
  for (const item of items) {
    if (item.o.op !== 'unadopt' || !valid.has(item.name)) continue
    for (const name of item.o.names) {
      const adopt = byName.get(name)
      if (!adopt || adopt.o.op !== 'adopt' || !before(adopt, item)) continue
      if (adopt.batch.author === item.batch.author || rankOf(item) < rankOf(adopt)) undone.add(name)
    }
  }
  for (const item of items) {
    if (item.o.op !== 'adopt' || !valid.has(item.name) || undone.has(item.name)) continue
    const chain = chainOf(item.o.cap) as StoryGrant[]
    for (const name of item.o.names) {
      const other = byName.get(name)
      if (!other || other.batch.id === item.batch.id || !before(other, item)) continue
      const { o, batch } = other
      if (o.op === 'create' ? o.node.creator === batch.author && admits(chain, 'create', o.node) : false) counts.add(name)
      if ((o.op === 'set' || o.op === 'move') && isKnown(o.node, other) && admits(chain, 'update', o.node)) {
        if (o.op === 'set' || projectsOf(chain) === null) counts.add(name)
      }
    }
  }
  return { valid, counts }
}
