import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bytes, toHex } from '../base/bytes.ts'
import type { Value } from './batch.ts'
import {
  capabilityId,
  decodeGrant,
  decodeRevocation,
  encodeGrant,
  encodeRevocation,
  type Grant,
  rootCapability,
} from './capability.ts'
import { decodeCbor, encodeCbor } from './cbor.ts'

const bytesOf = (length: number): fc.Arbitrary<Bytes> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((raw) => new Uint8Array(raw))
const key = bytesOf(33).map((raw) => {
  raw[0] = 1
  return raw
})
const orNull = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(item, { nil: null })
const listOf = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<readonly T[] | null> =>
  orNull(fc.uniqueArray(item, { maxLength: 4, selector: (value) => (value instanceof Uint8Array ? toHex(value) : value) }))
const ms = fc.nat({ max: 4_000_000_000_000 })
const grants: fc.Arbitrary<Grant> = fc.record({
  workspace: bytesOf(32),
  parent: orNull(bytesOf(32)),
  issuer: key,
  audience: key,
  audienceBox: orNull(key),
  rank: fc.nat(99),
  types: listOf(fc.string({ minLength: 1, maxLength: 20 })),
  rights: listOf(fc.nat(11)),
  globs: listOf(fc.string()),
  projects: listOf(bytesOf(16)),
  notBefore: ms,
  expires: orNull(ms),
  flags: fc.nat(1),
  nonce: bytesOf(8),
})

const filled = (length: number, byte: number): Bytes => new Uint8Array(length).fill(byte)
const root = rootCapability(filled(32, 7), Uint8Array.of(1, ...filled(32, 8)), 0)

test('a grant comes back from its bytes, with the same id', () => {
  fc.assert(
    fc.property(grants, (grant) => {
      const decoded = decodeGrant(encodeGrant(grant))
      expect(decoded).toEqual(grant)
      expect(toHex(capabilityId(decoded as Grant))).toBe(toHex(capabilityId(grant)))
    }),
  )
})

test('two grants that differ have different ids', () => {
  fc.assert(
    fc.property(grants, grants, (a, b) => {
      fc.pre(toHex(encodeGrant(a)) !== toHex(encodeGrant(b)))
      expect(toHex(capabilityId(a))).not.toBe(toHex(capabilityId(b)))
    }),
  )
})

test("a root's capability is everything, for ever, by nobody but itself", () => {
  expect(root).toMatchObject({
    parent: null,
    types: null,
    rights: null,
    globs: null,
    projects: null,
    notBefore: 0,
    expires: null,
    flags: 0,
  })
  expect(root.issuer).toEqual(root.audience)
  expect(decodeGrant(encodeGrant(root))).toEqual(root)
})

describe('what is not a grant', () => {
  const wrong: Record<string, (fields: Value[]) => void> = {
    'of another version': (fields) => void (fields[0] = 2),
    'with a field more': (fields) => void fields.push(null),
    'with a field less': (fields) => void fields.pop(),
    'with a short workspace': (fields) => void (fields[1] = filled(31, 7)),
    'with a key of another kind': (fields) => void (fields[3] = filled(33, 2)),
    'with a negative rank': (fields) => void (fields[6] = -1),
    'with a rank above all bands': (fields) => void (fields[6] = 100),
    'with a nameless type': (fields) => void (fields[7] = ['']),
    'with a right by name': (fields) => void (fields[8] = ['create']),
    'with the same right twice': (fields) => void (fields[8] = [1, 1]),
    'with too many globs': (fields) => void (fields[9] = Array.from({ length: 257 }, String)),
    'with a glob that is too long': (fields) => void (fields[9] = ['é'.repeat(600)]),
    'with a project that is no node': (fields) => void (fields[10] = [filled(15, 1)]),
    'without a beginning': (fields) => void (fields[11] = null),
    'that ends before 1970': (fields) => void (fields[12] = -1),
    'without flags': (fields) => void (fields[13] = null),
    'with a long nonce': (fields) => void (fields[14] = filled(9, 0)),
  }
  test.each(Object.entries(wrong))('%s', (_, spoil) => {
    const decoded = decodeCbor(encodeGrant(root))
    const fields = [...((decoded.ok ? decoded.value : []) as readonly Value[])]
    expect(decodeGrant(encodeCbor(fields))).not.toBe(null)
    spoil(fields)
    expect(decodeGrant(encodeCbor(fields))).toBe(null)
  })
  test('bytes after it', () => expect(decodeGrant(Uint8Array.of(...encodeGrant(root), 0))).toBe(null))
  test('no bytes at all', () => {
    for (const value of [undefined, null, 5, 'grant', [], new Uint8Array(0)]) expect(decodeGrant(value)).toBe(null)
  })
})

describe('a revocation', () => {
  const revocation = {
    target: filled(32, 1),
    keep: [filled(32, 2)],
    frontier: [filled(32, 3)],
    replaces: [[filled(32, 4), 255]] as const,
    reason: 'lost laptop',
  }
  test('comes back from its arguments', () => {
    expect(decodeRevocation(encodeRevocation(revocation))).toEqual(revocation)
    expect(decodeRevocation(encodeRevocation({ ...revocation, keep: [], frontier: null, replaces: [] }))?.frontier).toBe(null)
  })
  test.each([
    ['without a target', [null, [], null, [], '']],
    ['with nothing for keep', [filled(32, 1), null, null, [], '']],
    ['with nothing for replaces', [filled(32, 1), [], null, null, '']],
    ['with a frontier of something else', [filled(32, 1), [], [filled(16, 1)], [], '']],
    ['with the same keep twice', [filled(32, 1), [filled(32, 2), filled(32, 2)], null, [], '']],
    ['that replaces no change', [filled(32, 1), [], null, [[filled(32, 2), 256]], '']],
    ['without a reason', [filled(32, 1), [], null, []]],
    ['with a book for a reason', [filled(32, 1), [], null, [], 'x'.repeat(1025)]],
  ])('%s is none', (_, args) => expect(decodeRevocation(args)).toBe(null))
})
