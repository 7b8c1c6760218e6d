/**
 * The exchange with one peer over one link, after both have proved who they are: binds comparison, sender and receiver
 * together, tells the peer what is durable here, and now and then compares anew.
 */

import { equalBytes } from '../base/bytes.ts'
import { createTokenBucket } from '../base/token-bucket.ts'
import { createComparison } from './exchange-comparison.ts'
import { createMarks, type DurableEnds, type Marks } from './exchange-knowledge.ts'
import { decodeMessage, encodeMessage, IDS_A_MESSAGE, type Message } from './exchange-messages.ts'
import { createReceiver, WINDOW_BYTES } from './exchange-receiver.ts'
import { createSender } from './exchange-sender.ts'
import type { Turns } from './exchange-turns.ts'
import type { Channel } from './frames.ts'
import type { LogSource } from './log-source.ts'
import type { After } from './pair-clock.ts'

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  readonly after: After
}

export interface SessionPorts {
  readonly log: LogSource
  /** As the log's. */
  readonly receive: LogSource['receive']
  readonly ends: DurableEnds
  readonly clock: Clock
  readonly random: () => number
  readonly turns: Turns
  /** Whether this is the one peer that we catch up from. */
  isSource(session: Session): boolean
  /** The peer did what no honest peer does; the link is closed. */
  blame(): void
  /** Somebody else has this batch, and what came before it. */
  shared(ordinal: number): void
  /** Numbers that people see, or the choice of the source, may be different now. */
  changed(): void
}

export interface Session {
  readonly channel: Channel
  readonly actor: string
  readonly since: number
  readonly has: Marks
  readonly sentBytes: number
  readonly receivedBytes: number
  readonly lagMs: number | null
  /** The peer has batches that we lack. */
  readonly isAhead: boolean
  /** And it has not said that it sent them all. */
  readonly hasMore: boolean
  /** Everything it sent is taken in. */
  readonly isTakenIn: boolean
  /** Serves the link until it closes. */
  run(): Promise<void>
  /** These have become durable here: tells the peer, unless it knows. */
  learned(ordinals: readonly number[]): void
  /** Sends the peer these, unless it has them. */
  offer(ordinals: readonly number[]): void
  /** Lets the peer send on, if it may. */
  grant(): void
  /** Nothing came though the peer might send: it is not waited for any more. */
  giveUp(): void
}

/** Acknowledgements wait this long for company; a busy link does not wait. */
const TELL_MS = 20
const TELL_BYTES = WINDOW_BYTES / 8
const COMPARE_MS = 15_000
/** Each head list, probe and digest makes us look up to 4,096 ids up; keys are signatures to check. */
const QUESTIONS = { perSecond: 8, burst: 512 } as const

export function createSession(channel: Channel, actor: string, ports: SessionPorts): Session {
  const { log, ends, clock } = ports
  const { history } = log
  const has = createMarks(history)
  const told = createMarks(history)
  const questions = createTokenBucket(QUESTIONS.perSecond, QUESTIONS.burst, clock.now())
  const untold = new Set<number>()
  let isTelling = false
  let tellsSoon = false
  let toldTaken = 0
  let toldCredit = 0
  let isDone = false
  let isCompared = false
  let peerTaken = 0

  const say = (message: Message): void => void channel.send(encodeMessage(message))
  const peerHas = (ordinal: number): void => {
    if (has.holds(ordinal)) return
    has.raise(ordinal)
    ports.shared(ordinal)
  }

  const sender = createSender({ log, ends, channel, has, told, now: clock.now })
  const receiver = createReceiver({
    history,
    receive: (wires) => ports.receive(wires, actor),
    turn: (size) => ports.turns.take(actor, size),
    together: () => ports.turns.together(actor),
    pause: (ms) => new Promise((resolve) => clock.after(ms, resolve)),
    learn: log.learn.bind(log),
    ends,
    peerHas,
    progressed() {
      if (receiver.takenBytes - toldTaken >= TELL_BYTES) tell()
      else tellSoon()
      ports.changed()
    },
    refused: (reason) => fault(`The peer sent what cannot be: ${reason}`),
    failed: (reason) => channel.close(`What the peer sent could not be stored: ${reason}`),
  })
  const comparison = createComparison({
    history,
    ends,
    isSetAside: log.isSetAside.bind(log),
    has,
    say,
    taken: () => receiver.takenBytes,
    peerHas,
    peerHasAside: (id) => receiver.claimed([id]),
    peerLacks: (ordinal) => sender.lost(ordinal, peerTaken),
    finished() {
      isCompared = true
      sender.compared()
      ports.changed()
    },
  })

  function fault(reason: string): void {
    receiver.drop()
    channel.close(reason)
    ports.blame()
  }

  /** A plain reason if no honest peer would have sent this. */
  function handle(message: Message, size: number): string | null {
    const isQuestion =
      message.type === 'heads' || message.type === 'probe' || message.type === 'digest' || message.type === 'keys'
    if (isQuestion && !questions.take(clock.now())) return 'The peer asks without end.'
    switch (message.type) {
      case 'heads':
        if (message.isLast) isDone = false
        // Before our answer to theirs: so that the comparison ends when both are through.
        if (message.isLast && message.wantsAnswer) compare(false)
        for (const { id } of message.heads) noteTold(ends.find(id))
        comparison.hear(message)
        if (!message.isLast) return null
        ports.changed()
        grant()
        return null
      case 'known':
        acknowledged(message.taken, 0)
        return comparison.answered(message.bitmap)
      case 'probe':
        comparison.probed(message.ids)
        return null
      case 'batches':
        return receiver.take(message, size)
      case 'have':
        receiver.claimed(message.ids)
        acknowledged(message.taken, message.credit)
        ports.changed()
        return null
      case 'done':
        isDone = true
        ports.changed()
        grant()
        return null
      case 'digest':
        if (isCompared && !comparison.isUnderWay && receiver.isIdle && !equalBytes(message.hash, ends.digest())) compare(true)
        return null
      case 'keys':
        receiver.learn(message.wires)
        return null
    }
  }

  function compare(wantsAnswer: boolean): void {
    comparison.begin(wantsAnswer)
    for (const end of ends.all()) told.raise(end)
  }

  function acknowledged(taken: number, credit: number): void {
    peerTaken = Math.max(peerTaken, taken)
    sender.acknowledged(taken, credit)
  }

  /** What the peer names we need not name back: it learns from our answer that we have it. */
  function noteTold(ordinal: number | null): void {
    if (ordinal !== null) told.raise(ordinal)
  }

  function mayGoOn(): boolean {
    return comparison.hasHeard && (!session.hasMore || ports.isSource(session))
  }

  function grant(): void {
    if (receiver.grant(mayGoOn()) > toldCredit) tellSoon()
  }

  function tellSoon(): void {
    if (tellsSoon || isTelling) return
    tellsSoon = true
    const isUrgent = mayGoOn() && toldCredit - receiver.takenBytes < WINDOW_BYTES / 2
    if (isUrgent) queueMicrotask(tell)
    else clock.after(TELL_MS, tell)
  }

  function tell(): void {
    tellsSoon = false
    if (isTelling || channel.closedBecause !== null) return
    const ids = []
    for (const chain of untold) {
      if (ids.length === IDS_A_MESSAGE) break
      untold.delete(chain)
      const end = ends.of(chain)
      if (end === null || told.holds(end)) continue
      told.raise(end)
      ids.push(history.idOf(end))
    }
    const credit = receiver.grant(mayGoOn())
    const taken = receiver.takenBytes
    if (ids.length === 0 && credit <= toldCredit && taken <= toldTaken) return
    toldCredit = credit
    toldTaken = taken
    isTelling = true
    void channel.send(encodeMessage({ type: 'have', credit, taken, ids })).then(() => {
      isTelling = false
      if (untold.size > 0 || receiver.takenBytes > toldTaken || receiver.grant(mayGoOn()) > toldCredit) tellSoon()
    })
  }

  function compareNowAndThen(): void {
    clock.after(COMPARE_MS * (0.75 + ports.random() / 2), () => {
      if (channel.closedBecause !== null) return
      if (isCompared && sender.isIdle && !comparison.isUnderWay) say({ type: 'digest', hash: ends.digest() })
      compareNowAndThen()
    })
  }

  const session: Session = {
    channel,
    actor,
    since: clock.now(),
    has,
    get sentBytes() {
      return sender.sentBytes
    },
    get receivedBytes() {
      return receiver.receivedBytes
    },
    get lagMs() {
      return sender.lagMs
    },
    get isAhead() {
      return comparison.unknown > 0
    },
    get hasMore() {
      return comparison.unknown > 0 && !isDone
    },
    get isTakenIn() {
      return receiver.isIdle
    },
    async run() {
      compare(false)
      compareNowAndThen()
      for (let bytes = await channel.next(); bytes !== null; bytes = await channel.next()) {
        const decoded = decodeMessage(bytes)
        const reason = decoded.ok ? handle(decoded.message, bytes.length) : decoded.reason
        if (reason !== null) return fault(reason)
      }
      if (channel.isPeerAtFault) fault(channel.closedBecause ?? '')
    },
    learned(ordinals) {
      const hadMore = session.hasMore
      receiver.learned()
      comparison.learned()
      if (hadMore && !session.hasMore) grant()
      for (const ordinal of ordinals) if (!told.holds(ordinal)) untold.add(history.chainOf(ordinal))
      if (untold.size > 0) tellSoon()
    },
    offer: sender.offer,
    grant,
    giveUp() {
      isDone = true
      grant()
    },
  }
  return session
}
