/**
 * A host among peers that did not load their page from it: it meets them over signalling, as browsers meet each other, by the same
 * transport (`sync/webrtc.ts`). Off unless asked for: pages that it serves reach it over a WebSocket, and the binary behind WebRTC
 * is one more thing that can fail in a process that others rely on. Where there is none for this platform, the host runs without.
 */

import { randomBytes as nodeRandom } from 'node:crypto'
import { WebSocket as NodeSocket } from 'ws'
import type { Bytes } from '../base/bytes.ts'
import { roomName } from '../replica/invite.ts'
import type { Exchange } from '../sync/exchange.ts'
import type { HostLog } from './host-log.ts'
import type { IceServer } from './settings.ts'

export interface HostWebrtcOptions {
  readonly workspace: Bytes
  readonly roomSecret: Bytes
  readonly exchange: Exchange
  /** Of others, and this host's own. */
  readonly signalling: readonly string[]
  /** This host's own: its certificate may be nobody's that we could check, and it is us. */
  readonly own: string
  readonly iceServers: readonly IceServer[]
  readonly log: HostLog
}

/** Answers the function that leaves the room. */
export async function meetOverWebrtc(options: HostWebrtcOptions): Promise<() => void> {
  const { workspace, roomSecret, exchange, signalling, own, iceServers, log } = options
  const rtc = await import('./node-rtc.ts').then(
    ({ nodeRtc }) => nodeRtc,
    (error: unknown) => {
      log.warn(
        { reason: String(error) },
        `no WebRTC for ${process.platform}-${process.arch}: pages of other sites cannot reach this host`,
      )
      return null
    },
  )
  if (rtc === null) return () => {}
  // What y-webrtc looks for in a page, and Node 20 does not have.
  class OwnOrOther extends NodeSocket {
    constructor(url: string) {
      super(url, url === own ? { rejectUnauthorized: false } : {})
    }
  }
  Object.assign(globalThis, {
    WebSocket: OwnOrOther,
    reportError: (error: unknown) => log.error({ err: error }, 'signalling failed'),
  })
  const [{ createWebrtc }, { createAwareness }] = await Promise.all([
    import('../sync/webrtc.ts'),
    import('../sync/presence-bridge.ts'),
  ])
  const awareness = createAwareness()
  const transport = createWebrtc({
    room: roomName(workspace, roomSecret),
    signalling,
    iceServers: iceServers as RTCIceServer[],
    awareness,
    secret: roomSecret,
    randomBytes: (length) => new Uint8Array(nodeRandom(length)),
    random: Math.random,
    rtc,
  })
  transport.onStatus(({ state, links, detail }) => log.debug({ state, links, detail }, 'webrtc'))
  transport.start((link) => exchange.connect(link))
  log.info({ signalling }, 'meets peers over WebRTC')
  return () => {
    transport.stop()
    awareness.destroy()
  }
}
