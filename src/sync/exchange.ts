/**
 * The exchange: any number of links, at the end of which every peer holds the same batches.
 *
 * On each link: hello (`hello.ts`), then both name the ends of their branches and learn what the other lacks
 * (`exchange-comparison.ts`), then stream it in order of arrival, which is causal (`exchange-sender.ts`, `-receiver.ts`); from
 * then on, what becomes durable here goes out at once. A link that drops leaves nothing to undo: the next begins with the ends
 * again, and so where the last one stopped. Every 15 seconds or so a digest of the ends catches whatever went wrong.
 *
 * In a mesh everybody would pass everything on to everybody. So what came from a peer is passed on a little later only, and
 * everybody says at once what it has; by then the others have mostly said that they have it too. And of several peers that could
 * fill us up, one at a time gets credit to do so.
 *
 * Only durable batches are named or sent (L2). Refused batches or garbage end the link, and the peer is backed off; what came
 * through it before and was valid stays. The other side must only answer these messages; it need not fold or verify.
 */

import { type Bytes, toHex } from '../base/bytes.ts'
import { createEmitter } from '../base/emitter.ts'
import { createBackoff } from './exchange-backoff.ts'
import { createDurableEnds, createMarks } from './exchange-knowledge.ts'
import { MESSAGE_BYTES } from './exchange-messages.ts'
import { WINDOW_BYTES } from './exchange-receiver.ts'
import { type Clock, createSession, type Session } from './exchange-session.ts'
import { createTurns } from './exchange-turns.ts'
import { createChannel } from './frames.ts'
import { type HelloPorts, OPENING, shakeHands } from './hello.ts'
import type { LogSource, ReceiveReport } from './log-source.ts'
import type { Link } from './transport.ts'

export interface ExchangeOptions extends Omit<HelloPorts, 'after'> {
  readonly log: LogSource
  readonly clock: Clock
  /** For jitter. */
  readonly random: () => number
  /**
   * Whether this very replica writes this feed (key and feed in hex); by default, any of our key. With several tabs on one key,
   * pass the tab's own feed, so that not each of them sends what one has written.
   */
  readonly isWrittenHere?: (feed: string) => boolean
  /** What an earlier session's `sharedUpTo` said, so that a restart offline does not call everything unshared. */
  readonly sharedBefore?: readonly Bytes[]
}

export interface PeerStatus {
  readonly peer: string
  /** Hex of its key. */
  readonly actor: string
  readonly transport: string
  readonly since: number
  /** Bytes of batches. */
  readonly received: number
  readonly sent: number
  /** How many of our durable batches it has not said to have. */
  readonly behind: number
  /** Whether it has batches that we are still to get. */
  readonly ahead: boolean
  /** From sending to its word that it is durable there; null before the first. */
  readonly lagMs: number | null
  /** Which way the link goes; null where its transport cannot tell. */
  readonly route: Link['route'] | null
}

export interface ClosedLink {
  readonly peer: string
  readonly actor: string | null
  readonly reason: string
  readonly at: number
}

export interface ExchangeStatus {
  readonly peers: readonly PeerStatus[]
  /** The last links that closed, newest last. */
  readonly closed: readonly ClosedLink[]
}

export interface Exchange {
  /** Takes over a link; every transport's `start` can be given this. */
  connect(link: Link): void
  status(): ExchangeStatus
  /** Tells of changes, several in one. */
  onStatus(listener: (status: ExchangeStatus) => void): () => void
  /** How many durable batches under our own key no peer has yet said to have. */
  shared(): { readonly ownUnacknowledged: number }
  /** The ends up to which our own batches were acknowledged, for `sharedBefore`. */
  sharedUpTo(): readonly Bytes[]
  /** Closes all links and takes no more. */
  close(): void
}

const RELAY_MS = 100
const STATUS_MS = 200
const STALLED_MS = 5000
/** Nobody fills us up for longer than this while another could. */
const TERM_MS = 15_000
const CLOSED_KEPT = 20
const LIMITS = { messageBytes: MESSAGE_BYTES, unreadBytes: WINDOW_BYTES + 2 * MESSAGE_BYTES, opening: OPENING }

export function createExchange(options: ExchangeOptions): Exchange {
  const { log, clock, random, identity } = options
  const { history } = log
  const ends = createDurableEnds(history)
  const own = toHex(identity.key)
  const isWrittenHere = options.isWrittenHere ?? ((feed: string) => feed.startsWith(own))
  const sharedMarks = createMarks(history)
  const backoff = createBackoff(clock.now)
  const turns = createTurns(clock)
  const status = createEmitter<ExchangeStatus>()
  const links = new Set<Link>()
  const sessions = new Set<Session>()
  const closed: ClosedLink[] = []
  let receiving = 0
  let relayed: number[] = []
  const relayedFeeds = new Set<string>()
  let source: Session | undefined
  let sourceSince = 0
  let isStopped = false
  let statusIsDue = false

  for (const id of options.sharedBefore ?? []) {
    const ordinal = ends.find(id)
    if (ordinal !== null) sharedMarks.raise(ordinal)
  }
  const stopListening = log.onDurable((ordinals) => {
    ends.note(ordinals)
    // A batch that overtook an earlier one of its feed would pass for both.
    const atOnce: number[] = []
    const later: number[] = []
    for (const ordinal of ordinals) {
      const feed = history.feedOf(ordinal)
      if (!relayedFeeds.has(feed) && (receiving === 0 || isWrittenHere(feed))) atOnce.push(ordinal)
      else {
        later.push(ordinal)
        relayedFeeds.add(feed)
      }
    }
    if (ordinals.some((ordinal) => isWrittenHere(history.feedOf(ordinal)))) turns.writtenHere()
    for (const session of sessions) {
      session.learned(ordinals)
      session.offer(atOnce)
    }
    if (later.length > 0) relayLater(later)
    changed()
  })

  async function receive(wires: readonly Bytes[], from: string): Promise<ReceiveReport> {
    receiving++
    try {
      return await log.receive(wires, from)
    } finally {
      receiving--
    }
  }

  function relayLater(ordinals: readonly number[]): void {
    const isDue = relayed.length > 0
    relayed.push(...ordinals)
    if (isDue) return
    clock.after(RELAY_MS, () => {
      const due = relayed
      relayed = []
      relayedFeeds.clear()
      for (const session of sessions) session.offer(due)
    })
  }

  async function serve(link: Link): Promise<void> {
    const linkName = `link ${link.transport} ${link.peer}`
    let actor: string | null = null
    links.add(link)
    link.onClose((reason) => {
      links.delete(link)
      closed.push({ peer: link.peer, actor, reason, at: clock.now() })
      if (closed.length > CLOSED_KEPT) closed.shift()
      changed()
    })
    if (isBackedOff(link, linkName)) return
    const channel = createChannel(link, LIMITS)
    const meeting = await shakeHands(channel, { ...options, after: clock.after }).catch((error: unknown) => ({
      ok: false as const,
      reason: `Keys could not be used or checked: ${error instanceof Error ? error.message : String(error)}`,
      blame: false,
    }))
    if (!meeting.ok) {
      if (meeting.blame || channel.isPeerAtFault) backoff.blame(linkName)
      return link.close(meeting.reason)
    }
    actor = meeting.actor
    const keyName = `key ${actor}`
    if (isBackedOff(link, keyName)) return
    const session = createSession(channel, actor, {
      log,
      receive,
      turns,
      ends,
      clock,
      random,
      isSource: (session) => session === source,
      blame: () => backoff.blame(linkName, keyName),
      shared: (ordinal) => sharedMarks.raise(ordinal),
      changed,
    })
    sessions.add(session)
    changed()
    try {
      await session.run()
    } finally {
      sessions.delete(session)
      if (source === session) source = undefined
      changed()
    }
  }

  function isBackedOff(link: Link, name: string): boolean {
    const waitMs = backoff.remainingMs(name)
    if (waitMs > 0) link.close(`The peer misbehaved and has to wait ${Math.ceil(waitMs / 1000)} more seconds.`)
    return waitMs > 0
  }

  function changed(): void {
    chooseSource()
    if (statusIsDue || isStopped) return
    statusIsDue = true
    clock.after(STATUS_MS, () => {
      statusIsDue = false
      if (!isStopped) status.emit(now())
    })
  }

  function chooseSource(): void {
    if (source?.hasMore) return
    passOn([...sessions].find((session) => session.hasMore))
  }

  function passOn(next: Session | undefined): void {
    const before = source
    source = next
    // Who is not ahead any more may send freely.
    before?.grant()
    if (!source) return
    sourceSince = clock.now()
    source.grant()
    watch(source, source.receivedBytes)
  }

  /** A source that sends nothing for a while makes room for the next one; one that always has more does so in turn. */
  function watch(watched: Session, receivedBytes: number): void {
    clock.after(STALLED_MS, () => {
      if (source !== watched || isStopped) return
      const others = [...sessions].filter((session) => session !== watched && session.hasMore)
      if (others.length > 0 && clock.now() - sourceSince >= TERM_MS) {
        // To the end of the row.
        sessions.delete(watched)
        sessions.add(watched)
        return passOn(others[0])
      }
      if (watched.receivedBytes > receivedBytes || !watched.isTakenIn) return watch(watched, watched.receivedBytes)
      watched.giveUp()
      chooseSource()
    })
  }

  function now(): ExchangeStatus {
    return { peers: [...sessions].map(statusOf), closed: [...closed] }
  }

  function statusOf(session: Session): PeerStatus {
    const { channel, actor, since, has, receivedBytes, sentBytes, isAhead, lagMs } = session
    const behind = ends.all().reduce((sum, end) => sum + has.missing(history.chainOf(end), history.seqOf(end)), 0)
    const { peer, transport, route = null } = channel.link
    return { peer, actor, transport, since, received: receivedBytes, sent: sentBytes, behind, ahead: isAhead, lagMs, route }
  }

  function ownEnds(): number[] {
    const isOurs = (feed: string): boolean => feed.startsWith(own) || isWrittenHere(feed)
    return ends.all().filter((end) => isOurs(history.feedOf(end)))
  }

  return {
    connect(link) {
      if (isStopped) return link.close('This side works offline.')
      void serve(link)
    },
    status: now,
    onStatus: (listener) => status.on(listener),
    shared: () => ({
      ownUnacknowledged: ownEnds().reduce((sum, end) => sum + sharedMarks.missing(history.chainOf(end), history.seqOf(end)), 0),
    }),
    sharedUpTo: () =>
      ownEnds().flatMap((end) => {
        const acknowledged = history.ordinalAt(history.chainOf(end), sharedMarks.at(history.chainOf(end)))
        return acknowledged === null ? [] : [history.idOf(acknowledged)]
      }),
    close() {
      isStopped = true
      stopListening()
      for (const link of [...links]) link.close('This side stopped.')
    },
  }
}
