/**
 * A ring in shared memory, from one writer to any number of readers that cannot wait for messages: WASM, Pyodide, a busy loop.
 *
 *   header: head, tail (positions, which count bytes and wrap) · then records: length, UTF-8 JSON, up to a whole four bytes
 *
 * The writer never waits: what is oldest goes. Before it writes over a record it moves the tail past it, and the head behind what it
 * has written; so a reader that finds the tail still before its place, after it has read, has read what was written. One that was
 * overtaken goes on from the tail and says how much it has missed. Needs a page that is cross-origin isolated.
 */

const HEAD = 0
const TAIL = 1
const HEADER_BYTES = 8
const LENGTH_BYTES = 4

export interface RingReader {
  /** The next value; undefined where there is none. Waits for one up to so long, where this thread may wait. */
  next(timeoutMs?: number): unknown
  /** Bytes that were written over before they were read. */
  readonly missedBytes: number
}

/** `bytes`: a power of two, so that positions can wrap anywhere. */
export function createRing(bytes: number): SharedArrayBuffer {
  if (!Number.isInteger(Math.log2(bytes)) || bytes < 16) throw new RangeError(`A ring has a power of two of bytes, not ${bytes}.`)
  return new SharedArrayBuffer(HEADER_BYTES + bytes)
}

/** False where the value is larger than half of the ring: then it is left out. */
export function writeRing(memory: SharedArrayBuffer): (value: unknown) => boolean {
  const { header, ring } = viewsOf(memory)
  const encoder = new TextEncoder()
  return (value) => {
    const json = encoder.encode(JSON.stringify(value))
    const size = sizeOf(json.length)
    if (size > ring.length / 2) return false
    const head = Atomics.load(header, HEAD)
    let tail = Atomics.load(header, TAIL)
    while (distance(tail, head) + size > ring.length) tail = (tail + sizeOf(lengthAt(ring, tail))) | 0
    Atomics.store(header, TAIL, tail)
    for (let at = 0; at < LENGTH_BYTES; at++) ring[indexOf(ring, head + at)] = (json.length >>> (8 * at)) & 0xff
    const from = indexOf(ring, head + LENGTH_BYTES)
    const whole = Math.min(json.length, ring.length - from)
    ring.set(json.subarray(0, whole), from)
    ring.set(json.subarray(whole), 0)
    Atomics.store(header, HEAD, (head + size) | 0)
    Atomics.notify(header, HEAD)
    return true
  }
}

/** From what is written from now on; `fromTail` with what is still there. */
export function readRing(memory: SharedArrayBuffer, { fromTail = false } = {}): RingReader {
  const { header, ring } = viewsOf(memory)
  const decoder = new TextDecoder()
  let place = Atomics.load(header, fromTail ? TAIL : HEAD)
  let missedBytes = 0

  function overtaken(): boolean {
    // As a change of nothing, so that what was read before is not read after it on any processor.
    const tail = Atomics.add(header, TAIL, 0)
    const missed = distance(place, tail)
    if (missed === 0 || missed > 0x7fff_ffff) return false
    place = tail
    missedBytes += missed
    return true
  }

  return {
    get missedBytes() {
      return missedBytes
    },
    next(timeoutMs = 0) {
      for (;;) {
        const head = Atomics.load(header, HEAD)
        overtaken()
        if (place === head) {
          if (timeoutMs === 0 || Atomics.wait(header, HEAD, head, timeoutMs) === 'timed-out') return undefined
          continue
        }
        const length = lengthAt(ring, place)
        // Of a record that is being written over, the length may be anything.
        const bytes = length <= ring.length / 2 ? copyOf(ring, place + LENGTH_BYTES, length) : null
        if (overtaken() || bytes === null) continue
        place = (place + sizeOf(length)) | 0
        return JSON.parse(decoder.decode(bytes)) as unknown
      }
    },
  }
}

function viewsOf(memory: SharedArrayBuffer): { readonly header: Int32Array; readonly ring: Uint8Array } {
  return { header: new Int32Array(memory, 0, 2), ring: new Uint8Array(memory, HEADER_BYTES) }
}

/** From one position on to another, over the wrap of 32 bits. */
function distance(from: number, to: number): number {
  return (to - from) >>> 0
}

function indexOf(ring: Uint8Array, position: number): number {
  return (position >>> 0) % ring.length
}

function sizeOf(length: number): number {
  return (LENGTH_BYTES + length + 3) & ~3
}

function lengthAt(ring: Uint8Array, position: number): number {
  let length = 0
  for (let at = 0; at < LENGTH_BYTES; at++) length |= (ring[indexOf(ring, position + at)] as number) << (8 * at)
  return length >>> 0
}

/** Out of shared memory, which a decoder does not take. */
function copyOf(ring: Uint8Array, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  const from = indexOf(ring, position)
  const whole = Math.min(length, ring.length - from)
  bytes.set(ring.subarray(from, from + whole))
  bytes.set(ring.subarray(0, length - whole), whole)
  return bytes
}
