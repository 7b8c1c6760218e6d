/** Replicas in memory, for tests: real log, real keys, a real (in-memory) store; time and randomness are the test's. */

import { toHex } from '../base/bytes.ts'
import { seededBytes, seededRandom } from '../base/random.ts'
import { capabilityId } from '../core/capability.ts'
import { Keyring } from '../log/keyring.ts'
import { actorKey, boxOf, generateKeys, inviteKeys, type KeyPair, keyPairOf, signingKeys } from '../log/keys.ts'
import { emptyKeyring } from '../log/sealing.fixture.ts'
import { type BoxKeys, webSealing } from '../log/sealing.ts'
import { sealBatch } from '../log/signing.ts'
import { inlineVerifier } from '../log/verify.ts'
import { memoryDisk, type MemoryDisk, memoryStore, type MemoryWrite } from '../store/memory-store.ts'
import { createGenesis, type InviteSpec, publishDeviceInvite, publishInvite, redeemInvite } from './workspace.ts'
import { openReplica, type Replica, type ReplicaPorts } from './replica.ts'
import type { Signer } from './writer.ts'

export interface TestClock {
  ms: number
}

export interface TestPeer {
  readonly signer: Signer
  readonly disk: MemoryDisk
  readonly ports: ReplicaPorts
  readonly box: BoxKeys
}

export interface FoundedOptions {
  /** Bodies leave devices sealed; without, the workspace stays in the clear. */
  readonly sealed?: boolean
  /** Before each write: throws where the disk refuses it. */
  readonly beforeWrite?: (write: MemoryWrite) => void
  /** Told of every write that is on the disk, before anybody else is. */
  readonly afterWrite?: (write: MemoryWrite, disk: MemoryDisk) => void
}

export function signerOf(pair: KeyPair): Signer {
  return { key: pair.key, sign: (draft) => sealBatch(draft, pair) }
}

/** A device with an empty disk. The same seed gives the same keys and the same random bytes. */
export async function testPeer(
  seed: number,
  workspace: Uint8Array<ArrayBuffer>,
  clock: TestClock,
  invites: readonly BoxKeys[] = [],
): Promise<TestPeer> {
  const random = seededBytes(seededRandom(seed))
  const signer = signerOf(await signingKeys(random(32)))
  const box = await boxOf((await inviteKeys(random(32))).agreement)
  const disk = memoryDisk()
  const keyring = new Keyring({ workspace, sealing: webSealing(), boxes: [box, ...invites], known: [] })
  return { signer, disk, box, ports: { ...portsOf(signer, disk, workspace, clock, random), keyring } }
}

export function portsOf(
  signer: Signer,
  disk: MemoryDisk,
  workspace: Uint8Array<ArrayBuffer>,
  clock: TestClock,
  random: ReplicaPorts['random'],
): ReplicaPorts {
  return {
    store: memoryStore({ disk }),
    verifier: inlineVerifier(workspace),
    signer,
    keyring: emptyKeyring(workspace),
    // A new feed each time, as after a crash: always right, and no lock is needed.
    openFeed: async () => ({ feed: toHex(random(8)), head: null, release: async () => {} }),
    now: () => clock.ms,
    random,
    yieldToUi: () => Promise.resolve(),
  }
}

/** A workspace with its owner, named as the contract's host names it. */
export async function founded(
  seed = 1,
  clock: TestClock = { ms: Date.UTC(2026, 0, 1) },
  { sealed = false, beforeWrite = () => undefined, afterWrite = () => undefined }: FoundedOptions = {},
): Promise<{ owner: Replica; peer: TestPeer; clock: TestClock }> {
  const random = seededBytes(seededRandom(seed))
  const signer = signerOf(await signingKeys(random(32)))
  const box = await boxOf((await inviteKeys(random(32))).agreement)
  const genesis = await createGenesis(signer, sealed ? box.key : null, clock.ms, random)
  const disk = memoryDisk()
  const keyring = new Keyring({ workspace: genesis.id, sealing: webSealing(), boxes: [box], known: [] })
  const store = memoryStore({ disk, beforeWrite, afterWrite: (write) => afterWrite(write, disk) })
  const ports = { ...portsOf(signer, disk, genesis.id, clock, random), keyring, store }
  await ports.store.append([genesis.wire])
  const owner = await openReplica(genesis.id, ports)
  if (sealed) await owner.rekey()
  return { owner, peer: { signer, disk, ports, box }, clock }
}

/** A member who has joined by an invite of `owner`, in step with it. */
export async function joined(
  owner: Replica,
  seed: number,
  clock: TestClock,
  spec: InviteSpec | 'device' = { role: 'member' },
): Promise<{ member: Replica; peer: TestPeer; invite: string }> {
  const keys = await generateKeys()
  const [invite, inviteBox] = [await keyPairOf(keys.signing), await boxOf(keys.agreement)]
  const to = { key: invite.key, box: inviteBox.key }
  const published = spec === 'device' ? publishDeviceInvite(owner, to) : publishInvite(owner, spec, to)
  if (!published.ok) throw new Error(published.refusal.detail)
  await owner.rekey()
  const peer = await testPeer(seed, owner.workspace, clock, [inviteBox])
  const member = await openReplica(owner.workspace, peer.ports)
  await exchange(owner, member)
  const redeemed = await redeemInvite(member, signerOf(invite), peer.box.key)
  if (!redeemed.ok) throw new Error(redeemed.refusal.detail)
  await member.rekey()
  await exchange(member, owner)
  return { member, peer, invite: toHex(capabilityId(published.value)) }
}

/** Everything `from` has stored comes to `to`, in the order of arrival and as peers get it: sealed, the keys first. */
export async function exchange(from: Replica, to: Replica): Promise<void> {
  await from.saved()
  const { history } = from
  const durable = Array.from({ length: history.count }, (_, ordinal) => ordinal).filter(
    (ordinal) => history.arrivalOf(ordinal) > 0,
  )
  for await (const page of from.wires(durable)) {
    for (const epoch of new Set(page.map((batch) => batch.epoch))) if (epoch) await to.learn(await from.keyWires(epoch))
    const { refused } = await to.receive(
      page.map(({ wire }) => wire),
      actorKey(from.workspace),
    )
    if (refused.length > 0) throw new Error(refused[0])
  }
}
