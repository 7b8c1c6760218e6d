/**
 * A network in memory, for tests and simulation: faulty on demand, and repeatable.
 *
 * Frames travel by an injected `after`, so a virtual clock drives everything. Inside a link order holds whatever the
 * delays (a late frame holds back those behind it); what goes wrong is the link: it is cut, with the frames on their way,
 * by loss, by `split`, or by `cut`, and dialled again later while both ends still look for peers.
 */

import type { Bytes } from '../base/bytes.ts'
import { createEmitter } from '../base/emitter.ts'
import { LOCAL } from '../core/limits.ts'
import { createLinkEnd, LOW_WATER, type CountedLink, type LinkEnd } from './link-end.ts'
import type { After } from './pair-clock.ts'
import type { Link, Transport, TransportStatus } from './transport.ts'

export interface NetworkFaults {
  /** Milliseconds a frame travels, drawn from [least, most]. */
  delayMs: readonly [number, number]
  /** Chance that a frame does not arrive: its link is cut then, as nothing else may lose a frame. */
  loss: number
  /** Chance that two peers open two links at once. */
  duplicateLinks: number
  /** Milliseconds until two peers that lost their link dial again. */
  redialMs: number
}

export interface NetworkOptions extends Partial<NetworkFaults> {
  readonly after: After
  readonly random: () => number
  readonly maxFrame?: number
}

export interface Network {
  /** A transport of this network. The same name again is the same machine after a restart. */
  transport(name: string): Transport
  /** Cuts every link between the groups and dials none until `heal`. Whoever is in no group is alone. */
  split(...groups: readonly (readonly string[])[]): void
  heal(): void
  /** Cuts the links between two peers; they dial again after `redialMs`. */
  cut(a: string, b: string): void
  /** Changes the weather; frames already on their way keep theirs. */
  setFaults(faults: Partial<NetworkFaults>): void
}

interface Member {
  readonly name: string
  started: boolean
  onLink(link: Link): void
  changed(): void
  readonly links: Set<{ readonly other: Member; cut(reason: string): void }>
}

const CALM: NetworkFaults = { delayMs: [0, 0], loss: 0, duplicateLinks: 0, redialMs: 100 }

export function createNetwork(options: NetworkOptions): Network {
  const { after, random, maxFrame = LOCAL.frameBytes } = options
  const faults = { ...CALM, ...pickFaults(options) }
  const members: Member[] = []
  let groups: readonly (readonly string[])[] | undefined

  const reaches = (a: string, b: string): boolean =>
    groups === undefined || groups.some((group) => group.includes(a) && group.includes(b))
  const linked = (a: Member, b: Member): boolean => [...a.links].some((link) => link.other === b)

  function dial(a: Member, b: Member): void {
    after(travelMs(), () => {
      if (!a.started || !b.started || !reaches(a.name, b.name) || linked(a, b)) return
      open(a, b)
      if (random() < faults.duplicateLinks) open(a, b)
    })
  }

  function open(a: Member, b: Member): void {
    const wires = createPair({ names: [a.name, b.name], after, travelMs, lost: () => random() < faults.loss, maxFrame })
    const [atA, atB] = wires.links
    join(a, b, atA)
    join(b, a, atB)
    // Only after both know of it: the first frame may be answered within this call.
    a.onLink(atA)
    b.onLink(atB)

    function join(member: Member, other: Member, link: Link): void {
      const entry = { other, cut: wires.cut }
      member.links.add(entry)
      member.changed()
      link.onClose(() => {
        member.links.delete(entry)
        member.changed()
        if (!linked(member, other)) after(faults.redialMs, () => dial(member, other))
      })
    }
  }

  function travelMs(): number {
    const [least, most] = faults.delayMs
    return least + random() * (most - least)
  }

  function cutWhere(broken: (a: string, b: string) => boolean, reason: string): void {
    for (const member of members) for (const link of [...member.links]) if (broken(member.name, link.other.name)) link.cut(reason)
  }

  return {
    transport(name) {
      const status = createEmitter<TransportStatus>()
      const member: Member = { name, started: false, onLink() {}, changed: () => status.emit(now()), links: new Set() }
      members.push(member)
      const now = (): TransportStatus =>
        member.started
          ? { state: 'ready', links: member.links.size, detail: 'connected to the network' }
          : { state: 'off', links: 0, detail: 'not started' }
      return {
        name: 'pair',
        start(onLink) {
          if (member.started) return
          member.started = true
          member.onLink = onLink
          member.changed()
          for (const other of members) if (other !== member && other.started) dial(member, other)
        },
        stop() {
          member.started = false
          for (const link of [...member.links]) link.cut('stopped')
          member.changed()
        },
        status: now,
        onStatus: (listener) => status.on(listener),
      }
    },
    split(...apart) {
      groups = apart
      cutWhere((a, b) => !reaches(a, b), 'the network split')
    },
    heal() {
      groups = undefined
      members.forEach((a, at) => {
        for (const b of members.slice(at + 1)) if (a.started && b.started && !linked(a, b)) dial(a, b)
      })
    },
    cut(a, b) {
      cutWhere((from, to) => (from === a && to === b) || (from === b && to === a), 'the link was cut')
    },
    setFaults(changed) {
      Object.assign(faults, pickFaults(changed))
    },
  }
}

export interface PairOptions {
  readonly after: After
  readonly names?: readonly [string, string]
  readonly travelMs?: () => number
  /** Decides for each frame whether the link breaks with it. */
  readonly lost?: () => boolean
  readonly maxFrame?: number
  readonly binding?: Bytes
}

export interface Pair {
  readonly links: readonly [CountedLink, CountedLink]
  /** Breaks the link at both ends at once; frames on their way are lost. */
  cut(reason: string): void
}

/** Two ends of one link. Closing an end lets the frames it sent before arrive, then closes the other. */
export function createPair(options: PairOptions): Pair {
  const { after, names = ['a', 'b'], travelMs = () => 0, lost = () => false, maxFrame = LOCAL.frameBytes } = options
  const binding = options.binding ?? new Uint8Array()
  const a: LinkEnd = end(names[1], () => b)
  const b: LinkEnd = end(names[0], () => a)
  return { links: [a.link, b.link], cut }

  function cut(reason: string): void {
    a.link.close(reason)
    b.link.close(reason)
  }

  function end(peer: string, other: () => LinkEnd): LinkEnd {
    const flying: { run(): void; arrived: boolean }[] = []
    let waiting = 0
    const self = createLinkEnd({
      peer,
      transport: 'pair',
      maxFrame,
      binding,
      write(frame) {
        if (lost()) return send(() => cut('the link broke'))
        waiting += frame.length
        const copy = frame.slice()
        send(() => {
          waiting -= copy.length
          other().receive(copy)
          if (waiting <= LOW_WATER) self.drained()
        })
      },
      buffered: () => waiting,
      shut: (reason) => send(() => other().link.close(reason)),
    })
    return self

    /** In order whatever the delays: what arrives early waits for what was sent before it. */
    function send(run: () => void): void {
      const parcel = { run, arrived: false }
      flying.push(parcel)
      after(travelMs(), () => {
        parcel.arrived = true
        while (flying[0]?.arrived) flying.shift()?.run()
      })
    }
  }
}

function pickFaults(from: Partial<NetworkFaults>): Partial<NetworkFaults> {
  const { delayMs, loss, duplicateLinks, redialMs } = from
  return Object.fromEntries(
    Object.entries({ delayMs, loss, duplicateLinks, redialMs }).filter(([, value]) => value !== undefined),
  )
}
