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
import type { Store } from '../store/store.ts'
import type { Epochs } from './epochs.ts'
import type { State } from './state.ts'

export interface OutgoingPorts {
  readonly store: Store
  readonly sealing: Sealing
  readonly random: RandomBytes
  readonly epochs: Epochs
}

interface StoredWire {
  readonly ordinal: number
  readonly wire: Bytes
}

export class Outgoing {
  readonly #state: State
  readonly #ports: OutgoingPorts
  readonly #open = new Set<number>()
  #looked = 0

  constructor(state: State, ports: OutgoingPorts) {
    this.#state = state
    this.#ports = ports
  }

  /** Batches as peers get them. */
  async *wires(ordinals: readonly number[]): AsyncIterable<readonly OutgoingWire[]> {
    for await (const page of this.stored(ordinals)) yield this.#seal(page, this.#ports.epochs.current)
  }

  /** The batches that hand out the key of an epoch, open. */
  async keyWires(epoch: Bytes): Promise<readonly Bytes[]> {
    const { history } = this.#state
    const durable = this.#ports.epochs.carriersOf(epoch).filter((ordinal) => history.arrivalOf(ordinal) > 0)
    const wires: Bytes[] = []
    for await (const page of this.stored(durable)) wires.push(...page.map(({ wire }) => wire))
    return wires
  }

  /** Batches as the store has them, open, in order of arrival. */
  async *stored(ordinals: readonly number[]): AsyncIterable<readonly StoredWire[]> {
    const { history } = this.#state
    const byArrival = new Map(ordinals.map((ordinal) => [history.arrivalOf(ordinal), ordinal]))
    for await (const page of this.#ports.store.readAt([...byArrival.keys()].toSorted((a, b) => a - b)))
      yield page.map(({ arrival, wire }) => ({ ordinal: byArrival.get(arrival) as number, wire }))
  }

  async #seal(batches: readonly StoredWire[], key: EpochKey | null): Promise<OutgoingWire[]> {
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
    const { random, sealing } = this.#ports
    const iv = random(IV_BYTES)
    return encodeWire({
      form: 'sealed',
      header,
      signature,
      epoch: key.id,
      iv,
      ciphertext: await sealing.sealBody(key, id, iv, body),
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
