/**
 * Devices of a simulation: a profile with its key, disk and wrong clock, and the tabs that run on it. Everything in a tab is
 * the real thing; only disk, network, time and chance are the world's.
 */

import { type Bytes, toHex } from '../../base/bytes.ts'
import { Keyring } from '../../log/keyring.ts'
import type { KeyPair } from '../../log/keys.ts'
import { toyBox } from '../../log/sealing.fixture.ts'
import type { BoxKeys } from '../../log/sealing.ts'
import { openReplica, type Replica } from '../../replica/replica.ts'
import type { OpenText } from '../../replica/text-session.ts'
import { acquireFeed } from '../../store/feed-lock.ts'
import { memoryLocks, type MemoryLocks, type TabLocks } from '../../store/locks.ts'
import { type MemoryDisk, memoryDisk, type MemoryStore, memoryStore } from '../../store/memory-store.ts'
import type { Store } from '../../store/store.ts'
import { createExchange, type Exchange } from '../../sync/exchange.ts'
import type { LogSource } from '../../sync/log-source.ts'
import type { Network } from '../../sync/pair.ts'
import type { Transport } from '../../sync/transport.ts'
import type { World } from './virtual-world.fixture.ts'

export interface Device {
  readonly name: string
  readonly pair: KeyPair
  readonly box: BoxKeys
  /** Keys of the bodies that it has learned, raw; they outlive its tabs. */
  readonly keys: Bytes[]
  /** Of invites that it has redeemed. */
  readonly inviteBoxes: BoxKeys[]
  readonly disk: MemoryDisk
  readonly locks: MemoryLocks
  /** How wrong its clock is. */
  skewMs: number
  readonly tabs: Set<Tab>
  /** The tab that writes snapshots, for as long as it lives: one of a profile, as the host's lock has it. */
  snapshotTab: Tab | null
}

export interface Tab {
  readonly name: string
  readonly device: Device
  readonly store: MemoryStore
  readonly locks: TabLocks
  readonly transport: Transport
  isDead: boolean
  /** Null until it is open. */
  live: Live | null
  /** Crashes at this many more edges of a store write; null for never. */
  crashIn: number | null
  /** Written, and not said to be saved yet. */
  unsaved: string[]
}

export interface Live {
  readonly replica: Replica
  readonly exchange: Exchange
  /** A body that is being typed in. */
  text: OpenText | null
}

export interface DevicePorts {
  readonly world: World
  readonly network: Network
  readonly workspace: Bytes
  readonly roomSecret: Bytes
  /** What was promised to a person to be safe. */
  promised(token: string): void
  /** Every wire that a tab gets from another; `from` is the hex of its key. */
  arrived(wire: Bytes, from: string, tab: Tab): void
  broken(what: string): void
  crashed(tab: Tab, where: string): void
  /** A fault of the store that a test plants. */
  readonly plantStore?: (store: MemoryStore, disk: MemoryDisk) => Store
}

export function createDevice(name: string, pair: KeyPair, disk: MemoryDisk = memoryDisk(name)): Device {
  const kept = { box: toyBox(name), keys: [], inviteBoxes: [] }
  return { name, pair, ...kept, disk, locks: memoryLocks(), skewMs: 0, tabs: new Set(), snapshotTab: null }
}

/** A profile that somebody copied while nothing ran on it. */
export function copyDevice(device: Device, name: string): Device {
  const { box, keys, inviteBoxes, skewMs } = device
  return { ...createDevice(name, device.pair, structuredClone(device.disk)), box, keys: [...keys], inviteBoxes, skewMs }
}

/** Opens a tab; it is live some time later, if nothing kills it before. */
export function openTab(device: Device, name: string, ports: DevicePorts): Tab {
  const { world } = ports
  const edge =
    (where: string) =>
    (write: string): void => {
      if (tab.isDead || tab.crashIn === null || tab.crashIn-- > 0) return
      kill(tab)
      ports.crashed(tab, `${where} ${write}`)
    }
  const store = memoryStore({
    disk: device.disk,
    pageBatches: 1 + world.upTo(8),
    beforeWrite: edge('before'),
    afterWrite: edge('after'),
  })
  const transport = ports.network.transport(name)
  const tab: Tab = {
    name,
    device,
    store,
    locks: device.locks.tab(),
    transport,
    isDead: false,
    live: null,
    crashIn: null,
    unsaved: [],
  }
  device.tabs.add(tab)
  goLive(tab, ports).catch((error: unknown) => ports.broken(`${name} does not open: ${String(error)}`))
  return tab
}

async function goLive(tab: Tab, ports: DevicePorts): Promise<void> {
  const { world, workspace, roomSecret } = ports
  const { device } = tab
  const now = (): number => Math.floor(world.clock.now()) + device.skewMs
  const store = ports.plantStore ? ports.plantStore(tab.store, device.disk) : tab.store
  const key = toHex(device.pair.key)
  const replica = await openReplica(workspace, {
    store,
    verifier: world.verifier(workspace),
    signer: world.signer(device.pair),
    keyring: keyringOf(device, ports),
    openFeed: () => acquireFeed({ store, key, locks: tab.locks, random: world.randomBytes }),
    now,
    random: world.randomBytes,
    yieldToUi: () => Promise.resolve(),
  })
  if (tab.isDead) return
  replica.onSaveState(({ pending, problem }) => {
    if (problem !== null && !tab.isDead) ports.broken(`${tab.name} stopped saving: ${problem}`)
    if (pending > 0 || tab.isDead) return
    for (const token of tab.unsaved.splice(0)) ports.promised(token)
  })
  replica.onStuck(() => ports.broken(`the feed of ${tab.name} was moved by somebody else`))
  const log: LogSource = {
    history: replica.history,
    onDurable: (listener) => replica.onDurable(listener),
    wires: (ordinals) => replica.wires(ordinals),
    keyWires: (epoch) => replica.keyWires(epoch),
    learn: (wires) => replica.learn(wires),
    isSetAside: (id) => replica.isSetAside(id),
    receive(wires, from) {
      for (const wire of wires) ports.arrived(wire, from, tab)
      return replica.receive(wires, from)
    },
  }
  const identity = { workspace, roomSecret, key: device.pair.key, sign: world.proves(device.pair) }
  const clock = { now, after: world.clock.after }
  const exchange = createExchange({
    log,
    identity,
    verify: world.checks,
    randomBytes: world.randomBytes,
    clock,
    random: world.random,
  })
  tab.live = { replica, exchange, text: null }
  tab.transport.start((link) => exchange.connect(link))
}

export function keyringOf(device: Device, { workspace, world }: Pick<DevicePorts, 'workspace' | 'world'>): Keyring {
  const learned = ({ raw }: { readonly raw: Bytes }): void => void device.keys.push(raw)
  return new Keyring({
    workspace,
    sealing: world.sealing,
    boxes: [device.box, ...device.inviteBoxes],
    known: device.keys,
    learned,
  })
}

/** The process is gone between two instructions. */
export function kill(tab: Tab): void {
  if (tab.isDead) return
  tab.isDead = true
  tab.store.kill()
  tab.transport.stop()
  tab.live?.exchange.close()
  tab.locks.crash()
  tab.device.tabs.delete(tab)
}

/** The tab is closed in good order: its feed can be taken up again. */
export async function closeTab(tab: Tab): Promise<void> {
  const { live } = tab
  if (!live) return kill(tab)
  live.text?.close()
  live.text = null
  tab.transport.stop()
  live.exchange.close()
  await live.replica.close()
  if (tab.isDead) return
  kill(tab)
}
