/**
 * The keys of a workspace's bodies that this device holds, and how it comes by more: from seals that are addressed to one of its
 * boxes, and from newer keys that bring the older ones along. Nobody has to be trusted for it, since an epoch's id commits to
 * its key; which epoch to *write* under is another question (`replica/epochs.ts`).
 */

import { type Bytes, equalBytes, toHex } from '../base/bytes.ts'
import type { OlderKey, Rekey } from '../core/rekey.ts'
import { type BoxKeys, type EpochKey, epochOf, isKeyOf, type Sealing } from './sealing.ts'

export interface KeyringOptions {
  readonly workspace: Bytes
  readonly sealing: Sealing
  /** Whom seals may be addressed to: the device, and an invite that it redeems. */
  readonly boxes: readonly BoxKeys[]
  /** Keys from earlier, raw. */
  readonly known: readonly Bytes[]
  /** Called with each key that is new: the place to keep it. */
  readonly learned?: (key: EpochKey) => void
}

export class Keyring {
  readonly workspace: Bytes
  readonly sealing: Sealing
  readonly #boxes: BoxKeys[]
  readonly #keys = new Map<string, EpochKey>()
  /** By the epoch that opens them. */
  readonly #older = new Map<string, OlderKey[]>()
  readonly #learned: ((key: EpochKey) => void)[] = []

  constructor({ workspace, sealing, boxes, known, learned }: KeyringOptions) {
    this.workspace = workspace
    this.sealing = sealing
    this.#boxes = [...boxes]
    for (const raw of known) this.#put(epochOf(workspace, raw))
    if (learned) this.#learned.push(learned)
  }

  get keys(): readonly EpochKey[] {
    return [...this.#keys.values()]
  }

  get boxes(): readonly BoxKeys[] {
    return this.#boxes
  }

  keyOf(epoch: Uint8Array): EpochKey | undefined {
    return this.#keys.get(toHex(epoch))
  }

  /** Seals may be addressed to this box, too. */
  addBox(keys: BoxKeys): void {
    this.#boxes.push(keys)
  }

  onLearned(listener: (key: EpochKey) => void): void {
    this.#learned.push(listener)
  }

  /** Takes a key that we made ourselves. */
  add(key: EpochKey): void {
    if (this.#keys.has(toHex(key.id))) return
    this.#put(key)
    for (const listener of this.#learned) listener(key)
  }

  /** Takes out of these whatever can be opened here; answers whether there was a new key. */
  async learnFrom(rekeys: readonly Rekey[]): Promise<boolean> {
    const before = this.#keys.size
    for (const { epoch, seals, older } of rekeys) {
      this.#noteOlder(epoch, older)
      for (const seal of seals) {
        const keys = this.#boxes.find(({ key }) => equalBytes(key, seal.box))
        if (!keys || this.#keys.has(toHex(epoch))) continue
        await this.#take(epoch, await this.sealing.openKey(this.workspace, epoch, keys, seal))
      }
    }
    // Links may have come before the key that opens them.
    for (const key of this.keys) await this.#follow(key)
    return this.#keys.size > before
  }

  async #take(epoch: Bytes, raw: Bytes | null): Promise<void> {
    if (raw === null || this.#keys.has(toHex(epoch)) || !isKeyOf(this.workspace, epoch, raw)) return
    const key = { id: epoch, raw }
    this.add(key)
    await this.#follow(key)
  }

  async #follow(newer: EpochKey): Promise<void> {
    for (const link of this.#older.get(toHex(newer.id)) ?? []) {
      if (this.#keys.has(toHex(link.epoch))) continue
      await this.#take(link.epoch, await this.sealing.unwrapOlder(newer, link))
    }
  }

  #noteOlder(epoch: Bytes, older: readonly OlderKey[]): void {
    const name = toHex(epoch)
    const known = this.#older.get(name) ?? []
    const fresh = older.filter(
      (link) => !known.some((other) => equalBytes(other.epoch, link.epoch) && equalBytes(other.sealed, link.sealed)),
    )
    if (fresh.length > 0) this.#older.set(name, [...known, ...fresh])
  }

  #put(key: EpochKey): void {
    this.#keys.set(toHex(key.id), key)
  }
}
