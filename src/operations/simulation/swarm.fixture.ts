/**
 * A swarm: agents that take tasks from one list, work and hand in, on whole replicas that hear each other late, lose each other and
 * crash; then what people would see is looked at, on each of them.
 *
 * The code under test is what agents run: `claimAndSettle`, `watchRun`, the operations, the fold and its fences. Only bytes are made
 * cheap: nobody lies here (`cluster.fixture.ts` is for that), so batches carry no signature and go straight from one replica to the
 * others, after a while. Time is virtual and chance is seeded: a seed tells one story.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { type Bytes, compareBytes, toHex } from '../../base/bytes.ts'
import { seededBytes, seededRandom } from '../../base/random.ts'
import type { VerifiedBatch } from '../../core/batch.ts'
import type { ActorKey, NodeId } from '../../core/ids.ts'
import { runStates } from '../../core/work.ts'
import { encodeBody, encodeHeader, encodeWire } from '../../log/batch-codec.ts'
import { batchId } from '../../log/digest.ts'
import { emptyKeyring } from '../../log/sealing.fixture.ts'
import type { BatchDraft } from '../../log/signing.ts'
import { readStored } from '../../log/stored.ts'
import { grantTo } from '../../replica/membership.ts'
import { openReplica, type Replica } from '../../replica/replica.ts'
import { watchSilence } from '../../replica/silence.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import { createGenesis } from '../../replica/workspace.ts'
import type { Signer } from '../../replica/writer.ts'
import { type MemoryDisk, memoryDisk, type MemoryStore, memoryStore } from '../../store/memory-store.ts'
import { memoryLocks } from '../../store/locks.ts'
import { createVirtualClock } from '../../sync/pair-clock.ts'
import { claimAndSettle } from '../claim-and-settle.ts'
import { startLeases } from '../lease-runner.ts'
import { run as perform } from '../table.ts'
import { RunLost, watchRun } from '../watch-run.ts'

export interface SwarmOptions {
  readonly agents: number
  readonly tasks: number
  /** One way. */
  readonly delayMs: readonly [number, number]
  /** What the agents are told that a word takes. */
  readonly measuredMs: number
  /** How far the clocks of two devices are apart at most. */
  readonly skewMs?: number
  /** The network falls into two parts for 20 s, every 40 s. */
  readonly partitions?: boolean
  readonly crashes?: boolean
  /** All tasks are strict, and the owner gives the leases. */
  readonly strict?: boolean
}

export interface SwarmReport {
  readonly starts: number
  /** Starts of a task on which somebody else was at work at that moment. */
  readonly duplicates: number
  readonly aborts: number
  /** From when a replica knew that a run had lost to when its agent stopped, at worst. */
  readonly latestAbortMs: number
  readonly accepted: number
  readonly crashed: number
  /** Changes that do not show, since their run lost. */
  readonly fenced: number
  readonly settledMs: number
  readonly virtualMs: number
}

interface Peer {
  readonly name: string
  readonly key: Bytes
  readonly actor: ActorKey
  readonly disk: MemoryDisk
  readonly skewMs: number
  side: 0 | 1
  replica: Replica | null
  store: MemoryStore | null
  /** What it works on; and since when its replica knows that it lost it. */
  current: { readonly task: NodeId; readonly run: NodeId; knownAt: number | null } | null
}

interface Word {
  readonly id: Bytes
  readonly wire: Bytes
}

interface Message {
  readonly to: Peer
  readonly from: Peer
  readonly wires: readonly Bytes[]
}

interface Start {
  readonly task: NodeId
  readonly run: NodeId
  readonly at: number
  until: number
}

const START = Date.UTC(2026, 0, 1)
const PART_MS = 20_000
const SILENT_MS = 700_000
const REST_MS = 30_000

export async function runSwarm(seed: number, options: SwarmOptions): Promise<SwarmReport> {
  const swarm = new Swarm(seed, options)
  await swarm.found()
  await swarm.work()
  return swarm.judge()
}

class Swarm {
  readonly #options: SwarmOptions
  readonly #clock = createVirtualClock(START)
  readonly #random: () => number
  readonly #bytes: (length: number) => Bytes
  readonly #peers: Peer[] = []
  /** All that was ever told, by id. */
  readonly #told = new Map<string, Word>()
  /** What cannot get through while the network is in two parts. */
  readonly #heldBack: Message[] = []
  /** Each batch is read once for all: nobody changes one. */
  readonly #read = new WeakMap<Bytes, VerifiedBatch>()
  readonly #starts: Start[] = []
  readonly #losers = new Set<NodeId>()
  #workspace: Bytes = new Uint8Array(32)
  #isParted = false
  #isOver = false
  #aborts = 0
  #latestAbortMs = 0
  #crashed = 0
  #settled: number[] = []

  constructor(seed: number, options: SwarmOptions) {
    this.#options = options
    this.#random = seededRandom(seed)
    this.#bytes = seededBytes(this.#random)
  }

  async found(): Promise<void> {
    const { agents, tasks, strict = false } = this.#options
    for (let n = 0; n <= agents; n++) this.#peers.push(this.#newPeer(n === 0 ? 'owner' : `agent ${n}`))
    const [owner, ...others] = this.#peers as [Peer, ...Peer[]]
    const genesis = await createGenesis(signerOf(owner.key), null, START, this.#bytes)
    this.#workspace = genesis.id
    for (const { disk } of this.#peers) await memoryStore({ disk }).append([genesis.wire])
    await this.#open(owner)
    const replica = owner.replica as Replica
    for (const { key } of others) must(grantTo(replica, { key, box: null }, { role: 'agent' }))
    for (let n = 0; n < tasks; n++)
      must(
        perform({ replica }, 'create_task', {
          title: `task ${n}`,
          status: 'ready',
          priority: n % 3,
          ...(strict && { claimMode: 'strict' }),
        }),
      )
    if (strict) must(perform({ replica }, 'set_policy', { leaseAuthority: owner.actor }))
    await replica.saved()
    for (const peer of others) {
      await memoryStore({ disk: peer.disk }).append(owner.disk.log.slice(1))
      await this.#open(peer)
    }
    await this.#settle()
  }

  async work(): Promise<void> {
    const { partitions, crashes, tasks, strict } = this.#options
    if (strict) startLeases((this.#peers[0] as Peer).replica as Replica)
    for (const peer of this.#peers.slice(1)) void this.#live(peer)
    this.#every(1000, () => this.#review())
    const silence = watchSilence((this.#peers[0] as Peer).replica as Replica, {
      monotonic: () => this.#clock.now(),
      heardOf: () => null,
      present: () => this.#peers.slice(1).flatMap(({ replica, actor }) => (replica ? [actor] : [])),
    })
    this.#every(15_000, () => void silence.look())
    if (partitions) this.#clock.after(500, () => this.#part())
    if (crashes) this.#every(4000, () => void this.#crashOne())
    const until = this.#clock.now() + tasks * 60_000 + 2 * SILENT_MS
    while (this.#accepted() < tasks && this.#clock.now() < until) {
      await this.#step()
    }
    this.#isOver = true
    this.#heal()
    for (const peer of this.#peers) if (!peer.replica) await this.#reopen(peer)
    let isRested = false
    this.#clock.after(REST_MS, () => (isRested = true))
    while (!isRested) await this.#step()
  }

  async judge(): Promise<SwarmReport> {
    const replicas = this.#peers.map(({ replica }) => replica as Replica)
    const hashes = new Set<string>()
    for (const replica of replicas) hashes.add(await replica.stateHash())
    if (hashes.size > 1) throw new Error(`${hashes.size} states`)
    for (const [n, replica] of replicas.entries())
      for (const id of replica.views.tasks()) {
        const row = replica.views.task(id) as TaskRow
        const accepted = replica.runsOf(id).filter(({ state }) => state === 'accepted')
        if (row.status !== 'done' || accepted.length !== 1)
          throw new Error(`peer ${n}: ${row.key} is ${row.status} with ${accepted.length} accepted runs`)
        const marks = [...row.labels, row.title.replace('by ', ''), ...documentsOn(replica, id)]
        for (const { id: run, state } of replica.runsOf(id)) {
          const isSeen = marks.some((mark) => mark.includes(run))
          if (this.#losers.has(run) && state !== 'accepted' && isSeen)
            throw new Error(`peer ${n}: ${row.key} shows what a run wrote that lost (${state}): ${marks.join()}`)
          if (state === 'accepted' && !(row.labels.includes(run) && documentsOn(replica, id).includes(`${run}.md`)))
            throw new Error(`peer ${n}: ${row.key} does not show the work that was accepted: ${marks.join()}`)
        }
      }
    const [witness] = replicas as [Replica]
    return {
      starts: this.#starts.length,
      duplicates: this.#duplicates(),
      aborts: this.#aborts,
      latestAbortMs: this.#latestAbortMs,
      accepted: this.#accepted(),
      crashed: this.#crashed,
      fenced: [...witness.quarantine.values()].filter((why) => why === 'fenced').length,
      settledMs: this.#settled.toSorted((a, b) => a - b)[Math.floor(this.#settled.length / 2)] ?? 0,
      virtualMs: this.#clock.now() - START,
    }
  }

  #duplicates(): number {
    return this.#starts.filter((start) =>
      this.#starts.some(
        (other) => other.task === start.task && other.run !== start.run && other.at <= start.at && other.until > start.at,
      ),
    ).length
  }

  #accepted(): number {
    return ((this.#peers[0] as Peer).replica as Replica).views.column('done').length
  }

  /** An agent at its device: takes what is next, works on it in steps, hands it in. */
  async #live(peer: Peer): Promise<void> {
    const { replica } = peer
    if (!replica) return
    const isHere = (): boolean => peer.replica === replica && !this.#isOver
    const ports = {
      clock: this.#clock,
      locks: memoryLocks().tab(),
      delays: () => (this.#peers.some((other) => other !== peer && this.#hears(peer, other)) ? [this.#options.measuredMs] : []),
    }
    for (const { task, id, state } of ownRuns(replica)) {
      if (state === 'working') await this.#carryOut(peer, replica, task, id)
      else if (state === 'claimed' || state === 'superseded') perform({ replica }, 'release_task', { id: task, run: id })
    }
    while (isHere()) {
      const taken = await claimAndSettle(replica, { task: 'next' }, ports)
      if (!isHere()) return
      if (!taken.ok) {
        await this.#sleep(300 + this.#upTo(700))
        continue
      }
      this.#settled.push(taken.value.settledMs)
      await this.#carryOut(peer, replica, taken.value.task.id, taken.value.run)
    }
  }

  async #carryOut(peer: Peer, replica: Replica, task: NodeId, run: NodeId): Promise<void> {
    const start: Start = { task, run, at: this.#clock.now(), until: Number.POSITIVE_INFINITY }
    this.#starts.push(start)
    const current = (peer.current = { task, run, knownAt: null as number | null })
    const watch = watchRun(replica, task, run, this.#clock.after)
    const stopped = new Promise<void>((resolve) => watch.signal.addEventListener('abort', () => resolve()))
    const steps = [
      () => perform({ replica }, 'update_task', { id: task, title: `by ${run}`, labels: [...labelsOf(replica, task), run] }),
      () => perform({ replica }, 'add_document', { id: task, path: `${run}.md`, content: run }),
      () => perform({ replica }, 'submit_task', { id: task, run }),
    ]
    for (const step of steps) {
      if (!watch.signal.aborted) await Promise.race([this.#sleep(300 + this.#upTo(3000)), stopped])
      if (peer.replica !== replica) return void (start.until = Math.min(start.until, this.#clock.now()))
      if (watch.signal.aborted) break
      step()
    }
    start.until = this.#clock.now()
    peer.current = null
    if (watch.signal.aborted) {
      this.#aborts++
      const { code } = watch.signal.reason as RunLost
      if (code === 'superseded') this.#losers.add(run)
      this.#latestAbortMs = Math.max(this.#latestAbortMs, this.#clock.now() - (current.knownAt ?? this.#clock.now()))
      perform({ replica }, 'release_task', { id: task, run })
    }
    watch.close()
  }

  /** The person accepts what is handed in. */
  #review(): void {
    const replica = (this.#peers[0] as Peer).replica as Replica
    for (const id of [...replica.views.column('in_review')]) {
      const { run } = replica.views.task(id) as TaskRow
      if (run) perform({ replica }, 'accept_task', { id, run: run.id })
    }
  }

  #hears(a: Peer, b: Peer): boolean {
    return b.replica !== null && (!this.#isParted || a.side === b.side)
  }

  #part(): void {
    if (this.#isOver) return
    this.#isParted = true
    for (const peer of this.#peers) peer.side = this.#random() < 0.5 ? 0 : 1
    this.#clock.after(PART_MS, () => this.#heal())
    this.#clock.after(2 * PART_MS, () => this.#part())
  }

  #heal(): void {
    this.#isParted = false
    for (const message of this.#heldBack.splice(0)) this.#send(message)
  }

  async #crashOne(): Promise<void> {
    if (this.#isOver) return
    const peer = this.#peers[1 + this.#upTo(this.#peers.length - 1)] as Peer
    if (!peer.replica) return
    this.#crashed++
    peer.store?.kill()
    peer.replica = null
    if (peer.current) for (const start of this.#starts) if (start.run === peer.current.run) start.until = this.#clock.now()
    peer.current = null
    // Most come back soon, some long after their lease is over.
    this.#clock.after(this.#random() < 0.9 ? 1000 + this.#upTo(20_000) : SILENT_MS, () => {
      if (!this.#isOver) void this.#reopen(peer).then(() => this.#live(peer))
    })
  }

  /** From its disk; it tells what nobody has heard of yet, and hears what it missed, from those who can reach it. */
  async #reopen(peer: Peer): Promise<void> {
    await this.#open(peer)
    const replica = peer.replica as Replica
    const { history } = replica
    const untold = Array.from({ length: history.count }, (_, ordinal) => ordinal).filter(
      (ordinal) => !this.#told.has(toHex(history.idOf(ordinal))),
    )
    await this.#publish(peer, replica, untold)
    const later = new Set(this.#heldBack.flatMap(({ to, wires }) => (to === peer ? wires : [])))
    const missed = [...this.#told.values()].filter(({ id, wire }) => !later.has(wire) && history.ordinalOf(id) === null)
    const wires = missed.map(({ wire }) => wire)
    this.#clock.after(this.#delay(), () => void peer.replica?.receive(wires, 'all'))
  }

  async #open(peer: Peer): Promise<void> {
    const store = memoryStore({ disk: peer.disk })
    const replica = await openReplica(this.#workspace, {
      store,
      verifier: {
        learn() {},
        verify: async (wires) => wires.map((wire) => ({ ok: true, batch: this.#batchOf(wire) })),
        close() {},
      },
      signer: signerOf(peer.key),
      keyring: emptyKeyring(this.#workspace),
      openFeed: async () => ({ feed: toHex(this.#bytes(8)), head: null, release: async () => {} }),
      now: () => Math.floor(this.#clock.now()) + peer.skewMs,
      random: this.#bytes,
      yieldToUi: () => Promise.resolve(),
    })
    peer.store = store
    peer.replica = replica
    replica.onDurable((ordinals) => {
      const own = ordinals.filter((ordinal) => replica.history.feedOf(ordinal).startsWith(peer.actor))
      if (own.length > 0) void this.#publish(peer, replica, own)
    })
  }

  async #publish(peer: Peer, replica: Replica, ordinals: readonly number[]): Promise<void> {
    const wires: Bytes[] = []
    for await (const page of replica.stored(ordinals))
      for (const { ordinal, wire } of page) {
        const id = replica.history.idOf(ordinal)
        this.#told.set(toHex(id), { id, wire })
        wires.push(wire)
      }
    this.#tell(peer, wires)
  }

  #tell(from: Peer, wires: readonly Bytes[]): void {
    if (wires.length === 0) return
    for (const to of this.#peers) {
      if (to === from) continue
      if (this.#isParted && to.side !== from.side) this.#heldBack.push({ to, from, wires })
      else this.#send({ to, from, wires })
    }
  }

  #send({ to, from, wires }: Message): void {
    this.#clock.after(this.#delay(), () => void this.#deliver(to, wires, from))
  }

  #batchOf(wire: Bytes): VerifiedBatch {
    let batch = this.#read.get(wire)
    if (!batch) this.#read.set(wire, (batch = readStored(wire)))
    return batch
  }

  async #deliver(to: Peer, wires: readonly Bytes[], from: Peer): Promise<void> {
    const { replica } = to
    if (!replica) return
    await replica.receive(wires, from.actor)
    const { current } = to
    if (current === null || current.knownAt !== null || to.replica !== replica) return
    // Asked of the records themselves, and of nothing that watches them.
    const work = replica.nodes.get(current.task)?.work
    const state = work && runStates(work, replica.history).get(current.run)
    if (state !== 'working' && state !== 'submitted') current.knownAt = this.#clock.now()
  }

  #newPeer(name: string): Peer {
    const key = new Uint8Array(33)
    key.set(this.#bytes(32), 1)
    key[0] = 1
    const { skewMs = 0 } = this.#options
    return {
      name,
      key,
      actor: toHex(key) as ActorKey,
      disk: memoryDisk(name),
      skewMs: Math.floor((this.#random() - 0.5) * skewMs),
      side: 0,
      replica: null,
      store: null,
      current: null,
    }
  }

  #delay(): number {
    const [least, most] = this.#options.delayMs
    return least + Math.floor(this.#random() * (most - least + 1))
  }

  #upTo(n: number): number {
    return Math.floor(this.#random() * n)
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(ms, resolve))
  }

  #every(ms: number, run: () => void): void {
    const turn = (): void => {
      if (this.#isOver) return
      run()
      this.#clock.after(ms, turn)
    }
    this.#clock.after(ms, turn)
  }

  async #step(): Promise<void> {
    this.#clock.step()
    await this.#settle()
  }

  /** All that needs no time is done by microtasks. */
  #settle(): Promise<unknown> {
    return new Promise((resolve) => setImmediate(resolve))
  }
}

function ownRuns(replica: Replica) {
  return [...replica.views.tasks()].flatMap((id) => replica.runsOf(id).filter(({ agent }) => agent === replica.actor))
}

function labelsOf(replica: Replica, task: NodeId): readonly string[] {
  return (replica.views.task(task) as TaskRow).labels
}

function documentsOn(replica: Replica, task: NodeId): string[] {
  return replica.views.documents.on(task).map((id) => replica.nodes.get(id)?.path ?? '')
}

/** A batch as its author would have it, and nobody has signed it. */
function signerOf(key: Bytes): Signer {
  return { key, sign: async (draft) => unsigned(draft) }
}

function unsigned({ body, ...draft }: BatchDraft): VerifiedBatch {
  const bodyBytes = encodeBody(body, draft.workspace === null)
  const header = {
    ...draft,
    after: draft.after.toSorted(compareBytes),
    introduced: draft.workspace === null ? draft.introduced : draft.introduced.toSorted(compareBytes),
    closed: draft.closed.toSorted(compareBytes),
    count: body.changes.length,
    bodyHash: sha256(bodyBytes) as Bytes,
    bodyLen: bodyBytes.length,
  }
  const headerBytes = encodeHeader(header)
  const wire = encodeWire({ form: 'open', header: headerBytes, signature: new Uint8Array(64), body: bodyBytes })
  return { id: batchId(headerBytes), header, body, wire }
}

function must<T extends { readonly ok: boolean }>(result: T): T {
  if (!result.ok) throw new Error(JSON.stringify(result))
  return result
}
