/**
 * The network of an open workspace, loaded after its board is shown: WebRTC to other browsers, WebSocket to a host that is a
 * peer of this workspace, presence over both WebRTC and the tabs of this browser.
 */

import type { Awareness } from 'y-protocols/awareness'
import { fromHex, toBase64Url } from '../base/bytes.ts'
import { keyPairOf, sign } from '../log/keys.ts'
import { verifySignature } from '../log/signature.ts'
import { roomName } from '../replica/invite.ts'
import { othersOn, watchSilence } from '../replica/silence.ts'
import { bridgeAwareness, broadcastCarrier, createAwareness } from '../sync/presence-bridge.ts'
import { createPresence, type Presence } from '../sync/presence.ts'
import { createWebrtc } from '../sync/webrtc.ts'
import { createWebsocket, type Socket } from '../sync/websocket.ts'
import { type OpenWorkspace, randomBytes, type TabPorts } from './open-workspace.ts'

/** How often it is looked for agents that have gone silent. */
const LOOK_MS = 1000

export interface Network {
  readonly awareness: Awareness
  readonly presence: Presence
}

/**
 * Adds the transports and begins to look for peers, unless the person works offline by then. Null if the workspace was closed
 * before its settings and code were there.
 */
export async function createNetwork(
  open: OpenWorkspace,
  { keys, settings }: TabPorts,
  isOffline: () => boolean,
): Promise<Network | null> {
  const { replica, known } = open
  const [pair, { signalling, iceServers, peer }] = await Promise.all([keyPairOf(keys.signing), settings])
  if (open.isClosed()) return null
  const room = roomName(replica.workspace, known.secret)
  const awareness = createAwareness()
  const takeDown = bridgeAwareness(
    awareness,
    broadcastCarrier(room, (name) => new BroadcastChannel(name)),
  )
  open.add(
    createWebrtc({
      room,
      signalling,
      iceServers,
      awareness,
      secret: known.secret,
      randomBytes,
      random: Math.random,
      page: window,
    }),
    takeDown,
  )
  if (peer?.workspace === known.id) {
    const after = (ms: number, run: () => void): void => void setTimeout(run, ms)
    const connect = (url: string): Socket => new WebSocket(url) as unknown as Socket
    open.add(createWebsocket({ url: peer.url, connect, after, random: Math.random }))
  }
  const presence = createPresence({
    awareness,
    workspace: replica.workspace,
    key: pair.key,
    sign: (message) => sign(pair, message),
    verify: verifySignature,
    now: () => performance.now(),
  })
  const silence = watchSilence(replica, {
    monotonic: () => performance.now(),
    heardOf: (actor) => presence.heardOf(toBase64Url(fromHex(actor))),
    present: () => othersOn(open.exchange, replica),
  })
  const looking = setInterval(() => silence.look(), LOOK_MS)
  open.onClose(() => clearInterval(looking))
  if (!isOffline()) open.connect()
  return { awareness, presence }
}
