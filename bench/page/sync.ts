/** The whole of W to a newcomer, over WebRTC and the real exchange: verified, folded, durable. */

import { toHex } from '../../src/base/bytes.ts'
import { sign } from '../../src/log/keys.ts'
import { verifySignature } from '../../src/log/signature.ts'
import { roomName } from '../../src/replica/invite.ts'
import { createExchange } from '../../src/sync/exchange.ts'
import { createAwareness } from '../../src/sync/presence-bridge.ts'
import type { Link, Transport } from '../../src/sync/transport.ts'
import { createWebrtc } from '../../src/sync/webrtc.ts'
import { deleteIndexedDbStore } from '../../src/store/indexeddb-store.ts'
import { newcomerKeys, openWorkspace, type Opened, ownerKeys, randomBytes, workloadInfo } from './workspace.ts'

const SECRET = new Uint8Array(16).fill(7)

export async function serve(): Promise<void> {
  const info = await workloadInfo()
  connect(await openWorkspace(info, await ownerKeys(info)), () => {})
}

export interface Joined {
  readonly ms: number
  readonly changes: number
  readonly bytes: number
  readonly hash: string
}

/** From the moment the link is open until every change is here, folded, and on this disk. */
export async function join(): Promise<Joined> {
  const info = await workloadInfo()
  await deleteIndexedDbStore(info.workspace)
  const opened = await openWorkspace(info, await newcomerKeys())
  const { replica } = opened
  let startedAt = 0
  const finished = new Promise<number>((resolve) => {
    replica.onSaveState(({ pending }) => {
      if (pending === 0 && replica.changes >= info.changes) resolve(performance.now())
    })
  })
  const exchange = connect(opened, () => (startedAt = performance.now()))
  const endedAt = await finished
  const bytes = exchange.status().peers.reduce((sum, peer) => sum + peer.received, 0)
  return { ms: endedAt - startedAt, changes: replica.changes, bytes, hash: await replica.stateHash() }
}

function connect({ replica, pair }: Opened, linked: () => void): ReturnType<typeof createExchange> {
  const exchange = createExchange({
    log: replica,
    clock: { now: () => Date.now(), after: (ms, run) => void setTimeout(run, ms) },
    random: Math.random,
    identity: { workspace: replica.workspace, roomSecret: SECRET, key: pair.key, sign: (message) => sign(pair, message) },
    verify: verifySignature,
    randomBytes,
  })
  const transport: Transport = createWebrtc({
    room: `${roomName(replica.workspace, SECRET)}-${toHex(SECRET)}`,
    signalling: [`ws://${location.host}/signal`],
    iceServers: [],
    awareness: createAwareness(),
    randomBytes,
    random: Math.random,
    page: window,
  })
  transport.start((link: Link) => {
    linked()
    exchange.connect(link)
  })
  return exchange
}
