/**
 * Opens a workspace in a tab: its store, replica, verifying Worker, links to peers and presence, put together.
 *
 *   store ── replica ── exchange ─┬─ broadcast (tabs of this browser)
 *               │                 └─ webrtc (loaded after the board is there)
 *            session ──> UI
 */

import { fromHex, toHex, type Bytes } from '../base/bytes.ts'
import { Keyring } from '../log/keyring.ts'
import { boxOf, keyPairOf, sign } from '../log/keys.ts'
import { type BoxKeys, webSealing } from '../log/sealing.ts'
import { sealBatch } from '../log/signing.ts'
import { lateVerifier } from '../log/late-verifier.ts'
import { createWorkerVerifier } from '../log/worker-verifier.ts'
import { roomName } from '../replica/invite.ts'
import { openReplica, type Replica } from '../replica/replica.ts'
import { acquireFeed } from '../store/feed-lock.ts'
import { openIndexedDbStore } from '../store/indexeddb-store.ts'
import type { DeviceKeys, KnownWorkspace, Profile } from '../store/profile.ts'
import type { Store } from '../store/store.ts'
import { createBroadcast } from '../sync/broadcast.ts'
import { createExchange, type Exchange } from '../sync/exchange.ts'
import type { Transport } from '../sync/transport.ts'
import type { Signer } from '../replica/writer.ts'
import { ownScript } from '../ui/trusted.ts'
import { type Keeper, startKeeper } from './keeper.ts'
import type { PageSettings } from './page-settings.ts'
// The bundler makes this one: the address of the worker.
// oxlint-disable-next-line import/default
import verifierUrl from './verifier-worker.ts?worker&url'

export interface OpenWorkspace {
  readonly known: KnownWorkspace
  readonly replica: Replica
  readonly store: Store
  readonly signer: Signer
  readonly keyring: Keyring
  readonly exchange: Exchange
  readonly transports: readonly Transport[]
  /** Adds a transport, to be started by `connect`; `onClose` runs when the workspace is closed. */
  add(transport: Transport, onClose?: () => void): void
  /** Runs when the workspace is closed. */
  onClose(run: () => void): void
  /** Begins to look for peers. */
  connect(): void
  disconnect(): void
  isClosed(): boolean
  close(): Promise<void>
}

const TICK_MS = 1000

export interface TabPorts {
  readonly profile: Profile
  readonly keys: DeviceKeys
  /** What the host says may come late, or never: what opens a workspace does not wait for it. */
  readonly settings: Promise<PageSettings>
}

export function randomBytes(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length))
}

/** Lets input and painting go first; falls back where the browser has no scheduler. */
export async function yieldToUi(): Promise<void> {
  const { scheduler } = globalThis as { scheduler?: { yield?: () => Promise<void> } }
  if (scheduler?.yield) await scheduler.yield()
  else await new Promise((resolve) => setTimeout(resolve))
}

/** A workspace with its store and replica, and no network. */
export interface QuietWorkspace {
  readonly replica: Replica
  readonly store: Store
  readonly signer: Signer
  readonly keyring: Keyring
  close(): Promise<void>
}

/** `invite`: the box of an invite that is to be redeemed, since keys are sealed to that first. */
export async function openQuietly(known: KnownWorkspace, { keys, profile }: TabPorts, invite?: BoxKeys): Promise<QuietWorkspace> {
  const workspace = fromHex(known.id)
  const pair = await keyPairOf(keys.signing)
  const signer: Signer = { key: pair.key, sign: (draft) => sealBatch(draft, pair) }
  const store = await openIndexedDbStore({ name: known.id, random: randomBytes })
  const verifier = lateVerifier(() => {
    const worker = new Worker(ownScript(verifierUrl), { type: 'module' })
    return createWorkerVerifier(worker, workspace)
  })
  const keyring = new Keyring({
    workspace,
    sealing: webSealing(),
    boxes: [await boxOf(keys.agreement), ...(invite ? [invite] : [])],
    known: known.keys ?? [],
    learned: ({ raw }) => void keepKey(profile, known, raw).catch((error: unknown) => reportError(error)),
  })
  const replica = await openReplica(workspace, {
    store,
    verifier,
    signer,
    keyring,
    openFeed: () => acquireFeed({ store, key: toHex(pair.key), locks: navigator.locks, random: randomBytes }),
    now: () => Date.now(),
    random: randomBytes,
    yieldToUi,
  })
  store.onLost((error) => replica.storeLost(error))
  return {
    replica,
    store,
    signer,
    keyring,
    async close() {
      await replica.close()
      verifier.close()
      await store.close()
    },
  }
}

export async function openWorkspace(known: KnownWorkspace, ports: TabPorts, invite?: BoxKeys): Promise<OpenWorkspace> {
  const workspace = fromHex(known.id)
  const pair = await keyPairOf(ports.keys.signing)
  const quiet = await openQuietly(known, ports, invite)
  const { replica, store, signer, keyring } = quiet
  const exchange = createExchange({
    log: replica,
    clock: { now: () => Date.now(), after: (ms, run) => void setTimeout(run, ms) },
    random: Math.random,
    identity: { workspace, roomSecret: known.secret, key: pair.key, sign: (message) => sign(pair, message) },
    // Loaded when the first peer is met: it brings curve arithmetic along that the first paint does not need.
    verify: async (key, signature, message) => (await import('../log/signature.ts')).verifySignature(key, signature, message),
    randomBytes,
    // What another tab of this profile wrote, that tab sends.
    isWrittenHere: (feed) => replica.isWrittenHere(feed),
    sharedBefore: known.shared ?? [],
  })
  const room = roomName(workspace, known.secret)
  const broadcast = createBroadcast({
    room,
    tabId: toHex(randomBytes(8)),
    openChannel: (name) => new BroadcastChannel(name),
    locks: navigator.locks,
    page: window,
  })
  const transports: Transport[] = [broadcast]
  broadcast.start((link) => exchange.connect(link))
  const closing: (() => void)[] = []
  const keeper: Keeper = startKeeper(replica, store, navigator.locks, document, Math.random, async () =>
    (await import('./tab-house.ts')).keepHouse(replica, known.id),
  )
  const held = setInterval(() => replica.tick(), TICK_MS)

  let isClosed = false
  async function close(): Promise<void> {
    isClosed = true
    clearInterval(held)
    keeper.stop()
    for (const transport of transports) transport.stop()
    for (const end of closing) end()
    exchange.close()
    await quiet.close()
  }

  return {
    known,
    replica,
    store,
    signer,
    keyring,
    exchange,
    transports,
    add(transport, onClose) {
      transports.push(transport)
      if (onClose) closing.push(onClose)
    },
    onClose(run) {
      closing.push(run)
    },
    connect() {
      for (const transport of transports)
        if (transport.status().state === 'off') transport.start((link) => exchange.connect(link))
    },
    disconnect() {
      for (const transport of transports) if (transport !== broadcast) transport.stop()
    },
    isClosed: () => isClosed,
    close,
  }
}

/** A key that could not be kept is learned again, from the log or a peer: the workspace itself says when its disk is full. */
async function keepKey(profile: Profile, known: KnownWorkspace, raw: Bytes): Promise<void> {
  const kept = (await profile.workspaces()).find(({ id }) => id === known.id)
  if (kept) await profile.putWorkspace({ ...kept, keys: [raw] })
}
