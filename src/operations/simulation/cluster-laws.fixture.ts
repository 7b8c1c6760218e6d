/**
 * What holds of a cluster that has healed: all honest replicas hold the same batches (nothing accepted was lost, nothing of a
 * stranger's is there), judge them alike, show the same board, and open again to the same from their disks, with and without a snapshot.
 */

import { toHex } from '../../base/bytes.ts'
import { readStored } from '../../log/stored.ts'
import { openReplica, type Replica } from '../../replica/replica.ts'
import { type MemoryDisk, memoryStore } from '../../store/memory-store.ts'
import { type Device, type DevicePorts, keyringOf, kill, type Live, type Tab } from './device.fixture.ts'
import type { World } from './virtual-world.fixture.ts'
/** A law that a run broke, with everything needed to see it again. */
export class Violation extends Error {
  override readonly name = 'Violation'
}

/** A world that has healed, and what is to be held against it. */
export interface Healed {
  readonly world: World
  readonly ports: DevicePorts
  readonly devices: readonly Device[]
  readonly tabs: readonly Tab[]
  /** Keys whose batches nobody may admit. */
  readonly outlaws: ReadonlySet<string>
  /** Words that were said to be saved. */
  readonly promised: readonly string[]
  /** Turns the world until the answer is there. */
  readonly during: <T>(answer: Promise<T>) => Promise<T>
}

export interface HealedWorld {
  readonly batches: number
  readonly stateHash: string
}

/** Looks at every law of a world that has healed. Kills all tabs, at the end. */
export async function judgeHealed(healed: Healed): Promise<HealedWorld> {
  const { world, devices, tabs, outlaws, during } = healed
  const names = tabs.map(({ name }) => name)
  const replicas = tabs.map(({ live }) => (live as Live).replica)
  if (devices.some(({ tabs }) => tabs.size === 0)) throw new Violation('a device did not come back')
  const alike = <T>(what: string, of: (replica: Replica) => T): T => {
    const found = replicas.map((replica) => JSON.stringify(of(replica)))
    const odd = found.findIndex((one) => one !== found[0])
    if (odd >= 0)
      throw new Violation(
        `${names[0]} and ${names[odd]} differ in ${what}: ${firstDifference(found[0] as string, found[odd] as string)}`,
      )
    return of(replicas[0] as Replica)
  }
  const ids = alike('batches', idsOf)
  const orphans = replicas.map(({ delayed }) => delayed).filter(({ waiting, held }) => waiting + held > 0)
  if (orphans.length > 0) throw new Violation(`batches are still delayed: ${JSON.stringify(orphans)}`)
  alike('quarantine', quarantineOf)
  alike('the board', boardOf)
  const hashes = await Promise.all(replicas.map((replica) => during(replica.stateHash())))
  if (new Set(hashes).size > 1)
    throw new Violation(`state hashes differ: ${hashes.map((hash, i) => `${names[i]} ${hash.slice(0, 8)}`).join(', ')}`)
  const [witness] = replicas as [Replica]
  for (const { audience } of witness.authority.registry.all)
    if (outlaws.has(audience)) throw new Violation('a stranger was let in')
  for (let ordinal = 0; ordinal < witness.history.count; ordinal++)
    if (outlaws.has(witness.history.feedOf(ordinal).slice(0, 66))) throw new Violation('a batch of a stranger was admitted')
  await expectPromisesKept(witness, healed)
  for (const { live, name } of tabs) {
    const { pending } = (live as Live).replica.saveState
    const behind = (live as Live).exchange.status().peers.filter((peer) => peer.behind > 0 || peer.ahead)
    if (pending > 0) throw new Violation(`${name} still has ${pending} to save`)
    if (behind.length > 0) throw new Violation(`${name} believes not to be in step: ${JSON.stringify(behind)}`)
  }
  if (world.clock.pending() > 500 * tabs.length) throw new Violation(`${world.clock.pending()} timers wait`)
  for (const device of devices) await expectOpensAlike(device, ids, hashes[0] as string, healed)
  return { batches: ids.length, stateHash: hashes[0] as string }
}

/** Every word that was said to be saved is in the log, for good. */
async function expectPromisesKept(witness: Replica, { promised, during }: Healed): Promise<void> {
  const wires: Uint8Array[] = []
  await during(
    (async () => {
      for await (const page of witness.exportLog()) wires.push(...page)
    })(),
  )
  const log = Buffer.concat(wires).toString('latin1')
  const lost = promised.filter((token) => !log.includes(token))
  if (lost.length > 0) throw new Violation(`lost after it was said to be saved: ${lost.join()}`)
}

async function expectOpensAlike(
  device: Device,
  ids: readonly string[],
  hash: string,
  { world, ports, during }: Healed,
): Promise<void> {
  for (const tab of [...device.tabs]) kill(tab)
  for (const withSnapshot of [true, false]) {
    const store = memoryStore({ disk: structuredClone(device.disk) })
    if (!withSnapshot) await store.dropSnapshot()
    const replica = await during(
      openReplica(ports.workspace, {
        store,
        verifier: world.verifier(ports.workspace),
        signer: world.signer(device.pair),
        keyring: keyringOf(device, ports),
        openFeed: async () => ({ feed: toHex(world.randomBytes(8)), head: null, release: async () => {} }),
        now: () => Math.floor(world.clock.now()),
        random: world.randomBytes,
        yieldToUi: () => Promise.resolve(),
      }),
    )
    const opened = withSnapshot ? 'from its snapshot' : 'from its log'
    const there = new Set(idsOf(replica))
    const missing = ids.filter((id) => !there.has(id))
    if (missing.length > 0 || there.size !== ids.length)
      throw new Violation(
        `${device.name} opens ${opened} with ${there.size} batches, not ${ids.length}; missing: ${placesOf(missing, device.disk).join(', ')}; beyond: ${placesOf(
          [...there].filter((id) => !ids.includes(id)),
          device.disk,
        ).join(', ')}`,
      )
    if ((await during(replica.stateHash())) !== hash) throw new Violation(`${device.name} opens ${opened} to another state`)
  }
}

function idsOf({ history }: Replica): string[] {
  return Array.from({ length: history.count }, (_, ordinal) => toHex(history.idOf(ordinal))).toSorted()
}

function quarantineOf({ history, quarantine }: Replica): string[] {
  return [...quarantine].map(([ref, why]) => `${toHex(history.idOf(Math.floor(ref / 256)))}:${ref % 256} ${why}`).toSorted()
}

/** What people see: columns, rows with their keys, places in the tree, and counts. */
function boardOf({ views, nodes }: Replica): unknown {
  const tasks = [...nodes.values()]
    .filter(({ type }) => type === 'task')
    .map(({ id }) => id)
    .toSorted()
  return [[...views.tasks()], tasks.map((id) => [views.task(id), views.commentsOn(id), views.tree.inCycle(id)])]
}

/** Where on a disk these batches are, by their ids. */
function placesOf(ids: readonly string[], disk: MemoryDisk): string[] {
  const arrivals = new Map(disk.log.map((wire, i) => [toHex(readStored(wire).id), i + 1]))
  const covered = (disk.snapshot?.meta as { arrival?: number } | undefined)?.arrival
  return ids.map((id) => `${id.slice(0, 8)} at ${arrivals.get(id)} of ${disk.log.length}, snapshot to ${covered}`)
}

function firstDifference(a: string, b: string): string {
  let at = 0
  while (a[at] === b[at] && at < a.length) at++
  return `…${a.slice(Math.max(0, at - 300), at)}⟨${a.slice(at, at + 150)}… and ${b.slice(at, at + 150)}…⟩`
}
