/** Wires as one byte string, so that a page can fetch them: count, then each with its length before it. */

import type { Bytes } from '../src/base/bytes.ts'

export function packWires(wires: readonly Bytes[]): Bytes {
  const packed = new Uint8Array(4 + wires.reduce((sum, wire) => sum + 4 + wire.length, 0))
  const view = new DataView(packed.buffer)
  view.setUint32(0, wires.length)
  let at = 4
  for (const wire of wires) {
    view.setUint32(at, wire.length)
    packed.set(wire, at + 4)
    at += 4 + wire.length
  }
  return packed
}

export function unpackWires(packed: Bytes): Bytes[] {
  const view = new DataView(packed.buffer, packed.byteOffset)
  const wires: Bytes[] = []
  for (let at = 4; wires.length < view.getUint32(0);) {
    const length = view.getUint32(at)
    wires.push(packed.slice(at + 4, at + 4 + length))
    at += 4 + length
  }
  return wires
}
