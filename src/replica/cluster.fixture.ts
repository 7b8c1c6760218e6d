/** Replicas in memory, for tests: real log, real keys, a real (in-memory) store; time and randomness are the test's. */

import { toHex } from '../base/bytes.ts'
import { seededBytes, seededRandom } from '../base/random.ts'
import { actorKey, generateKeys, type KeyPair, keyPairOf, signingKeys } from '../log/keys.ts'
import { sealBatch } from '../log/signing.ts'
import { inlineVerifier } from '../log/verify.ts'
import { memoryDisk, type MemoryDisk, memoryStore } from '../store/memory-store.ts'
import { createGenesis, publishInvite, redeemInvite } from './workspace.ts'
import { openReplica, type Replica, type ReplicaPorts } from './replica.ts'
import type { Signer } from './writer.ts'

export interface TestClock {
  ms: number
}

export interface TestPeer {
  readonly signer: Signer
  readonly disk: MemoryDisk
  readonly ports: ReplicaPorts
}

export function signerOf(pair: KeyPair): Signer {
  return { key: pair.key, sign: (draft) => sealBatch(draft, pair) }
}

/** A device with an empty disk. The same seed gives the same key and the same random bytes. */
export async function testPeer(seed: number, workspace: Uint8Array<ArrayBuffer>, clock: TestClock): Promise<TestPeer> {
  const random = seededBytes(seededRandom(seed))
  const signer = signerOf(await signingKeys(random(32)))
  const disk = memoryDisk()
  return { signer, disk, ports: portsOf(signer, disk, workspace, clock, random) }
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
): Promise<{ owner: Replica; peer: TestPeer; clock: TestClock }> {
  const random = seededBytes(seededRandom(seed))
  const signer = signerOf(await signingKeys(random(32)))
  const genesis = await createGenesis(signer, clock.ms, random)
  const disk = memoryDisk()
  const ports = portsOf(signer, disk, genesis.id, clock, random)
  await ports.store.append([genesis.wire])
  return { owner: await openReplica(genesis.id, ports), peer: { signer, disk, ports }, clock }
}

/** A member who has joined by an invite of `owner`, in step with it. */
export async function joined(owner: Replica, seed: number, clock: TestClock): Promise<{ member: Replica; peer: TestPeer }> {
  const invite = await keyPairOf((await generateKeys()).signing)
  publishInvite(owner, { role: 'member' }, { key: invite.key, box: null })
  const peer = await testPeer(seed, owner.workspace, clock)
  const member = await openReplica(owner.workspace, peer.ports)
  await exchange(owner, member)
  const redeemed = await redeemInvite(member, signerOf(invite), null)
  if (!redeemed.ok) throw new Error(redeemed.refusal.detail)
  await exchange(member, owner)
  return { member, peer }
}

/** Everything `from` has stored comes to `to`, in the order of arrival. */
export async function exchange(from: Replica, to: Replica): Promise<void> {
  for await (const wires of from.exportLog()) {
    const { refused } = await to.receive(wires, actorKey(from.workspace))
    if (refused.length > 0) throw new Error(refused[0])
  }
}
