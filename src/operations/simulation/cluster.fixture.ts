/**
 * A cluster: devices that work, lose each other, crash, lie and come back, until the world heals; then every law is looked at.
 *
 * While it runs: no peer gets a batch that its sender's disk does not hold (L2), saving never stops, nothing throws; healed, the laws
 * of `cluster-laws.fixture.ts` hold. All the while they take each other's rights and give them back, rightly or by mistake.
 */

import { toHex } from '../../base/bytes.ts'
import { seededBytes, seededRandom } from '../../base/random.ts'
import { fromHex } from '../../base/bytes.ts'
import { decodeWire } from '../../log/batch-codec.ts'
import { type KeyPair, signingKeys } from '../../log/keys.ts'
import { toyBox } from '../../log/sealing.fixture.ts'
import type { Replica } from '../../replica/replica.ts'
import { createGenesis, publishInvite, redeemInvite } from '../../replica/workspace.ts'
import { cutPower, type MemoryDisk, type MemoryStore, memoryStore } from '../../store/memory-store.ts'
import type { Store } from '../../store/store.ts'
import { createNetwork, type Network } from '../../sync/pair.ts'
import { type HealedWorld, judgeHealed, Violation } from './cluster-laws.fixture.ts'
import {
  closeTab,
  copyDevice,
  createDevice,
  type Device,
  type DevicePorts,
  kill,
  type Live,
  openTab,
  type Tab,
} from './device.fixture.ts'
import { createMallory, type Mallory } from './mallory.fixture.ts'
import { changeRightsAtRandom, isAgentDevice, letBackIn } from './random-rights.fixture.ts'
import { workAtRandom } from './random-work.fixture.ts'
import { createWorld, forgetVerdicts, type World } from './virtual-world.fixture.ts'

export interface ClusterOptions {
  readonly steps?: number
  /** A fault of the store that a test plants. */
  readonly plantStore?: (world: World) => (store: MemoryStore, disk: MemoryDisk) => Store
}

export interface ClusterReport extends HealedWorld {
  readonly seed: number
  readonly trace: readonly string[]
}

const START = Date.UTC(2026, 0, 1)
/** Wrong clocks run ahead by so much at most; a world that heals lets that time pass. */
const MOST_SKEW_MS = 90_000
const HEAL_MS = 300_000

export async function runCluster(seed: number, options: ClusterOptions = {}): Promise<ClusterReport> {
  forgetVerdicts()
  const cluster = new Cluster(seed, options)
  try {
    await cluster.found()
    for (let step = 0; step < (options.steps ?? 60); step++) await cluster.step()
    await cluster.heal()
    return await cluster.judge()
  } catch (error) {
    const why = error instanceof Violation ? error.message : error instanceof Error ? error.stack : String(error)
    throw new Violation(`seed ${seed}: ${why}\n${cluster.trace.slice(-150).join('\n')}`, { cause: error })
  } finally {
    cluster.end()
  }
}

class Cluster {
  readonly trace: string[] = []
  readonly #seed: number
  readonly #options: ClusterOptions
  readonly #world: World
  readonly #network: Network
  readonly #devices: Device[] = []
  readonly #promised: string[] = []
  readonly #broken: string[] = []
  readonly #stored = new Map<MemoryDisk, { readonly wires: Set<string>; upTo: number }>()
  readonly #outlaws = new Set<string>()
  #ports: DevicePorts | null = null
  #mallory: Mallory | null = null
  #tokens = 0
  #tabs = 0
  #hasCopy = false

  constructor(seed: number, options: ClusterOptions) {
    this.#seed = seed
    this.#options = options
    this.#world = createWorld(seed, START)
    this.#network = createNetwork({ after: this.#world.clock.after, random: this.#world.random, delayMs: [0, 5] })
  }

  get #p(): DevicePorts {
    return this.#ports as DevicePorts
  }

  /** A workspace, its founder, members who joined by invites, and Mallory, who is one of them. */
  async found(): Promise<void> {
    const world = this.#world
    const random = seededBytes(seededRandom(this.#seed ^ 0x5eed))
    const pair = (): Promise<KeyPair> => signingKeys(random(32))
    const founder = createDevice('d0', await pair())
    const genesis = await createGenesis(world.signer(founder.pair), founder.box.key, START, random)
    await memoryStore({ disk: founder.disk }).append([genesis.wire])
    this.#ports = {
      world,
      network: this.#network,
      workspace: genesis.id,
      roomSecret: random(16),
      promised: (token) => this.#promised.push(token),
      arrived: (wire, from, tab) => this.#checkStored(wire, from, tab),
      broken: (what) => this.#broken.push(what),
      crashed: (tab, where) => this.#say(`${tab.name} crashes ${where}`),
      ...(this.#options.plantStore ? { plantStore: this.#options.plantStore(world) } : {}),
    }
    this.#devices.push(founder)
    const first = this.#open(founder)
    await world.run(100)
    const { replica } = first.live as Live
    await this.#during(replica.rekey())
    const newcomers = 2 + world.upTo(4)
    for (let n = 1; n <= newcomers; n++) {
      const device = createDevice(`d${n}`, await pair())
      const invite = await pair()
      const box = toyBox(`invite ${n}`)
      const role = isAgentDevice(device) ? 'agent' : world.chance(0.2) ? 'admin' : 'member'
      publishInvite(replica, { role }, { key: invite.key, box: box.key })
      await this.#during(replica.rekey())
      device.inviteBoxes.push(box)
      this.#devices.push(device)
      const tab = this.#open(device)
      await world.run(1000)
      const redeemed = await this.#during(redeemInvite((tab.live as Live).replica, world.signer(invite), device.box.key))
      if (!redeemed.ok) throw new Violation(`d${n} cannot join: ${redeemed.refusal.detail}`)
    }
    await world.run(500)
    await this.#letMalloryIn(first.live as Live, await pair(), await pair(), await pair())
  }

  async #letMalloryIn({ replica }: Live, pair: KeyPair, invite: KeyPair, stranger: KeyPair): Promise<void> {
    const world = this.#world
    const box = toyBox('invite of mallory')
    publishInvite(replica, { role: 'member' }, { key: invite.key, box: box.key })
    await this.#during(replica.rekey())
    const device = createDevice('mallory', pair)
    device.inviteBoxes.push(box)
    const tab = openTab(device, 'mallory', this.#p)
    await world.run(1000)
    const mine = (tab.live as Live).replica
    const redeemed = await this.#during(redeemInvite(mine, world.signer(invite), device.box.key))
    if (!redeemed.ok) throw new Violation(`mallory cannot join: ${redeemed.refusal.detail}`)
    await world.run(1000)
    kill(tab)
    const held = mine.held[0] as (typeof mine.held)[number]
    const head = [...mine.history.heads].find((ordinal) => mine.history.feedOf(ordinal).startsWith(toHex(invite.key))) as number
    const granted = { id: mine.history.idOf(head) }
    this.#mallory = createMallory(world, pair, stranger, this.#p.workspace, fromHex(held.id), granted as never)
    this.#outlaws.add(toHex(stranger.key))
  }

  async step(): Promise<void> {
    const world = this.#world
    const { upTo, chance, pick } = world
    const live = this.#live()
    const tab = live.length > 0 ? pick(live) : null
    const dice = upTo(100)
    if (tab && dice >= 55 && dice < 60) this.#say(`${tab.name} ${changeRightsAtRandom(tab.live as Live, this.#devices, world)}`)
    else if (tab && dice < 60) for (let n = 1 + upTo(4); n > 0 && !tab.isDead; n--) this.#say(`${tab.name} ${this.#work(tab)}`)
    else if (tab && dice < 64) this.#arm(tab)
    else if (tab && dice < 66) this.#crash(tab)
    else if (tab && dice < 70) await this.#close(tab)
    else if (dice < 74) this.#reopen(pick(this.#devices))
    else if (tab && dice < 77) void this.#snapshot(tab)
    else if (tab && dice < 79) void tab.store.seal()
    else if (dice < 82) this.#split()
    else if (dice < 86) this.#weather()
    else if (dice < 89) this.#wrongClock(pick(this.#devices))
    else if (dice < 91) this.#cutPower(pick(this.#devices))
    else if (dice < 93) await this.#copy(pick(this.#devices))
    else if (tab && dice < 98) await this.#mischief(tab)
    else if (tab && dice === 98) void tab.live?.replica.rekey()
    else this.#frames()
    // People come back to their machines.
    for (const device of this.#devices) if (device.tabs.size === 0 && chance(0.15)) this.#reopen(device)
    for (const { live } of this.#live()) {
      live?.replica.tick()
      if (chance(0.05)) void live?.replica.catchUp()
    }
    await world.run(chance(0.3) ? upTo(2000) : upTo(60))
    this.#expectUnbroken()
  }

  async heal(): Promise<void> {
    const world = this.#world
    this.#say('-- heal')
    this.#network.setFaults({ loss: 0, delayMs: [0, 5], duplicateLinks: 0 })
    this.#network.heal()
    for (const device of this.#devices) {
      device.skewMs = 0
      for (const tab of device.tabs) tab.crashIn = null
    }
    await world.run(100)
    for (const device of this.#devices) if (device.tabs.size === 0) this.#reopen(device)
    await world.run(100)
    for (const tab of this.#live()) {
      tab.live?.text?.close()
      if (tab.live) tab.live.text = null
    }
    // What a tab wrote and died before it told the other is found in the store they share.
    for (const { live } of this.#live()) await this.#during((live as Live).replica.catchUp())
    // What Mallory gave to one who lost it before it was safe goes round again, so that nothing waits for it.
    const made = this.#mallory?.made.map(({ wire }) => wire) ?? []
    const [witness] = this.#live()
    if (witness?.live && made.length > 0) await this.#during(witness.live.replica.receive(made, 'mallory'))
    const until = world.clock.now() + HEAL_MS
    do {
      await world.run(2000)
      await this.#letEverybodyBackIn()
      for (const { live } of this.#live()) live?.replica.tick()
      this.#expectUnbroken()
    } while (world.clock.now() < until && !(await this.#isAtRest()))
  }

  /** Who holds no right gets no key to read by: at the end everybody is somebody again. The founder always is. */
  async #letEverybodyBackIn(): Promise<void> {
    const founder = this.#live().find(({ device }) => device === this.#devices[0])
    if (!founder?.live) return
    if (letBackIn(founder.live, this.#devices)) this.#say('the founder lets everybody back in')
    await this.#during(founder.live.replica.rekey())
  }

  async judge(): Promise<ClusterReport> {
    const tabs = this.#live()
    const seen = await judgeHealed({
      world: this.#world,
      ports: this.#p,
      devices: this.#devices,
      tabs,
      outlaws: this.#outlaws,
      promised: this.#promised,
      during: (answer) => this.#during(answer),
    })
    this.#expectUnbroken()
    return { seed: this.#seed, trace: this.trace, ...seen }
  }

  end(): void {
    for (const device of this.#devices) for (const tab of [...device.tabs]) kill(tab)
  }

  #work(tab: Tab): string {
    return workAtRandom(tab, tab.live as Live, this.#world, () => `w${this.#seed}x${this.#tokens++}y`)
  }

  #open(device: Device): Tab {
    return openTab(device, `${device.name}.${this.#tabs++}`, this.#p)
  }

  #reopen(device: Device): void {
    // A second tab at most: the planted store knows of one.
    if (device.tabs.size >= (this.#options.plantStore ? 1 : 2)) return
    this.#say(`${this.#open(device).name} opens`)
  }

  #arm(tab: Tab): void {
    tab.crashIn = this.#world.upTo(8)
    this.#say(`${tab.name} will crash at the ${tab.crashIn + 1}th edge of a write`)
  }

  #crash(tab: Tab): void {
    this.#say(`${tab.name} is killed`)
    kill(tab)
  }

  async #close(tab: Tab): Promise<void> {
    this.#say(`${tab.name} closes`)
    if (this.#world.chance(0.1)) tab.crashIn = this.#world.upTo(4)
    let isClosed = false
    void closeTab(tab).then(() => (isClosed = true))
    // A tab that dies while it closes never gets there. Nobody else may turn the world meanwhile: it would not be one story.
    for (let ms = 0; !isClosed && !tab.isDead; ms++) {
      if (ms > 1000) throw new Violation(`${tab.name} does not close`)
      await this.#world.run(1)
    }
  }

  async #snapshot(tab: Tab): Promise<void> {
    if (tab.device.snapshotTab?.isDead !== false) tab.device.snapshotTab = tab
    if (tab.device.snapshotTab !== tab) return
    this.#say(`${tab.name} takes a snapshot`)
    if (this.#world.chance(0.15)) tab.crashIn = this.#world.upTo(3)
    await tab.live?.replica.snapshot()
  }

  #split(): void {
    const { chance, upTo } = this.#world
    const names = this.#devices.flatMap(({ tabs }) => [...tabs].map(({ name }) => name))
    if (chance(0.5)) {
      this.#say('the network heals')
      return this.#network.heal()
    }
    const groups: string[][] = [[], []]
    for (const name of names) groups[upTo(2)]?.push(name)
    this.#say(`the network splits: ${groups.map((group) => group.join(' ')).join(' | ')}`)
    this.#network.split(...groups)
  }

  #weather(): void {
    const { pick } = this.#world
    const faults = {
      loss: pick([0, 0, 0.01, 0.05]),
      delayMs: pick([
        [0, 5],
        [0, 50],
        [20, 400],
      ] as const),
      duplicateLinks: pick([0, 0, 0.3]),
    }
    this.#say(`weather ${JSON.stringify(faults)}`)
    this.#network.setFaults(faults)
  }

  #wrongClock(device: Device): void {
    const { chance, upTo } = this.#world
    device.skewMs = chance(0.4) ? 0 : upTo(MOST_SKEW_MS * 3) - MOST_SKEW_MS * 2
    this.#say(`the clock of ${device.name} is ${device.skewMs} ms off`)
  }

  #cutPower(device: Device): void {
    this.#say(`${device.name} loses power`)
    for (const tab of [...device.tabs]) kill(tab)
    // What peers had sent, and it had passed on, may be gone with it.
    this.#wiresOn(device.disk)
    cutPower(device.disk)
    const held = this.#stored.get(device.disk)
    if (held) held.upTo = device.disk.log.length
  }

  /** Two machines go on with one profile, one key and one feed: a fork. */
  async #copy(device: Device): Promise<void> {
    if (this.#hasCopy) return
    for (const tab of [...device.tabs]) await this.#close(tab)
    if (device.tabs.size > 0) return
    this.#hasCopy = true
    const copy = copyDevice(device, `${device.name}copy`)
    this.#say(`${device.name} is copied`)
    this.#devices.push(copy)
    this.#reopen(device)
    this.#reopen(copy)
  }

  async #mischief(tab: Tab): Promise<void> {
    const { chance } = this.#world
    const { replica } = tab.live as Live
    const mallory = this.#mallory as Mallory
    if (!mallory.isKnownTo(replica)) return
    if (chance(0.6)) {
      const { id, wire } = await mallory.nasty(replica)
      this.#say(`mallory gives ${tab.name} ${toHex(id).slice(0, 8)}`)
      return void replica.receive(chance(0.2) ? [wire, wire] : [wire], 'mallory')
    }
    const outlaw = await mallory.outlaw(replica)
    this.#say(`mallory tries ${tab.name} with an outlaw`)
    void replica.receive([outlaw.wire, mallory.garbage()], 'mallory').then(({ admitted }) => {
      if (admitted > 0) this.#broken.push(`${tab.name} admitted what may not be`)
    })
  }

  /** Garbage where frames are expected. */
  #frames(): void {
    const { clock, randomBytes, upTo } = this.#world
    this.#say('somebody sends garbage frames')
    const transport = this.#network.transport('noise')
    transport.start((link) => {
      link.onFrame(() => {})
      for (let n = upTo(4); n >= 0; n--) link.send(randomBytes(1 + upTo(600)))
    })
    clock.after(500, () => transport.stop())
  }

  /** L2: what arrives lies on a disk of whoever sent it. */
  #checkStored(wire: Uint8Array, from: string, tab: Tab): void {
    const senders = this.#devices.filter(({ pair }) => toHex(pair.key) === from)
    if (senders.length === 0 || senders.some(({ disk }) => this.#wiresOn(disk).has(headOf(wire)))) return
    this.#broken.push(`L2: ${tab.name} got a batch from ${senders.map(({ name }) => name).join()} that no disk of theirs holds`)
  }

  #wiresOn(disk: MemoryDisk): ReadonlySet<string> {
    let known = this.#stored.get(disk)
    if (!known) this.#stored.set(disk, (known = { wires: new Set(), upTo: 0 }))
    for (; known.upTo < disk.log.length; known.upTo++) known.wires.add(headOf(disk.log[known.upTo] as Uint8Array))
    return known.wires
  }

  async #isAtRest(): Promise<boolean> {
    const tabs = this.#live()
    const replicas = tabs.map(({ live }) => (live as Live).replica)
    const count = replicas[0]?.history.count
    const isQuiet = ({ saveState, history, delayed }: Replica): boolean =>
      saveState.pending === 0 && history.count === count && delayed.waiting + delayed.held === 0
    const inStep = (tab: Tab): boolean =>
      (tab.live as Live).exchange.status().peers.length >= tabs.length - 1 &&
      (tab.live as Live).exchange.status().peers.every(({ behind, ahead }) => behind === 0 && !ahead)
    return replicas.every(isQuiet) && tabs.every(inStep)
  }

  /** Turns the world until the answer is there. */
  async #during<T>(answer: Promise<T>): Promise<T> {
    let isThere = false
    const done = answer.finally(() => (isThere = true))
    done.catch(() => undefined)
    for (let ms = 0; !isThere; ms++) {
      if (ms > 5000) throw new Violation('something never answers')
      await this.#world.run(1)
    }
    return done
  }

  #live(): Tab[] {
    return this.#devices.flatMap(({ tabs }) => [...tabs].filter((tab) => tab.live !== null && !tab.isDead))
  }

  #expectUnbroken(): void {
    if (this.#broken.length > 0) throw new Violation(this.#broken.join('\n'))
  }

  #say(what: string): void {
    this.trace.push(`${String(Math.floor(this.#world.clock.now() - START)).padStart(7)} ${what}`)
  }
}

/** What of a wire is the same in the open and sealed. */
function headOf(bytes: Uint8Array): string {
  const wire = decodeWire(bytes)
  return Buffer.from(wire.ok ? wire.value.header : bytes).toString('latin1')
}
