/**
 * One life of a y-webrtc provider, kept honest from outside (no fork): from "online" to "offline".
 *
 * y-webrtc does signalling, mesh and awareness; the log rides our lane beside it. Around it: signalling messages are judged
 * (`rtc-signals.ts`) and may be sealed; an entry that does not connect in time is removed, by identity, so that an old one
 * never takes a new one along; strangers can hold only so many half-open entries; and this end announces itself again and
 * again, since every cure above relies on a second chance. `maxConns` stays y-webrtc's random default: a fixed cap splits a
 * large mesh with certainty.
 */

import { removeAwarenessStates, type Awareness } from 'y-protocols/awareness'
import { WebrtcProvider, type Room, type WebrtcConn } from 'y-webrtc'
import type { Bytes } from '../base/bytes.ts'
import type { RandomBytes } from '../base/random.ts'
import type { CountedLink } from './link-end.ts'
import { laneRtc, type LaneConnection, type RtcParts } from './rtc-connection.ts'
import { admitsMessage, PRESENCE_STATES } from './rtc-gate.ts'
import { laneLink, type LaneLink } from './rtc-link.ts'
import { createSealer } from './rtc-seal.ts'
import { guardSignalling } from './rtc-signalling.ts'
import type { SessionView, Verdict } from './rtc-signals.ts'
import type { TransportStatus } from './transport.ts'

export interface SessionOptions {
  readonly room: string
  readonly signalling: readonly string[]
  readonly iceServers: readonly RTCIceServer[]
  readonly awareness: Awareness
  readonly secret: Bytes | undefined
  readonly rtc: RtcParts
  readonly randomBytes: RandomBytes
  readonly random: () => number
  readonly pace: Pace
  readonly onLink: (link: CountedLink) => void
  readonly onChange: () => void
}

export interface Pace {
  /** An entry that has no lane after this long is given up. */
  readonly connectMs: number
  /** Between two announcements of this end: [least, most]. */
  readonly announceMs: readonly [number, number]
}

export interface Session {
  stop(): void
  /** Tells the room again that this end is here. */
  announce(): void
  status(): TransportStatus
}

const SWEEP_MS = 1000
const PENDING_MAX = 16
/** A half-open entry that was heard of may be given up for another after this long; one that never answered, sooner. */
const EVICT_MS = { silent: 500, answered: 3000 }
const HOLD_OFF_MS = { first: 30_000, most: 600_000 }
const HELD_OFF_MAX = 1024
const MISSED_MAX = 64

export function openSession(options: SessionOptions): Session {
  const { room: roomName, awareness, rtc, random, pace, onLink, onChange } = options
  const links = new Map<LaneConnection, LaneLink>()
  /** Peers that did not get through, or whose link broke. They are told again that this end is here, and who is real answers. */
  const missed = new Set<string>()
  const heldOff = new Map<string, { until: number; times: number }>()
  const now = (): number => performance.now()
  let stopped = false
  let room: Room | undefined

  const wrtc = laneRtc(rtc, {
    now,
    opened,
    closed(connection) {
      const link = links.get(connection)
      links.delete(connection)
      link?.lost('the connection was lost')
      if (link) onChange()
    },
    admits: (message) => admitsMessage(message, (id) => awareness.getStates().has(id), awareness.getStates().size),
  })
  const provider = new WebrtcProvider(roomName, awareness.doc, {
    signaling: [...options.signalling],
    awareness,
    peerOpts: { wrtc, config: { iceServers: [...options.iceServers] } },
  })
  const servers = provider.signalingConns.map((conn: unknown) =>
    guardSignalling(conn, {
      sealer: options.secret && createSealer(options.secret, roomName, options.randomBytes),
      ownId: () => room?.peerId,
      session: (peer) => viewOf(room?.webrtcConns.get(peer)),
      decide,
      passed(verdict) {
        const connection = connectionOf(room?.webrtcConns.get(verdict.from))
        if (!connection) return
        connection.answered ||= verdict.act === 'replace' || verdict.addressed
        if (verdict.sdp !== undefined) connection.remoteSdp = verdict.sdp
      },
      onChange,
    }),
  )

  void provider.key.then(() => {
    if (stopped || !provider.room) return
    room = provider.room
    // It leaves every room half alive when a page only asks whether to leave (a download, a cancelled dialog).
    globalThis.removeEventListener?.('beforeunload', room._beforeUnloadHandler)
    // The first state of an awareness has clock 0, which receivers take for nothing new.
    awareness.setLocalState(awareness.getLocalState() ?? {})
  })

  let knownState = ''
  const sweeping = setInterval(sweep, SWEEP_MS)
  let announcing = setTimeout(announceAgain, announceIn())

  return { stop, announce: () => announce(), status }

  function opened(connection: LaneConnection): void {
    const conn = [...(room?.webrtcConns.values() ?? [])].find((entry) => connectionOf(entry) === connection)
    if (stopped || conn === undefined) return connection.close()
    const link = laneLink(connection, conn.remotePeerId, () => {
      // Still listed: it was not lost, this end hung up, and the peer is to stay away for a while.
      if (links.delete(connection)) holdOff(conn.remotePeerId)
      else if (!stopped) missed.add(conn.remotePeerId)
      forget(conn)
      onChange()
    })
    if (link === undefined) return forget(conn)
    links.set(connection, link)
    onChange()
    onLink(link.link)
  }

  /** Has the last word on a message that would begin an entry. */
  function decide(verdict: Verdict): boolean {
    if (verdict.act === 'drop' || room === undefined || isHeldOff(verdict.from)) return false
    const entry = room.webrtcConns.get(verdict.from)
    if (verdict.act === 'replace' && entry) forget(entry)
    if (verdict.act === 'answer') return room.webrtcConns.size < provider.maxConns
    if (verdict.act === 'replace' || !verdict.begins || makeRoom()) return true
    missed.add(verdict.from)
    return false
  }

  /** A place among the half-open entries: a free one, or that of one that had its time. */
  function makeRoom(): boolean {
    const pending = entries().filter((conn) => connectionOf(conn)?.lane.readyState !== 'open')
    if (pending.length < PENDING_MAX) return true
    // Entries are in order of age.
    const given = pending.find((conn) => {
      const connection = connectionOf(conn)
      return !connection || now() - connection.bornAt > (connection.answered ? EVICT_MS.answered : EVICT_MS.silent)
    })
    if (!given) return false
    forget(given)
    missed.add(given.remotePeerId)
    return true
  }

  function sweep(): void {
    for (const conn of entries()) {
      const connection = connectionOf(conn)
      if (!connection || (connection.lane.readyState !== 'open' && now() - connection.bornAt > pace.connectMs)) {
        forget(conn)
        missed.add(conn.remotePeerId)
      }
    }
    for (const peer of [...missed].slice(-MISSED_MAX)) announce(peer)
    missed.clear()
    // Awareness keeps a record for every client there ever was.
    if (awareness.meta.size > 2 * PRESENCE_STATES) {
      for (const id of [...awareness.meta.keys()])
        if (!awareness.getStates().has(id) && id !== awareness.clientID) awareness.meta.delete(id)
    }
    const { state } = status()
    if (state !== knownState) onChange()
    knownState = state
  }

  function announce(to?: string): void {
    if (!room || room.webrtcConns.size >= provider.maxConns) return
    for (const server of servers)
      server.publish(roomName, { type: 'announce', from: room.peerId, ...(to !== undefined && { to }) })
  }

  function announceAgain(): void {
    announce()
    announcing = setTimeout(announceAgain, announceIn())
  }

  function announceIn(): number {
    const [least, most] = pace.announceMs
    return least + random() * (most - least)
  }

  /** Removes this entry and no other. y-webrtc, on close, would remove whichever has the same id by then. */
  function forget(conn: WebrtcConn): void {
    if (room?.webrtcConns.get(conn.remotePeerId) === conn) room.webrtcConns.delete(conn.remotePeerId)
    const peer = conn.peer as { removeAllListeners(event: string): void }
    peer.removeAllListeners('close')
    conn.closed = true
    conn.destroy()
  }

  function holdOff(peer: string): void {
    const times = (heldOff.get(peer)?.times ?? -1) + 1
    heldOff.delete(peer)
    heldOff.set(peer, { until: now() + Math.min(HOLD_OFF_MS.first * 2 ** times, HOLD_OFF_MS.most), times })
    const [oldest] = heldOff.keys()
    if (heldOff.size > HELD_OFF_MAX && oldest !== undefined) heldOff.delete(oldest)
  }

  function isHeldOff(peer: string): boolean {
    return (heldOff.get(peer)?.until ?? 0) > now()
  }

  function entries(): WebrtcConn[] {
    return [...(room?.webrtcConns.values() ?? [])]
  }

  function status(): TransportStatus {
    const count = links.size
    const peers = count === 1 ? '1 peer' : `${count} peers`
    if (servers.length === 0) return { state: 'unreachable', links: count, detail: 'no signalling server is set' }
    if (servers.some((server) => server.connected())) {
      return { state: 'ready', links: count, detail: count === 0 ? 'looking for peers' : `connected to ${peers}` }
    }
    if (!servers.some((server) => server.failed()))
      return { state: 'connecting', links: count, detail: 'connecting to signalling' }
    const stay = count === 0 ? 'trying again' : `${peers} stay connected, new ones cannot join`
    return { state: 'unreachable', links: count, detail: `signalling unreachable: ${stay}` }
  }

  function stop(): void {
    stopped = true
    clearInterval(sweeping)
    clearTimeout(announcing)
    const own = awareness.getLocalState()
    const open = [...links.values()]
    links.clear()
    // Both, and in this order: `destroy` alone keeps the signalling sockets, and announces a room that is gone.
    provider.disconnect()
    provider.destroy()
    for (const link of open) link.lost('stopped')
    const others = [...awareness.getStates().keys()].filter((id) => id !== awareness.clientID)
    removeAwarenessStates(awareness, others, 'offline')
    // Forgotten with their clocks: else they would be taken for nothing new when they are met again.
    for (const id of others) awareness.meta.delete(id)
    // `destroy` takes our own state away too, a turn later.
    void provider.key.then(() => awareness.setLocalState(own))
  }
}

function connectionOf(conn: WebrtcConn | undefined): LaneConnection | undefined {
  return (conn?.peer as { _pc?: LaneConnection | null } | undefined)?._pc ?? undefined
}

function viewOf(conn: WebrtcConn | undefined): SessionView | undefined {
  if (conn === undefined) return undefined
  const connection = connectionOf(conn)
  const ice = connection?.iceConnectionState
  return {
    initiator: (conn.peer as { initiator: boolean }).initiator,
    alive: connection?.lane.readyState === 'open' && (ice === 'connected' || ice === 'completed'),
    awaitsAnswer: connection?.signalingState === 'have-local-offer',
    remoteSdp: connection?.remoteSdp,
  }
}
