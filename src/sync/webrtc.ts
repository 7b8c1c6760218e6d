/**
 * Links to other browsers over WebRTC. y-webrtc finds the peers; the log rides a data channel of our own beside it.
 *
 * Import this module lazily: it brings y-webrtc, simple-peer and Yjs along. The bundler must replace `lib0/broadcastchannel`
 * by `no-broadcastchannel.ts`. There can be one such transport for a room in a page.
 *
 * Going offline and coming back is stopping one session and opening another; so is a page that rests in the back/forward cache.
 */

import type { Awareness } from 'y-protocols/awareness'
import type { Bytes } from '../base/bytes.ts'
import { createEmitter } from '../base/emitter.ts'
import type { RandomBytes } from '../base/random.ts'
import type { RtcParts } from './rtc-connection.ts'
import type { Link, Transport, TransportStatus } from './transport.ts'
import { openSession, type Pace, type Session } from './webrtc-session.ts'

export interface WebrtcOptions {
  /** What peers meet under; carries the protocol's version and is a hash, so it tells nothing. */
  readonly room: string
  /** URLs of signalling servers (ws: or wss:); more than one, so that one may fail. */
  readonly signalling: readonly string[]
  /** STUN and TURN servers, in place of any defaults: an empty list means none. */
  readonly iceServers: readonly RTCIceServer[]
  /** Rides y-webrtc's own channel. Its Y.Doc must be empty and stays so. */
  readonly awareness: Awareness
  /** Seals signalling messages; who lacks it cannot be heard, whatever they publish. */
  readonly secret?: Bytes
  readonly randomBytes: RandomBytes
  readonly random: () => number
  /** Says `pagehide`, `pageshow` and `online`: the window. */
  readonly page?: EventTarget
  /** How soon it gives up and tries again; tests change it. */
  readonly pace?: Pace
  /** The browser's, unless another implementation is given. */
  readonly rtc?: RtcParts
}

// Long enough for a slow network; announcements of many peers spread out.
const PACE: Pace = { connectMs: 8000, announceMs: [10_000, 20_000] }

export function createWebrtc(options: WebrtcOptions): Transport {
  const { room, awareness, iceServers, randomBytes, random, page } = options
  const rtc = options.rtc ?? browserRtc()
  const signalling = options.signalling.filter(isSocketUrl)
  const status = createEmitter<TransportStatus>()
  let wanted: ((link: Link) => void) | undefined
  let session: Session | undefined

  page?.addEventListener('pagehide', () => pause())
  page?.addEventListener('pageshow', () => resume())
  page?.addEventListener('online', () => session?.announce())

  function resume(): void {
    if (wanted === undefined || session !== undefined || rtc === undefined) return
    session = openSession({
      room,
      signalling,
      iceServers,
      awareness,
      secret: options.secret,
      rtc,
      randomBytes,
      random,
      pace: options.pace ?? PACE,
      onLink: wanted,
      onChange: () => status.emit(now()),
    })
  }

  function pause(): void {
    const ending = session
    session = undefined
    ending?.stop()
  }

  function now(): TransportStatus {
    if (wanted !== undefined && rtc === undefined) return { state: 'unreachable', links: 0, detail: 'this browser has no WebRTC' }
    return session?.status() ?? { state: 'off', links: 0, detail: 'not started' }
  }

  return {
    name: 'webrtc',
    start(onLink) {
      wanted = onLink
      resume()
      status.emit(now())
    },
    stop() {
      wanted = undefined
      pause()
      status.emit(now())
    },
    status: now,
    onStatus: (listener) => status.on(listener),
  }
}

function browserRtc(): RtcParts | undefined {
  const { RTCPeerConnection, RTCSessionDescription, RTCIceCandidate } = globalThis as Partial<RtcParts>
  return (
    RTCPeerConnection && RTCSessionDescription && RTCIceCandidate && { RTCPeerConnection, RTCSessionDescription, RTCIceCandidate }
  )
}

function isSocketUrl(text: string): boolean {
  return URL.canParse(text) && /^wss?:$/.test(new URL(text).protocol)
}
