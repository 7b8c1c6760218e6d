import { encode } from 'cborg'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bytes, fromHex, toHex } from '../base/bytes.ts'
import type { Value } from './batch.ts'
import { decodeCbor, encodeCbor } from './cbor.ts'
import { PROTOCOL } from './limits.ts'

const text = fc.string({ unit: 'grapheme' })
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger().map((whole) => whole + 0),
    text,
    fc.uint8Array({ maxLength: 40 }).map((bytes) => new Uint8Array(bytes)),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(text, tie('value'), { maxKeys: 5 }),
  ),
}))

function faultOf(bytes: Uint8Array): string | null {
  const decoded = decodeCbor(bytes)
  return decoded.ok ? null : decoded.detail
}

function nested(depth: number): Bytes {
  const bytes = new Uint8Array(depth + 1).fill(0x81)
  bytes[depth] = 0xf6
  return bytes
}

test('a value comes back as it was, and its bytes are the only ones that give it', () => {
  fc.assert(
    fc.property(value, (original) => {
      const bytes = encodeCbor(original)
      const decoded = decodeCbor(bytes)
      expect(decoded).toEqual({ ok: true, value: original })
      if (decoded.ok) expect(toHex(encodeCbor(decoded.value))).toBe(toHex(bytes))
    }),
  )
})

test('any bytes are either refused or the encoding of what they give', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => {
      const decoded = decodeCbor(bytes)
      if (decoded.ok) expect(toHex(encodeCbor(decoded.value))).toBe(toHex(bytes))
    }),
    { numRuns: 5000 },
  )
})

test('valid bytes with one byte changed are refused or the encoding of what they give', () => {
  fc.assert(
    fc.property(value, fc.nat(), fc.nat(255), (original, at, byte) => {
      const bytes = encodeCbor(original)
      bytes[at % bytes.length] = byte
      const decoded = decodeCbor(bytes)
      if (decoded.ok) expect(toHex(encodeCbor(decoded.value))).toBe(toHex(bytes))
    }),
    { numRuns: 2000 },
  )
})

describe('of the many ways to write a value all but one are refused', () => {
  test.each([
    ['an integer in two bytes that fits one', '1817', 'a number that is not in its shortest form'],
    ['an integer in three bytes that fits two', '1900ff', 'a number that is not in its shortest form'],
    ['an integer in five bytes that fits three', '1a0000ffff', 'a number that is not in its shortest form'],
    ['an integer in nine bytes that fits five', '1b00000000ffffffff', 'a number that is not in its shortest form'],
    ['a negative integer in too many bytes', '3817', 'a number that is not in its shortest form'],
    ['a length in too many bytes', '580141', 'a number that is not in its shortest form'],
    ['2^53', '1b0020000000000000', 'a number beyond the safe range'],
    ['2^64 - 1', '1bffffffffffffffff', 'a number beyond the safe range'],
    ['-2^53', '3b001fffffffffffff', 'a number beyond the safe range'],
    ['an array of indefinite length', '9f01ff', 'an indefinite or reserved length'],
    ['a reserved length', '1c', 'an indefinite or reserved length'],
    ['a half float', 'f93c00', 'a float or simple value'],
    ['not a number', 'fb7ff8000000000000', 'a float or simple value'],
    ['undefined', 'f7', 'a float or simple value'],
    ['a break', 'ff', 'a float or simple value'],
    ['a tag', 'c100', 'a tag'],
    ['a second value', '0000', 'bytes after the value'],
    ['nothing', '', 'the value ends early'],
    ['text cut off', '6261', 'the value ends early'],
    ['a head cut off', '19ff', 'the value ends early'],
    ['an array that claims 2^32 items', '9affffffff', 'the value ends early'],
    ['bytes that claim 2^50', '5b0004000000000000', 'the value ends early'],
    ['a map that claims 2^52 pairs', 'bb0010000000000000', 'the value ends early'],
    ['a key that is a number', 'a10102', 'a map key that is not text'],
    ['the same key twice', 'a2616101616102', 'map keys out of order'],
    ['keys out of order', 'a2616201616102', 'map keys out of order'],
    ['a longer key before a shorter', 'a262616101616202', 'map keys out of order'],
    ['a lone continuation byte', '6180', 'text that is not UTF-8'],
    ['an overlong slash', '62c0af', 'text that is not UTF-8'],
    ['an overlong three-byte form', '63e08080', 'text that is not UTF-8'],
    ['a surrogate', '63eda080', 'text that is not UTF-8'],
    ['a code point above the last', '64f4908080', 'text that is not UTF-8'],
    ['a character cut off', '62e6b0', 'text that is not UTF-8'],
    ['a key that is not UTF-8', 'a161ff01', 'text that is not UTF-8'],
  ])('%s', (_, hex, fault) => {
    expect(faultOf(fromHex(hex))).toBe(fault)
  })
})

test('numbers at the edges of every width come back', () => {
  const edges = [0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER]
  for (const edge of [...edges, ...edges.slice(1).map((positive) => -positive)]) {
    expect(decodeCbor(encodeCbor(edge))).toEqual({ ok: true, value: edge })
  }
})

test('nesting is bounded exactly, and a thousand times over it is one refusal', () => {
  expect(faultOf(nested(PROTOCOL.nesting))).toBe(null)
  expect(faultOf(nested(PROTOCOL.nesting + 1))).toBe(`nesting deeper than ${PROTOCOL.nesting}`)
  expect(faultOf(nested(200_000))).toBe(`nesting deeper than ${PROTOCOL.nesting}`)
})

test('size is looked at before anything else', () => {
  expect(faultOf(new Uint8Array(PROTOCOL.batchBytes + 1))).toMatch(/at most/)
})

test('a byte order mark is text like any other', () => {
  for (const marked of [
    '\ufeff',
    '\ufeffplan',
    `\ufeff${'x'.repeat(300)}`,
    'in the \ufeff middle',
    `\ufeff${'é'.repeat(40_000)}`,
  ]) {
    expect(decodeCbor(encodeCbor(['a', { [marked]: marked }]))).toEqual({ ok: true, value: ['a', { [marked]: marked }] })
  }
})

test('a key named __proto__ is a key', () => {
  const bytes = encode(new Map([['__proto__', new Map([['polluted', true]])]]))
  const decoded = decodeCbor(bytes)
  const found = (decoded.ok ? decoded.value : null) as Record<string, Value>
  expect(Object.keys(found)).toEqual(['__proto__'])
  expect(Object.getPrototypeOf(found)).toBe(Object.prototype)
  expect('polluted' in found).toBe(false)
  expect(toHex(encodeCbor(found))).toBe(toHex(bytes))
})

test.each([
  ['a fraction', 1.5],
  ['not a number', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['a number beyond the safe range', 2 ** 60],
  ['undefined', undefined as unknown as Value],
])('encoding %s is a bug of the caller', (_, wrong) => {
  expect(() => encodeCbor([wrong])).toThrow('what we encode can be decoded')
})

test('half a character is written as U+FFFD, whatever the length of the text', () => {
  for (const rest of ['', 'x'.repeat(100)]) {
    expect(decodeCbor(encodeCbor(`${rest}\ud800`))).toEqual({ ok: true, value: `${rest}\ufffd` })
  }
})

test('what is encoded owns its memory', () => {
  const bytes = encodeCbor(['x'.repeat(50), new Uint8Array(20)])
  expect(bytes.buffer.byteLength).toBe(bytes.byteLength)
})

test('what is decoded owns its memory', () => {
  const frame = new Uint8Array(1000)
  frame.set(encodeCbor([new Uint8Array([1, 2, 3])]), 100)
  const decoded = decodeCbor(frame.subarray(100, 105))
  frame.fill(0)
  expect(decoded).toEqual({ ok: true, value: [new Uint8Array([1, 2, 3])] })
})
