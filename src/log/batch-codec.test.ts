import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Bytes, compareBytes, toHex } from '../base/bytes.ts'
import { type BatchHeader, type Change, KIND, type Value } from '../core/batch.ts'
import { decodeCbor, encodeCbor } from '../core/cbor.ts'
import { PROTOCOL } from '../core/limits.ts'
import {
  CONTENT_BYTES,
  decodeBody,
  decodeHeader,
  decodeWire,
  encodeBody,
  encodeHeader,
  encodeWire,
  LAST_MS,
  MAX_ROOTS,
  type Read,
  unknownPart,
} from './batch-codec.ts'
import { filled, type Sample, sample } from './batch.fixture.ts'

let made: Sample
beforeAll(async () => {
  made = await sample()
})

const bytesOf = (length: number): fc.Arbitrary<Bytes> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((raw) => new Uint8Array(raw))
const key = bytesOf(32).map((raw) => Uint8Array.of(1, ...raw))
const setOf = (item: fc.Arbitrary<Bytes>, maxLength: number): fc.Arbitrary<readonly Bytes[]> =>
  fc.uniqueArray(item, { maxLength, selector: toHex }).map((list) => list.toSorted(compareBytes))
const headers: fc.Arbitrary<BatchHeader> = fc
  .record({
    v: fc.constant(1),
    kind: fc.constantFrom(KIND.data, KIND.authority, KIND.checkpoint),
    workspace: bytesOf(32),
    key,
    feed: bytesOf(8),
    seq: fc.nat(),
    prev: bytesOf(32),
    after: setOf(bytesOf(32), PROTOCOL.after),
    hlc: fc.tuple(fc.nat({ max: LAST_MS }), fc.nat(65_535)),
    count: fc.nat(PROTOCOL.batchChanges),
    bodyHash: bytesOf(32),
    bodyLen: fc.nat(200_000),
    introduced: setOf(key, 4),
    closed: setOf(key, 4),
    ext: fc
      .uniqueArray(fc.nat(65_535), { maxLength: 4 })
      .map((ids) => ids.toSorted((a, b) => a - b).map((id) => [id, id % 2 === 0, filled(3, 1)] as const)),
  })
  .map((header) => (header.seq === 0 ? { ...header, prev: null } : header))

function reasonOf(read: Read<unknown>): string | null {
  return read.ok ? null : read.reason
}

function fieldsOf(bytes: Uint8Array): Value[] {
  const decoded = decodeCbor(bytes)
  return decoded.ok ? [...(decoded.value as readonly Value[])] : []
}

test('a header comes back from its bytes', () => {
  fc.assert(
    fc.property(headers, (header) => {
      expect(decodeHeader(encodeHeader(header))).toEqual({ ok: true, value: header })
    }),
  )
})

test('every form of a wire comes back from its bytes', () => {
  const part = fc.uint8Array({ maxLength: 300 }).map((raw) => new Uint8Array(raw))
  const open = fc.record({ form: fc.constant('open' as const), header: part, signature: bytesOf(64), body: part })
  const sealed = fc.record({
    form: fc.constant('sealed' as const),
    header: part,
    signature: bytesOf(64),
    epoch: bytesOf(32),
    iv: bytesOf(12),
    ciphertext: part,
  })
  const pruned = fc.record({ form: fc.constant('pruned' as const), header: part, signature: bytesOf(64) })
  fc.assert(
    fc.property(fc.oneof(open, sealed, pruned), (wire) => {
      expect(decodeWire(encodeWire(wire))).toEqual({ ok: true, value: wire })
    }),
  )
})

describe('a wire that is none', () => {
  const header = filled(5, 1)
  const signature = filled(64, 2)
  test.each<[string, Value]>([
    ['not an array', 'wire'],
    ['no signature', [header]],
    ['a short signature', [header, filled(63, 2)]],
    ['three parts', [header, signature, 0]],
    ['another seal than the identity', [header, signature, 1, header]],
    ['a short epoch', [header, signature, filled(31, 1), filled(12, 1), header]],
    ['a long initialization vector', [header, signature, filled(32, 1), filled(13, 1), header]],
    ['the identity with an initialization vector', [header, signature, 0, filled(12, 1), header]],
    ['six parts', [header, signature, filled(32, 1), filled(12, 1), header, header]],
  ])('%s', (_, value) => expect(reasonOf(decodeWire(encodeCbor(value)))).toBe('malformed'))
  test('more bytes than a batch may have', () =>
    expect(reasonOf(decodeWire(new Uint8Array(PROTOCOL.batchBytes + 1)))).toBe('too-large'))
})

describe('a header that is refused', () => {
  const id = (byte: number): Bytes => filled(32, byte)
  const tagged = (byte: number): Bytes => Uint8Array.of(1, ...filled(32, byte))
  const cases: [string, string, (fields: Value[]) => void][] = [
    ['of a later version, whatever its shape', 'unknown-version', (fields) => void fields.splice(0, 15, 2, 'anything')],
    ['without a version', 'malformed', (fields) => void (fields[0] = null)],
    ['with a field less', 'malformed', (fields) => void fields.pop()],
    ['with a field more', 'malformed', (fields) => void fields.push(null)],
    ['with a kind that is no number', 'malformed', (fields) => void (fields[1] = 'data')],
    ['with a short workspace', 'malformed', (fields) => void (fields[2] = filled(31, 1))],
    ['without a workspace, but with a past', 'malformed', (fields) => void (fields[2] = null)],
    ['with a key of another suite', 'bad-key', (fields) => void (fields[3] = Uint8Array.of(2, ...id(1)))],
    ['with a bare key', 'bad-key', (fields) => void (fields[3] = id(1))],
    ['with a long feed', 'malformed', (fields) => void (fields[4] = filled(9, 1))],
    ['with a negative seq', 'malformed', (fields) => void (fields[5] = -1)],
    ['with prev at the first seq', 'malformed', (fields) => void (fields[5] = 0)],
    ['without prev at a later seq', 'malformed', (fields) => void (fields[6] = null)],
    ['with after out of order', 'malformed', (fields) => void (fields[7] = [id(2), id(1)])],
    ['with after twice', 'malformed', (fields) => void (fields[7] = [id(1), id(1)])],
    ['with prev in after', 'malformed', (fields) => void (fields[7] = [fields[6] as Bytes])],
    ['with 17 in after', 'malformed', (fields) => void (fields[7] = Array.from({ length: 17 }, (_, i) => id(i)))],
    ['with a clock of one part', 'malformed', (fields) => void (fields[8] = [1])],
    ['with a clock before 1970', 'malformed', (fields) => void (fields[8] = [-1, 0])],
    ['with a clock after the year 9999', 'malformed', (fields) => void (fields[8] = [LAST_MS + 1, 0])],
    ['with a counter of 65,536', 'malformed', (fields) => void (fields[8] = [1, PROTOCOL.counter])],
    ['with 257 changes', 'malformed', (fields) => void (fields[9] = 257)],
    ['with a merge that has changes', 'malformed', (fields) => void (fields[1] = KIND.merge)],
    ['with a short body hash', 'malformed', (fields) => void (fields[10] = filled(20, 1))],
    ['with a body of more than a batch', 'malformed', (fields) => void (fields[11] = CONTENT_BYTES + 1)],
    ['with a body that leaves it no room', 'too-large', (fields) => void (fields[11] = CONTENT_BYTES)],
    ['with introduced that are no keys', 'malformed', (fields) => void (fields[12] = [id(1)])],
    ['with introduced out of order', 'malformed', (fields) => void (fields[12] = [tagged(2), tagged(1)])],
    [
      'with too many introduced',
      'malformed',
      (fields) => void (fields[12] = Array.from({ length: 257 }, (_, i) => Uint8Array.of(1, i >> 8, i, ...filled(30, 0)))),
    ],
    ['with closed twice', 'malformed', (fields) => void (fields[13] = [tagged(1), tagged(1)])],
    ['with an extension that is none', 'malformed', (fields) => void (fields[14] = [[1, false]])],
    [
      'with an extension twice',
      'malformed',
      (fields) =>
        void (fields[14] = [
          [1, false, id(1)],
          [1, false, id(1)],
        ]),
    ],
    ['with an extension that is neither critical nor not', 'malformed', (fields) => void (fields[14] = [[1, 1, id(1)]])],
    [
      'with too many extensions',
      'malformed',
      (fields) => void (fields[14] = Array.from({ length: 17 }, (_, i) => [i, false, id(1)])),
    ],
  ]
  test.each(cases)('%s', (_, reason, spoil) => {
    const fields = fieldsOf(encodeHeader(made.data[1]!.header))
    expect(reasonOf(decodeHeader(encodeCbor(fields)))).toBe(null)
    spoil(fields)
    expect(reasonOf(decodeHeader(encodeCbor(fields)))).toBe(reason)
  })
})

describe('a genesis that is refused', () => {
  const cases: [string, (header: BatchHeader) => BatchHeader][] = [
    ['of another kind', (header) => ({ ...header, kind: KIND.data })],
    ['later in its feed', (header) => ({ ...header, seq: 1, prev: filled(32, 1) })],
    ['with a past', (header) => ({ ...header, after: [filled(32, 1)] })],
    ['without roots', (header) => ({ ...header, introduced: [] })],
    ['whose first root is not its author', (header) => ({ ...header, introduced: [made.member.key, made.root.key] })],
    ['with the same root twice', (header) => ({ ...header, introduced: [made.root.key, made.root.key] })],
    [
      'with more roots than ranks',
      (header) => ({
        ...header,
        introduced: [made.root.key, ...Array.from({ length: MAX_ROOTS }, (_, i) => Uint8Array.of(1, ...filled(32, i)))],
      }),
    ],
  ]
  test.each(cases)('%s', (_, spoil) =>
    expect(() => encodeHeader(spoil(made.genesis.header))).toThrow('a genesis begins its feed'),
  )
  test('its roots keep their ranks, whatever the order of their bytes', () => {
    const introduced = [made.root.key, Uint8Array.of(1, ...filled(32, 9)), Uint8Array.of(1, ...filled(32, 3))]
    expect(decodeHeader(encodeHeader({ ...made.genesis.header, introduced }))).toMatchObject({ ok: true, value: { introduced } })
  })
})

describe('a body', () => {
  const change: Change = [1, 1, filled(16, 1), 0, ['title', 'x']]
  const body = { salt: filled(16, 1), capabilities: [filled(32, 1)], changes: [change] }
  const header = (count: number): Pick<BatchHeader, 'count' | 'workspace'> => ({ count, workspace: filled(32, 1) })
  test('comes back from its bytes', () => {
    expect(decodeBody(encodeBody(body, false), header(1))).toEqual({ ok: true, value: body })
  })
  test.each<[string, Value]>([
    ['not an array', null],
    ['of two parts', [filled(16, 1), []]],
    ['with short salt', [filled(15, 1), [filled(32, 1)], [change]]],
    ['with a short capability', [filled(16, 1), [filled(31, 1)], [change]]],
    ['with fewer changes than the header says', [filled(16, 1), [filled(32, 1)], []]],
    ['with more changes than the header says', [filled(16, 1), [filled(32, 1)], [change, change]]],
    ['with a capability that is not there', [filled(16, 1), [filled(32, 1)], [[1, 1, filled(16, 1), 1, []]]]],
    ['with a capability before the first', [filled(16, 1), [filled(32, 1)], [[1, 1, filled(16, 1), -1, []]]]],
    ['without any capability', [filled(16, 1), [], [[1, 1, filled(16, 1), 0, []]]]],
    ['with a negative operation', [filled(16, 1), [filled(32, 1)], [[-1, 1, filled(16, 1), 0, []]]]],
    ['with a right of two bytes', [filled(16, 1), [filled(32, 1)], [[1, 256, filled(16, 1), 0, []]]]],
    ['with a node as text', [filled(16, 1), [filled(32, 1)], [[1, 1, 'node', 0, []]]]],
    ['with a short node', [filled(16, 1), [filled(32, 1)], [[1, 1, filled(15, 1), 0, []]]]],
    ['with arguments that are no list', [filled(16, 1), [filled(32, 1)], [[1, 1, filled(16, 1), 0, {}]]]],
    ['with a change of six parts', [filled(16, 1), [filled(32, 1)], [[1, 1, filled(16, 1), 0, [], 0]]]],
  ])('%s is refused', (_, value) => expect(reasonOf(decodeBody(encodeCbor(value), header(1)))).toBe('bad-body'))
  test('cites a capability, but in the genesis', () => {
    const bare = { ...body, capabilities: [] }
    expect(decodeBody(encodeBody(bare, true), { count: 1, workspace: null })).toEqual({ ok: true, value: bare })
    expect(() => encodeBody(bare, false)).toThrow('a body that we write can be read')
  })
})

test('what only a newer version knows is named, and only that', () => {
  const { header, body } = made.data[0]!
  const changed = (change: Change): string | null => unknownPart(header, { ...body!, changes: [change] })
  expect(unknownPart(header, body)).toBe(null)
  expect(unknownPart({ ...header, kind: 4 as BatchHeader['kind'] }, body)).toBe('kind 4')
  expect(unknownPart({ ...header, ext: [[7, false, filled(1, 1)]] }, body)).toBe(null)
  expect(unknownPart({ ...header, ext: [[7, true, filled(1, 1)]] }, body)).toBe('extension 7')
  expect(changed([1, 12, null, 0, []])).toBe('right 12')
  expect(changed([63, 1, null, 0, []])).toBe('operation 63')
  expect(changed([200, 1, null, 0, []])).toBe(null)
})
