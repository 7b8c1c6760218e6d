/**
 * From strict CBOR to its value. The bytes must have passed `scanCbor` (`cbor.ts`): nothing is checked here again.
 *
 * A replica reads each change of the log thrice on its way in (Worker, page, after a restart): most of that time is this.
 */

import { putOwn } from './crdt/own.ts'
import type { Value } from './batch.ts'

export function readProven(bytes: Uint8Array): Value {
  return new Reader(bytes).value()
}

class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  value(): Value {
    const head = this.#bytes[this.#at++] as number
    const major = head >> 5
    if (major === 7) return head === 0xf6 ? null : head === 0xf5
    const size = this.#size(head & 31)
    switch (major) {
      case 0:
        return size
      case 1:
        return -1 - size
      case 2:
        return this.#bytes.slice(this.#at, (this.#at += size))
      case 3:
        return this.#text(size)
      case 4:
        return this.#array(size)
      default:
        return this.#map(size)
    }
  }

  #size(info: number): number {
    if (info < 24) return info
    let size = 0
    for (let width = 1 << (info - 24); width > 0; width--) size = size * 256 + (this.#bytes[this.#at++] as number)
    return size
  }

  #array(items: number): Value[] {
    const values: Value[] = []
    for (let i = 0; i < items; i++) values.push(this.value())
    return values
  }

  #map(pairs: number): Record<string, Value> {
    const map: Record<string, Value> = {}
    for (let i = 0; i < pairs; i++) {
      const key = this.value() as string
      putOwn(map, key, this.value())
    }
    return map
  }

  #text(size: number): string {
    const from = this.#at
    const to = (this.#at += size)
    if (size > SHORT) return decoder.decode(this.#bytes.subarray(from, to))
    const codes: number[] = []
    for (let at = from; at < to; at++) {
      const byte = this.#bytes[at] as number
      if (byte >= 0x80) return decoder.decode(this.#bytes.subarray(from, to))
      codes.push(byte)
    }
    return String.fromCharCode(...codes)
  }
}

/** Up to this length a text of plain letters is put together faster here than by the decoder. */
const SHORT = 40
// A leading byte order mark is text like any other: swallowed, two byte strings would become one value.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
