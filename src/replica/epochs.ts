/**
 * Which key the bodies are sealed under, and who has to be given one.
 *
 * Several epochs may stand side by side, as people turn keys apart. One is *tight* while all who were handed its key, by itself
 * or by a newer one that brings it along, may still read. Whatever leaves this replica is sealed under the latest tight
 * epoch that it can open; so somebody who is removed can open nothing that is sent after the removal is known here, new or
 * old. Where no epoch is tight, whoever may makes a new one.
 *
 * Only valid rekeys count for that. For opening nobody needs to be trusted (`log/keyring.ts`).
 */

import { type Bytes, fromHex, toHex } from '../base/bytes.ts'
import type { RandomBytes } from '../base/random.ts'
import type { Ref } from '../core/history.ts'
import type { Rekey } from '../core/rekey.ts'
import { PROTOCOL } from '../core/limits.ts'
import type { Keyring } from '../log/keyring.ts'
import { EPOCH_KEY_BYTES, type EpochKey, epochOf, IV_BYTES } from '../log/sealing.ts'
import type { State } from './state.ts'

interface Epoch {
  readonly id: string
  /** The change that comes first in canonical order. */
  first: Ref
  readonly carriers: Ref[]
  /** Boxes that its rekeys seal it to, in hex. */
  readonly boxes: Set<string>
  /** Epochs that it brings along. */
  readonly older: Set<string>
}

interface View {
  readonly epochs: ReadonlyMap<string, Epoch>
  readonly live: ReadonlySet<string>
  readonly current: Epoch | null
  readonly isTight: boolean
  readonly missing: readonly string[]
}

export interface RekeyDue {
  /** A new key, for all who may read; else the present one, for those who lack it. */
  readonly isNew: boolean
  readonly boxes: readonly Bytes[]
}

export class Epochs {
  readonly #state: State
  readonly #keyring: Keyring
  #view: View | null = null

  constructor(state: State, keyring: Keyring) {
    this.#state = state
    this.#keyring = keyring
    keyring.onLearned(() => this.forget())
  }

  /** Who may what has changed, or a key was learned. */
  forget(): void {
    this.#view = null
  }

  /** The key to seal with, or null while the workspace is in the clear. */
  get current(): EpochKey | null {
    const { current } = this.#look()
    return (current && this.#keyring.keyOf(fromHex(current.id))) ?? null
  }

  /** Whether bodies are sealed in this workspace. */
  get isSealed(): boolean {
    return this.#look().epochs.size > 0
  }

  /** Batches that hand out the key of this epoch. */
  carriersOf(epoch: Bytes): number[] {
    const carriers = this.#look().epochs.get(toHex(epoch))?.carriers ?? []
    return [...new Set(carriers.map((ref) => Math.floor(ref / 256)))]
  }

  /** What somebody who may should do about the keys now, or null. */
  get due(): RekeyDue | null {
    const { epochs, live, current, isTight, missing } = this.#look()
    const isBegun = epochs.size > 0
    // Who holds no key yet has just come, and has nothing to hand out. And a workspace is not closed to its own roots.
    if (isBegun ? current === null : this.#state.rootBoxes.length === 0) return null
    if (!isBegun || !isTight) return { isNew: true, boxes: [...live].map(fromHex) }
    return missing.length > 0 ? { isNew: false, boxes: missing.map(fromHex) } : null
  }

  /** The rekeys that do what is due; several where one would be too large. Of a new key the first must be published first. */
  async make(
    { isNew, boxes }: RekeyDue,
    random: RandomBytes,
  ): Promise<{ readonly key: EpochKey; readonly rekeys: readonly Rekey[] }> {
    const { workspace, sealing } = this.#keyring
    const current = this.current
    const key = isNew || !current ? epochOf(workspace, random(EPOCH_KEY_BYTES)) : current
    const older = isNew ? await Promise.all(this.#tips().map((tip) => sealing.wrapOlder(key, tip, random(IV_BYTES)))) : []
    const rekeys: Rekey[] = []
    for (let from = 0; from === 0 || from < boxes.length; from += PROTOCOL.sealsPerRekey) {
      const some = boxes.slice(from, from + PROTOCOL.sealsPerRekey)
      const seals = await Promise.all(some.map((box) => sealing.sealKey(workspace, key, box)))
      rekeys.push({ epoch: key.id, seals, older: from === 0 ? older : [] })
    }
    return { key, rekeys }
  }

  /** The keys here that no other key here brings along: with them goes everything older. */
  #tips(): EpochKey[] {
    const { epochs } = this.#look()
    const carried = new Set(
      [...epochs.values()].filter(({ id }) => this.#keyring.keyOf(fromHex(id))).flatMap(({ older }) => [...older]),
    )
    return this.#keyring.keys.filter(({ id }) => !carried.has(toHex(id))).slice(0, PROTOCOL.sealsPerRekey)
  }

  #look(): View {
    return (this.#view ??= this.#compute())
  }

  #compute(): View {
    const epochs = this.#epochs()
    const live = this.#liveBoxes()
    const readers = readersOf(epochs)
    const held = [...epochs.values()]
      .filter(({ id }) => this.#keyring.keyOf(fromHex(id)))
      .toSorted((a, b) => this.#state.history.compare(b.first, a.first))
    const isTight = ({ id }: Epoch): boolean => [...(readers.get(id) as Set<string>)].every((box) => live.has(box))
    const tight = held.find(isTight)
    const current = tight ?? held[0] ?? null
    const known = current ? (readers.get(current.id) as ReadonlySet<string>) : new Set<string>()
    return { epochs, live, current, isTight: tight !== undefined, missing: [...live].filter((box) => !known.has(box)) }
  }

  #epochs(): Map<string, Epoch> {
    const epochs = new Map<string, Epoch>()
    for (const { change, why, ref } of this.#state.authority.entries) {
      if (change.op !== 'rekey' || why !== null) continue
      const id = toHex(change.rekey.epoch)
      let epoch = epochs.get(id)
      if (!epoch) epochs.set(id, (epoch = { id, first: ref, carriers: [], boxes: new Set(), older: new Set() }))
      if (this.#state.history.compare(ref, epoch.first) < 0) epoch.first = ref
      epoch.carriers.push(ref)
      for (const { box } of change.rekey.seals) epoch.boxes.add(toHex(box))
      for (const older of change.rekey.older) epoch.older.add(toHex(older.epoch))
    }
    return epochs
  }

  /** Whoever may read: the devices and open invites that hold a capability which counts. */
  #liveBoxes(): Set<string> {
    const { authority, rootBoxes } = this.#state
    const boxes = new Set<string>()
    for (const capability of authority.registry.all) {
      const box = capability.isRoot ? rootBoxes[capability.rank] : capability.grant.audienceBox
      if (box && authority.isLive(capability)) boxes.add(toHex(box))
    }
    return boxes
  }
}

/** For each epoch all boxes that get at its key, by itself or by the way of a newer one. */
function readersOf(epochs: ReadonlyMap<string, Epoch>): Map<string, Set<string>> {
  const readers = new Map([...epochs.values()].map(({ id, boxes }) => [id, new Set(boxes)]))
  // As often as it takes: links may go in circles, when somebody wants them to.
  for (let grew = true; grew;) {
    grew = false
    for (const { id, older } of epochs.values()) {
      const mine = readers.get(id) as Set<string>
      for (const before of older) {
        const theirs = readers.get(before)
        if (!theirs) continue
        for (const box of mine) {
          if (theirs.has(box)) continue
          theirs.add(box)
          grew = true
        }
      }
    }
  }
  return readers
}
