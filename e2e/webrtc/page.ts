/**
 * The WebRTC transport alone in a page, driven through `window.peer`. Each room has its own awareness and transport. Links echo:
 * a frame that begins with 0 is answered by one that begins with 1; others are counted.
 */
import { Awareness } from 'y-protocols/awareness'
import { Doc } from 'yjs'
import type { Bytes } from '../../src/base/bytes.ts'
import { toHex } from '../../src/base/bytes.ts'
import type { Link, Transport } from '../../src/sync/transport.ts'
import { createWebrtc } from '../../src/sync/webrtc.ts'

export interface RoomOptions {
  readonly signalling: readonly string[]
  readonly iceServers?: readonly RTCIceServer[]
  readonly secret?: readonly number[]
}

interface RoomState {
  readonly awareness: Awareness
  readonly transport: Transport
  readonly links: Link[]
  readonly closed: string[]
  readonly configs: RTCConfiguration[]
  /** simple-peer's own channels of this page, to misuse them. */
  readonly channels: RTCDataChannel[]
  readonly connections: RTCPeerConnection[]
  answers: number
  bulkBytes: number
}

/** A transport gets no second chance by itself: what works, works the first time. */
const NEVER_MS = 600_000

const rooms = new Map<string, RoomState>()
const pageErrors: string[] = []
addEventListener('error', (event) => pageErrors.push(event.message))
addEventListener('unhandledrejection', (event) => pageErrors.push(String(event.reason)))

const peer = {
  open(name: string, options: RoomOptions) {
    const { channels, configs, connections, rtc } = watchedRtc()
    const awareness = new Awareness(new Doc())
    // Else it says all again every 15 seconds, and forgets after 30: what is heard here is heard because it was said.
    clearInterval(awareness._checkInterval as number)
    const transport = createWebrtc({
      room: name,
      signalling: options.signalling,
      iceServers: options.iceServers ?? [],
      awareness,
      ...(options.secret && { secret: Uint8Array.from(options.secret) }),
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      random: Math.random,
      page: window,
      rtc,
      pace: { connectMs: NEVER_MS, announceMs: [NEVER_MS, NEVER_MS] },
    })
    const room: RoomState = {
      awareness,
      transport,
      links: [],
      closed: [],
      configs,
      channels,
      connections,
      answers: 0,
      bulkBytes: 0,
    }
    rooms.set(name, room)
    peer.start(name)
  },

  start(name: string) {
    const room = at(name)
    room.transport.start((link) => {
      room.links.push(link)
      link.onClose((reason) => {
        room.links.splice(room.links.indexOf(link), 1)
        room.closed.push(reason)
      })
      link.onFrame((frame) => {
        if (frame[0] === 0) link.send(Uint8Array.of(1))
        else if (frame[0] === 1) room.answers++
        else room.bulkBytes += frame.length
      })
    })
  },

  stop: (name: string) => at(name).transport.stop(),
  say: (name: string, words: string) => at(name).awareness.setLocalState({ words }),

  /** Sends to every peer and resolves once all have answered. */
  async ping(name: string): Promise<number> {
    const room = at(name)
    const wanted = room.answers + room.links.length
    for (const link of room.links) link.send(Uint8Array.of(0))
    while (room.answers < wanted) await new Promise((resolve) => setTimeout(resolve, 5))
    return room.links.length
  },

  state(name: string) {
    const { transport, links, closed, awareness, configs, bulkBytes } = at(name)
    return {
      status: transport.status(),
      links: links.map(({ peer: id, maxFrame, binding }) => ({ peer: id, maxFrame, binding: toHex(binding) })),
      closed,
      heard: [...awareness.getStates()]
        .filter(([id]) => id !== awareness.clientID)
        .map(([, state]) => (state as { words?: string }).words ?? ''),
      docClients: awareness.doc.store.clients.size,
      configs: configs.map(({ iceServers }) => iceServers),
      bulkBytes,
      pageErrors,
    }
  },

  /** Sends `bytes` over the first link in the largest frames, waiting when told to. */
  async bulk(name: string, bytes: number, patient: boolean): Promise<void> {
    const link = at(name).links[0] as Link
    const frame = new Uint8Array(link.maxFrame).fill(2)
    for (let sent = 0; sent < bytes; sent += frame.length) {
      if (patient && link.buffered() > 1024 * 1024) await link.drained()
      link.send(bytes - sent < frame.length ? frame.subarray(0, bytes - sent) : frame)
    }
  },

  /** Breaks every connection below y-webrtc and below us, as a network would. */
  cut(name: string) {
    for (const connection of at(name).connections) connection.close()
  },

  /** The clock of this page jumps: what an attempt to connect may take is over for those made so far. */
  attemptsAreOver() {
    const now = performance.now.bind(performance)
    performance.now = () => now() + NEVER_MS + 1
  },

  close: (name: string, reason: string) => at(name).links[0]?.close(reason),

  /** Says something on y-webrtc's own channel, past y-webrtc. */
  misuse(name: string, message: readonly number[]) {
    for (const channel of at(name).channels) if (channel.readyState === 'open') channel.send(Uint8Array.from(message))
  },

  /** Seconds for `bytes` through a data channel with nothing of ours around it, within this page. */
  async rawSeconds(bytes: number): Promise<number> {
    const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()]
    a.onicecandidate = ({ candidate }) => candidate && void b.addIceCandidate(candidate)
    b.onicecandidate = ({ candidate }) => candidate && void a.addIceCandidate(candidate)
    const [out, into] = [a, b].map((end) => end.createDataChannel('raw', { negotiated: true, id: 1 })) as [
      RTCDataChannel,
      RTCDataChannel,
    ]
    into.binaryType = 'arraybuffer'
    await a.setLocalDescription()
    await b.setRemoteDescription(a.localDescription as RTCSessionDescription)
    await b.setLocalDescription()
    await a.setRemoteDescription(b.localDescription as RTCSessionDescription)
    await new Promise((resolve) => out.addEventListener('open', resolve, { once: true }))
    let arrived = 0
    const all = new Promise<void>((resolve) => {
      into.onmessage = ({ data }) => {
        arrived += (data as ArrayBuffer).byteLength
        if (arrived >= bytes) resolve()
      }
    })
    const startedAt = performance.now()
    out.bufferedAmountLowThreshold = 256 * 1024
    const frame: Bytes = new Uint8Array(64 * 1024)
    for (let sent = 0; sent < bytes; sent += frame.length) {
      if (out.bufferedAmount > 1024 * 1024)
        await new Promise((resolve) => out.addEventListener('bufferedamountlow', resolve, { once: true }))
      out.send(frame)
    }
    await all
    const seconds = (performance.now() - startedAt) / 1000
    a.close()
    b.close()
    return seconds
  },
}

function at(name: string): RoomState {
  const room = rooms.get(name)
  if (room === undefined) throw new Error(`no room ${name}`)
  return room
}

/** The browser's RTC, with a look at what it is asked for. */
function watchedRtc() {
  const channels: RTCDataChannel[] = []
  const configs: RTCConfiguration[] = []
  const connections: RTCPeerConnection[] = []
  class Watched extends RTCPeerConnection {
    constructor(config?: RTCConfiguration) {
      super(config)
      configs.push(config ?? {})
      connections.push(this)
      this.addEventListener('datachannel', (event) => channels.push(event.channel))
    }
    override createDataChannel(label: string, options?: RTCDataChannelInit): RTCDataChannel {
      const channel = super.createDataChannel(label, options)
      if (!options?.negotiated) channels.push(channel)
      return channel
    }
  }
  return { channels, configs, connections, rtc: { RTCPeerConnection: Watched, RTCSessionDescription, RTCIceCandidate } }
}

declare global {
  interface Window {
    peer: typeof peer
  }
}
window.peer = peer
