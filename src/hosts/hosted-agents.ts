/**
 * Agents that live elsewhere and act through this host: it holds their keys, signs what they ask for, and knows them by a token.
 *
 * Each acts with a replica in its own hand (`Replica.as`), opened when it is first heard of. So the host adds no rule: what an agent
 * may is what the log says of its key, judged by every replica. A token counts while its key holds a capability that is live; it is
 * looked at anew with every request, and `until` of a caller ends what lasts longer, such as a stream of events.
 */

import { fromHex, toHex } from '../base/bytes.ts'
import { ok, refuse, type Result } from '../base/result.ts'
import type { ActorKey, NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { type KeyPair, signingKeys } from '../log/keys.ts'
import { run } from '../operations/table.ts'
import { type CapabilityRow, capabilityRow } from '../replica/capability-row.ts'
import { grantTo, removeActor } from '../replica/membership.ts'
import { describeSelf, personOf } from '../replica/people.ts'
import type { Replica } from '../replica/replica.ts'
import { type AgentKeys, hashOf, type KeptAgent } from './agent-keys.ts'
import { type AgentSpec, verbsOf } from './agent-spec.ts'

export interface NewAgent {
  readonly name: string
  readonly agent: NodeId
  readonly actor: ActorKey
  readonly capability: string
  /** Shown once. */
  readonly token: string
}

export interface HostedAgent {
  readonly name: string
  readonly agent: string
  readonly actor: ActorKey
  readonly reads: boolean
  /** What its key holds now, the most senior first; what it was made with, where nothing is left. */
  readonly capabilities: readonly CapabilityRow[]
}

/** Who calls, and what it may act with. */
export interface TokenCaller {
  readonly id: string
  readonly context: { readonly replica: Replica }
  readonly mayRead: boolean
  /** Aborted when the token counts no more. */
  readonly until: AbortSignal
}

export interface HostedAgents {
  /** Makes an agent under the rights of `by`. */
  add(by: Replica, spec: AgentSpec): Promise<Result<NewAgent>>
  list(): Promise<readonly HostedAgent[]>
  /** Ends all that its key holds, takes its profile off the list and forgets its key. */
  remove(by: Replica, name: string): Promise<Result<{ readonly name: string }>>
  authenticate(request: Request): Promise<Result<TokenCaller>>
  /** Whether the request carries the token of the host's owner. */
  isOwner(request: Request): boolean
  /** Ends what lasts longer than an answer: the host is about to stop. */
  endStreams(): void
  close(): Promise<void>
}

export interface HostedAgentsPorts {
  readonly replica: Replica
  readonly keys: AgentKeys
  readonly ownerToken: string
  /** The workspace's log in the hand of this key. */
  readonly actAs: (pair: KeyPair) => Promise<Replica>
}

/** The hand of an agent, and what is to end with its rights. */
interface Acting {
  readonly replica: Replica
  /** Made anew where rights that had ended are given back. */
  ending: AbortController
}

export function createHostedAgents({ replica, keys, ownerToken, actAs }: HostedAgentsPorts): HostedAgents {
  const acting = new Map<string, Promise<Acting>>()
  /** Those of them that are open. */
  const hands = new Map<string, Acting>()
  const open = new AbortController()
  const ownerHash = hashOf(ownerToken)
  const owner: TokenCaller = { id: 'owner', context: { replica }, mayRead: true, until: open.signal }
  const adding = new Set<string>()
  let expiry: ReturnType<typeof setTimeout> | undefined

  const unwatch = replica.onAuthority(endStale)

  function actingOf({ name, seed }: KeptAgent): Promise<Acting> {
    const known = acting.get(name)
    if (known) return known
    const made = signingKeys(fromHex(seed))
      .then(actAs)
      .then((own): Acting => {
        // Else it goes by its key where people see what it does. What it says of itself later stands.
        if (!personOf(own, own.actor)?.name) describeSelf(own, { name, color: '' })
        const hand = { replica: own, ending: new AbortController() }
        hands.set(name, hand)
        if (open.signal.aborted) hand.ending.abort()
        endStale()
        return hand
      })
    acting.set(name, made)
    // One that could not be opened is tried again with the next request; whoever asked for it is told.
    made.catch(() => {
      if (acting.get(name) === made) acting.delete(name)
    })
    return made
  }

  /** Ends what hangs on tokens that count no more, and sees to it that it is called when the next one's time is over. */
  function endStale(): void {
    clearTimeout(expiry)
    let next = Infinity
    for (const hand of hands.values()) {
      const until = liveUntil(hand.replica)
      if (until > replica.now()) next = Math.min(next, until)
      else if (!hand.ending.signal.aborted) hand.ending.abort()
    }
    if (next < Infinity) expiry = setTimeout(endStale, Math.min(next - replica.now() + 1, LONGEST_MS)).unref()
  }

  async function make(by: Replica, spec: AgentSpec): Promise<Result<NewAgent>> {
    const { rights, mayRead } = verbsOf(spec)
    const seed = replica.random(32)
    const { key } = await signingKeys(seed)
    const actor = toHex(key) as ActorKey
    const { role, types, files, projects, expires } = spec
    const scope = { ...(types !== undefined && { types }), ...(files !== undefined && { files }) }
    const when = {
      ...(projects !== undefined && { projects: projects as NodeId[] | null }),
      ...(expires !== undefined && { expires }),
    }
    const before = replica.authority.registry.all.length
    const granted = grantTo(by, { key, box: null }, { role, rights, ...scope, ...when })
    if (!granted.ok) return granted
    const capability = replica.authority.registry.at(before)?.id ?? ''
    const profile = run({ replica: by }, 'create_agent', { name: spec.name, actor })
    if (!profile.ok) return profile
    await by.saved()
    const { problem } = by.saveState
    if (problem !== null) return refuse({ code: 'unavailable', detail: `It could not be saved: ${problem}` })
    const token = PREFIX + Buffer.from(replica.random(32)).toString('base64url')
    const agent = profile.value.id as NodeId
    await keys.add({ name: spec.name, seed: toHex(seed), token: hashOf(token), agent, capability, mayRead })
    return ok({ name: spec.name, agent, actor, capability, token })
  }

  function endStreams(): void {
    open.abort()
    // Those that are only just opening have no stream yet.
    for (const hand of hands.values()) hand.ending.abort()
  }

  async function hungUp(name: string): Promise<void> {
    const opened = acting.get(name)
    acting.delete(name)
    // What is only just opening is waited for; where that fails, there is nothing to hang up.
    await Promise.allSettled([opened])
    const hand = hands.get(name)
    if (hand === undefined) return
    hands.delete(name)
    hand.ending.abort()
    await hand.replica.close()
  }

  return {
    async add(by, spec) {
      if (adding.has(spec.name) || keys.all.some(({ name }) => name === spec.name))
        return refuse({
          code: 'invalid',
          detail: `There is an agent “${spec.name}” here. Choose another name, or remove it first.`,
        })
      if (keys.all.length >= LOCAL.agentsHeld)
        return refuse({ code: 'too_large', detail: `A host holds the keys of ${LOCAL.agentsHeld} agents at most.` })
      if (!by.may('create', 'agent')) return refuse({ code: 'permission_denied', detail: 'You may not add agents here.' })
      if (typeof spec.expires === 'number' && spec.expires <= replica.now())
        return refuse({ code: 'invalid', detail: 'That time is over: the agent could do nothing.' })
      adding.add(spec.name)
      return make(by, spec).finally(() => adding.delete(spec.name))
    },
    async list() {
      return Promise.all(
        keys.all.map(async ({ name, seed, agent, capability, mayRead }): Promise<HostedAgent> => {
          const actor = toHex((await signingKeys(fromHex(seed))).key) as ActorKey
          const { registry } = replica.authority
          const held = registry.heldBy(actor).filter((one) => replica.authority.isLive(one))
          const shown = held.length > 0 ? held : [registry.get(capability)].filter((one) => one !== undefined)
          return { name, agent, actor, reads: mayRead, capabilities: shown.map((one) => capabilityRow(replica, one)) }
        }),
      )
    },
    async remove(by, name) {
      const kept = keys.all.find((agent) => agent.name === name)
      if (!kept) return refuse({ code: 'not_found', detail: `This host holds no key of an agent “${name}”.` })
      const { key } = await signingKeys(fromHex(kept.seed))
      const removed = removeActor(by, toHex(key) as ActorKey, { reason: 'removed' })
      if (!removed.ok && removed.refusal.code !== 'not_found') return removed
      const listed = run({ replica: by }, 'delete_agent', { id: kept.agent })
      if (!listed.ok && listed.refusal.code !== 'not_found') return listed
      await by.saved()
      await keys.remove(name)
      await hungUp(name)
      return ok({ name })
    },
    async authenticate(request) {
      const token = tokenOf(request)
      if (token === null) return refuse({ code: 'unauthorized', detail: 'A request says who it is for: with a token.' })
      if (hashOf(token) === ownerHash) return ok(owner)
      const kept = keys.ofToken(token)
      if (!kept) return refuse({ code: 'unauthorized', detail: 'This host does not know that token.' })
      const hand = await actingOf(kept)
      if (liveUntil(hand.replica) <= replica.now())
        return refuse({ code: 'unauthorized', detail: 'The rights of this token have ended.' })
      if (hand.ending.signal.aborted && !open.signal.aborted) hand.ending = new AbortController()
      return ok({
        id: hand.replica.actor,
        context: { replica: hand.replica },
        mayRead: kept.mayRead,
        until: hand.ending.signal,
      })
    },
    isOwner(request) {
      const token = tokenOf(request)
      return token !== null && hashOf(token) === ownerHash
    },
    endStreams,
    async close() {
      unwatch()
      clearTimeout(expiry)
      endStreams()
      await Promise.all([...acting.keys()].map(hungUp))
    },
  }
}

/** Known to those who look for secrets that were published by mistake. */
const PREFIX = 'wn_'
/** What a timer can hold. */
const LONGEST_MS = 2 ** 31 - 1

/** Until when the actor holds anything that counts, milliseconds since 1970; 0 where it does not now. */
function liveUntil({ held, now }: Replica): number {
  const at = now()
  return Math.max(
    0,
    ...held.filter(({ cited }) => cited.notBefore <= at && at <= cited.expires).map(({ cited }) => cited.expires),
  )
}

function tokenOf(request: Request): string | null {
  return /^Bearer +([\w-]{16,200})$/i.exec(request.headers.get('Authorization') ?? '')?.[1] ?? null
}
