/**
 * What this browser profile keeps beside its logs: the keys of the device, the workspaces it knows, and small settings.
 *
 * The private keys are `CryptoKey`s that cannot be extracted: the database holds them, nobody reads them. A profile that is
 * wiped is another device, with keys of its own; what it wrote before stays valid.
 *
 * Run `profileContract` (`profile.contract.ts`) against an implementation before using it. I/O fails as a store's does.
 */

import { type Bytes, toHex } from '../base/bytes.ts'
import type { StoreGoneError } from './store.ts'

export interface DeviceKeys {
  /** Ed25519: signs batches. */
  readonly signing: CryptoKeyPair
  /** X25519: opens what is sealed for this device. */
  readonly agreement: CryptoKeyPair
}

export interface KnownWorkspace {
  /** Hex of its 32 bytes. */
  readonly id: string
  readonly name: string
  /** What a peer must know to find the others. */
  readonly secret: Bytes
  /** When this profile last opened it. */
  readonly openedAt: number
  /** What we last were in it, for the list of workspaces only; the log decides. */
  readonly role: string
  /** Ends (batch ids) up to which peers have said to hold our own work, so that a restart offline knows what still waits. */
  readonly shared?: readonly Bytes[]
  /** Keys of the workspace's bodies, raw, as they were learned. */
  readonly keys?: readonly Bytes[]
}

export interface Settings {
  readonly displayName: string
  readonly colour: string
  readonly workOffline: boolean
  /** Servers that this browser is to use in place of what its host names; null or none: as the host says. */
  readonly signalling?: readonly string[] | null
  readonly iceServers?: readonly IceServer[] | null
}

export interface IceServer {
  readonly urls: string
  readonly username?: string
  readonly credential?: string
}

export const NO_SETTINGS: Settings = { displayName: '', colour: '', workOffline: false }

export interface Profile {
  /** The device's keys. The first call keeps what `make` made; of two tabs that are first at once, one has its way. */
  deviceKeys(make: () => Promise<DeviceKeys>): Promise<DeviceKeys>
  /** The last opened first. */
  workspaces(): Promise<readonly KnownWorkspace[]>
  /** Adds the workspace, or changes what is known of it. Its keys are only ever added to. */
  putWorkspace(workspace: KnownWorkspace): Promise<void>
  /** Forgets it; its log is deleted apart (`deleteIndexedDbStore`). */
  removeWorkspace(id: string): Promise<void>
  settings(): Promise<Settings>
  /** Changes the given settings, keeps the others. */
  changeSettings(changed: Partial<Settings>): Promise<Settings>
  /** As `Store.onLost`. */
  onLost(listener: (error: StoreGoneError) => void): void
  close(): Promise<void>
}

/** What is known once `given` is put where `kept` was. */
export function withKept(kept: KnownWorkspace | undefined, given: KnownWorkspace): KnownWorkspace {
  const keys = new Map([...(kept?.keys ?? []), ...(given.keys ?? [])].map((key) => [toHex(key), key]))
  return { ...kept, ...given, ...(keys.size > 0 ? { keys: [...keys.values()] } : {}) }
}

export function byLastOpened(a: KnownWorkspace, b: KnownWorkspace): number {
  return b.openedAt - a.openedAt || (a.id < b.id ? -1 : 1)
}
