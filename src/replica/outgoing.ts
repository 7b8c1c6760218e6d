/**
 * What leaves a replica: batches as the store keeps them, open, and sealed on the way out under the key of the moment. So work
 * that was done under an older key reaches nobody who has been removed since.
 *
 * The genesis and whatever hands out keys go in the open: they are what one must read before one can open anything.
 */

import type { Bytes } from '../base/bytes.ts'
import type { Ref } from '../core/history.ts'
import type { RandomBytes } from '../base/random.ts'
import { decodeWire, encodeWire } from '../log/batch-codec.ts'
import { type EpochKey, IV_BYTES, type Sealing } from '../log/sealing.ts'
import type { OutgoingWire } from '../sync/log-source.ts'
import type { State } from './state.ts'

export class Outgoing {
  readonly #state: State
  readonly #sealing: Sealing
  readonly #random: RandomBytes
  readonly #open = new Set<number>()
  #looked = 0

  constructor(state: State, sealing: Sealing, random: RandomBytes) {
    this.#state = state
    this.#sealing = sealing
    this.#random = random
  }

  async seal(
    batches: readonly { readonly ordinal: number; readonly wire: Bytes }[],
    key: EpochKey | null,
  ): Promise<OutgoingWire[]> {
    const open = this.#openOrdinals()
    return Promise.all(
      batches.map(async ({ ordinal, wire }) => {
        if (key === null || open.has(ordinal)) return { ordinal, wire, epoch: null }
        return { ordinal, wire: await this.#sealed(wire, this.#state.history.idOf(ordinal), key), epoch: key.id }
      }),
    )
  }

  async #sealed(bytes: Bytes, id: Bytes, key: EpochKey): Promise<Bytes> {
    const wire = decodeWire(bytes)
    if (!wire.ok || wire.value.form !== 'open') return bytes
    const { header, signature, body } = wire.value
    const iv = this.#random(IV_BYTES)
    return encodeWire({
      form: 'sealed',
      header,
      signature,
      epoch: key.id,
      iv,
      ciphertext: await this.#sealing.sealBody(key, id, iv, body),
    })
  }

  #openOrdinals(): ReadonlySet<number> {
    const { history, workspace, authority } = this.#state
    const genesis = history.ordinalOf(workspace)
    if (genesis !== null) this.#open.add(genesis)
    for (; this.#looked < authority.entries.length; this.#looked++) {
      const { change, ref } = authority.entries[this.#looked] as { change: { op: string }; ref: Ref }
      if (change.op === 'rekey') this.#open.add(Math.floor(ref / 256))
    }
    return this.#open
  }
}
