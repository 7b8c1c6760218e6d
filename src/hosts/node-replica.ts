/** A replica in a folder of this machine, with the keys that its secrets give: what a host runs, and what joins a workspace. */

import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { type Bytes, toHex } from '../base/bytes.ts'
import { Keyring } from '../log/keyring.ts'
import { boxOf, inviteKeys, type KeyPair, sign, signingKeys } from '../log/keys.ts'
import { type BoxKeys, webSealing } from '../log/sealing.ts'
import { sealBatch } from '../log/signing.ts'
import { verifySignature } from '../log/signature.ts'
import { inlineVerifier } from '../log/verify.ts'
import { type ActorPorts, openReplica, type Replica } from '../replica/replica.ts'
import type { Signer } from '../replica/writer.ts'
import { acquireFeed } from '../store/feed-lock.ts'
import { openFileStore } from '../store/file-store.ts'
import { type Locks, memoryLocks } from '../store/locks.ts'
import type { Store } from '../store/store.ts'
import { createExchange, type Exchange } from '../sync/exchange.ts'
import { type HostSecrets, randomBytes } from './host-secrets.ts'

export interface NodeReplica {
  readonly replica: Replica
  readonly store: Store
  readonly locks: Locks
  /** What bodies are sealed to, for this host. */
  readonly box: BoxKeys
  readonly exchange: Exchange
  /** What it takes to act here under a key that this process holds. */
  actorPorts(pair: KeyPair): ActorPorts
}

/** `workspace` says which it is, once the store is open; `boxes`: of an invite, beside the host's own. */
export async function openNodeReplica(
  dataDir: string,
  secrets: HostSecrets,
  workspace: (signer: Signer, box: BoxKeys, store: Store) => Promise<Bytes>,
  boxes: readonly BoxKeys[] = [],
): Promise<NodeReplica> {
  const pair = await signingKeys(secrets.seed)
  const store = await openFileStore({ dir: join(dataDir, 'log'), random: randomBytes })
  // Derived like an invite's, so that the one seed restores both halves; the keys themselves come from the log.
  const box = await boxOf((await inviteKeys(secrets.seed)).agreement)
  const locks = memoryLocks().tab()
  const actorPorts = (holder: KeyPair): ActorPorts => ({
    signer: { key: holder.key, sign: (draft) => sealBatch(draft, holder) },
    openFeed: () => acquireFeed({ store, key: toHex(holder.key), locks, random: randomBytes }),
  })
  const ports = actorPorts(pair)
  const id = await workspace(ports.signer, box, store)
  const replica = await openReplica(id, {
    store,
    verifier: inlineVerifier(id),
    ...ports,
    keyring: new Keyring({ workspace: id, sealing: webSealing(), boxes: [box, ...boxes], known: [] }),
    now: () => Date.now(),
    random: randomBytes,
    yieldToUi: () => setImmediate(),
  })
  const exchange = createExchange({
    log: replica,
    clock: { now: () => Date.now(), after: (ms, run) => void setTimeout(run, ms).unref() },
    random: Math.random,
    identity: { workspace: id, roomSecret: secrets.room, key: pair.key, sign: (message) => sign(pair, message) },
    verify: verifySignature,
    randomBytes,
    isWrittenHere: (feed) => replica.isWrittenHere(feed),
  })
  return { replica, store, locks, box, exchange, actorPorts }
}
