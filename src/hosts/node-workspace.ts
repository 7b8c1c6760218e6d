/**
 * The workspace of a host: made at its first start, unless it joined one (`node-join.ts`), and the same ever after.
 *
 * Under the data folder: secrets (`host-secrets.ts`), agents and the owner's token (`agent-keys.ts`, `host-door.ts`) and the log. The
 * host is an always-on peer, and the root of what it made: its invite makes who opens it first an admin, and is closed then. A start
 * that finds it closed makes another: who can read this terminal can read the root's key as well.
 */

import { mkdir } from 'node:fs/promises'
import type { Bytes } from '../base/bytes.ts'
import { boxOf, inviteKeys, keyPairOf, type KeyPair } from '../log/keys.ts'
import type { BoxKeys } from '../log/sealing.ts'
import { encodeInvite } from '../replica/invite.ts'
import { startLeases } from '../operations/lease-runner.ts'
import { startTriggers } from '../operations/trigger-runner.ts'
import { performDuties } from '../replica/duties.ts'
import type { ActorPorts, Replica } from '../replica/replica.ts'
import { othersOn, watchSilence } from '../replica/silence.ts'
import { createGenesis, inviteState, nameWorkspace, publishInvite } from '../replica/workspace.ts'
import type { Signer } from '../replica/writer.ts'
import type { Store } from '../store/store.ts'
import type { Locks } from '../store/locks.ts'
import type { Exchange } from '../sync/exchange.ts'
import { openAgentKeys } from './agent-keys.ts'
import { ownerTokenIn } from './host-door.ts'
import { type HostSecrets, randomBytes, readSecrets, writeSecrets } from './host-secrets.ts'
import { createHostLog, type HostLog } from './host-log.ts'
import { createHostedAgents, type HostedAgents } from './hosted-agents.ts'
import { openNodeReplica } from './node-replica.ts'

export interface NodeWorkspace {
  readonly replica: Replica
  readonly exchange: Exchange
  /** Who acts through this host by a token. */
  readonly agents: HostedAgents
  /** What it takes to act here under a key that this process holds. */
  actorPorts(pair: KeyPair): ActorPorts
  readonly locks: Locks
  /** Sockets of other hosts of this workspace. */
  readonly peers: readonly string[]
  /** What peers meet under. */
  readonly roomSecret: Bytes
  /** The fragment of the ready link. */
  readonly fragment: string
  /** Finishes writes; nothing may be asked of it afterwards. */
  close(): Promise<void>
}

const NAME = 'My swarm'
const KEEP_MS = 15_000
const TICK_MS = 1000
const DUTIES_MS = 500
/** Changes that make a snapshot worth its writing. */
const ENOUGH = 500

export interface NodeWorkspaceOptions {
  /** Goes into the invite, for pages that this host does not serve. */
  readonly signalling?: readonly string[]
  readonly log?: Pick<HostLog, 'error'>
}

export async function openNodeWorkspace(
  dataDir: string,
  { signalling = [], log = createHostLog('error') }: NodeWorkspaceOptions = {},
): Promise<NodeWorkspace> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const secrets = (await readSecrets(dataDir)) ?? {
    seed: randomBytes(32),
    invite: randomBytes(32),
    room: randomBytes(16),
    workspace: null,
    peers: [],
  }
  const { replica, store, locks, exchange, actorPorts } = await openNodeReplica(
    dataDir,
    secrets,
    async (signer, box, log) => secrets.workspace ?? found(dataDir, secrets, signer, box, (wire) => log.append([wire])),
  )
  const { workspace } = replica
  await performDuties(replica)
  const invite = secrets.invite && (await inviteAdmin(replica, secrets.invite))
  if (invite !== secrets.invite) await writeSecrets(dataDir, { ...secrets, workspace, invite })
  await replica.rekey()
  const agents = createHostedAgents({
    replica,
    keys: await openAgentKeys(dataDir),
    ownerToken: await ownerTokenIn(dataDir, randomBytes),
    actAs: (pair) => replica.as(actorPorts(pair)),
  })
  let keeping: Promise<unknown> = Promise.resolve()
  let dutiesDue: ReturnType<typeof setTimeout> | undefined
  const report = (error: unknown): void => log.error({ err: error }, 'housekeeping failed')
  const ticker = setInterval(() => replica.tick(), TICK_MS)
  const keeper = setInterval(() => {
    keeping = keeping
      .then(() => keep(replica, store))
      .then(() => performDuties(replica))
      .catch(report)
  }, KEEP_MS)
  // Soon after somebody came in: their invite is closed before the link goes round.
  const stop = replica.onAuthority(
    () =>
      (dutiesDue ??= setTimeout(() => {
        dutiesDue = undefined
        keeping = keeping.then(() => performDuties(replica)).catch(report)
      }, DUTIES_MS)),
  )
  const triggers = startTriggers(replica, { notify: (text) => void process.stderr.write(`trigger: ${text}\n`), report })
  const due = setInterval(() => triggers.tick(), KEEP_MS)
  const leases = startLeases(replica)
  const silence = watchSilence(replica, {
    monotonic: () => performance.now(),
    // Agents speak to a host by what they write.
    heardOf: () => null,
    present: () => othersOn(exchange, replica),
  })
  const looking = setInterval(() => silence.look(), TICK_MS)
  return {
    replica,
    agents,
    actorPorts,
    peers: secrets.peers,
    locks,
    roomSecret: secrets.room,
    exchange,
    fragment: invite ? `#join=${encodeInvite({ workspace, secret: secrets.room, seed: invite, signalling, batches: [] })}` : '#/',
    async close() {
      clearInterval(ticker)
      clearInterval(keeper)
      clearInterval(looking)
      clearInterval(due)
      triggers.stop()
      leases.stop()
      clearTimeout(dutiesDue)
      stop()
      await keeping
      await agents.close()
      await replica.saved()
      await replica.snapshot()
      await replica.close()
      await store.close()
    },
  }
}

/** As a tab's keeper does: a start after a crash then reads little. */
async function keep(replica: Replica, store: Store): Promise<void> {
  if (replica.unsnapshotted >= ENOUGH) await replica.snapshot()
  await store.seal()
}

/** The genesis goes into the store before its id is written down: a crash between leaves an unused batch and no lie. */
async function found(
  dataDir: string,
  secrets: HostSecrets,
  signer: Signer,
  box: BoxKeys,
  store: (wire: Bytes) => Promise<unknown>,
): Promise<Bytes> {
  const genesis = await createGenesis(signer, box.key, Date.now(), randomBytes)
  await store(genesis.wire)
  await writeSecrets(dataDir, { ...secrets, workspace: genesis.id })
  return genesis.id
}

/** The seed of an invite that is open: this one, or a new one where it was used. Names the workspace at its first start. */
async function inviteAdmin(replica: Replica, seed: Bytes): Promise<Bytes> {
  const { signing, agreement } = await inviteKeys(seed)
  const [key, box] = [await keyPairOf(signing), await boxOf(agreement)]
  const { state } = inviteState(replica, key.key)
  if (state === 'open') return seed
  if (state === 'closed') return inviteAdmin(replica, randomBytes(32))
  if (replica.nodes.size === 1) nameWorkspace(replica, NAME)
  // The link is printed only once its invite is on the disk.
  const published = publishInvite(replica, { role: 'admin' }, { key: key.key, box: box.key })
  if (!published.ok) throw new Error(`Broken invariant: a root may invite (${published.refusal.detail})`)
  await replica.saved()
  const { pending, problem } = replica.saveState
  if (problem !== null && pending > 0) throw new Error(`The host's workspace could not be saved: ${problem}`)
  return seed
}
