/** Opens W in a page as the app does: IndexedDB, a verifying Worker, locks; under the owner's key, or a newcomer's. */

import { type Bytes, fromHex, toHex } from '../../src/base/bytes.ts'
import { generateKeys, type KeyPair, keyPairOf, signingKeys } from '../../src/log/keys.ts'
import { Keyring } from '../../src/log/keyring.ts'
import { webSealing } from '../../src/log/sealing.ts'
import { sealBatch } from '../../src/log/signing.ts'
import { lateVerifier } from '../../src/log/late-verifier.ts'
import { createWorkerVerifier } from '../../src/log/worker-verifier.ts'
import type { Verifier } from '../../src/log/verifier.ts'
import { openReplica, type Replica } from '../../src/replica/replica.ts'
import { acquireFeed } from '../../src/store/feed-lock.ts'
import { openIndexedDbStore } from '../../src/store/indexeddb-store.ts'
import type { Store } from '../../src/store/store.ts'
import { unpackWires } from '../wires.ts'

export interface WorkloadInfo {
  readonly workspace: string
  readonly ownerSeed: string
  readonly changes: number
}

export interface Opened {
  readonly replica: Replica
  readonly store: Store
  readonly verifier: Verifier
  readonly pair: KeyPair
}

export async function workloadInfo(): Promise<WorkloadInfo> {
  return (await (await fetch('/w.json')).json()) as WorkloadInfo
}

export async function wiresOf(path: '/w.bin' | '/singly.bin'): Promise<Bytes[]> {
  return unpackWires(new Uint8Array(await (await fetch(path)).arrayBuffer()))
}

export function randomBytes(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length))
}

export async function openWorkspace(info: WorkloadInfo, pair: KeyPair): Promise<Opened> {
  const workspace = fromHex(info.workspace)
  const store = await openIndexedDbStore({ name: info.workspace, random: randomBytes })
  const verifier = lateVerifier(() => createWorkerVerifier(startVerifier(), workspace))
  const replica = await openReplica(workspace, {
    store,
    verifier,
    signer: { key: pair.key, sign: (draft) => sealBatch(draft, pair) },
    keyring: new Keyring({ workspace, sealing: webSealing(), boxes: [], known: [] }),
    openFeed: () => acquireFeed({ store, key: toHex(pair.key), locks: navigator.locks, random: randomBytes }),
    now: () => Date.now(),
    random: randomBytes,
    yieldToUi,
  })
  return { replica, store, verifier, pair }
}

export function startVerifier(): Worker {
  return new Worker(new URL('../../src/hosts/verifier-worker.ts', import.meta.url), { type: 'module' })
}

export function ownerKeys(info: WorkloadInfo): Promise<KeyPair> {
  return signingKeys(fromHex(info.ownerSeed))
}

export async function newcomerKeys(): Promise<KeyPair> {
  return keyPairOf((await generateKeys()).signing)
}

export async function closeWorkspace({ replica, store, verifier }: Opened): Promise<void> {
  await replica.close()
  verifier.close()
  await store.close()
}

/** As the app does it, so that what is measured has the same pauses. */
async function yieldToUi(): Promise<void> {
  const { scheduler } = globalThis as { scheduler?: { yield?: () => Promise<void> } }
  if (scheduler?.yield) await scheduler.yield()
  else await new Promise((resolve) => setTimeout(resolve))
}
