import { beforeAll, describe, expect, test } from 'vitest'
import { type Bytes, concatBytes, toHex } from '../base/bytes.ts'
import { seededBytes, seededRandom } from '../base/random.ts'
import type { BatchHeader, VerifiedBatch } from '../core/batch.ts'
import { encodeCbor } from '../core/cbor.ts'
import { PROTOCOL } from '../core/limits.ts'
import { decodeWire, encodeBody, encodeHeader, encodeWire, type OpenWire } from './batch-codec.ts'
import { dataDraft, filled, type Sample, sample } from './batch.fixture.ts'
import { bodyHash } from './digest.ts'
import { sign } from './keys.ts'
import { sealBatch, signedBytes } from './signing.ts'
import { inlineVerifier, readEnvelope, verifyWire } from './verify.ts'

let made: Sample
let all: readonly VerifiedBatch[]
let workspace: Bytes
beforeAll(async () => {
  made = await sample()
  all = [made.genesis, made.grant, ...made.data]
  workspace = made.genesis.id
})

function partsOf(batch: VerifiedBatch): OpenWire {
  const wire = decodeWire(batch.wire)
  if (!wire.ok || wire.value.form !== 'open') throw new Error('the sample is open')
  return wire.value
}

/** Signs a changed header, as a malicious author would. */
async function forged(changes: Partial<BatchHeader>, body?: Bytes): Promise<Bytes> {
  const parts = partsOf(made.data[0]!)
  const header = encodeHeader({ ...made.data[0]!.header, ...changes })
  return encodeWire({ ...parts, header, body: body ?? parts.body, signature: await sign(made.member, signedBytes(header)) })
}

async function reasonOf(wire: Bytes, of: Bytes | null = workspace): Promise<string | null> {
  const verdict = await verifyWire(wire, of)
  return verdict.ok ? null : verdict.reason
}

test('what an author seals, every verifier finds in the bytes', async () => {
  const verdicts = await inlineVerifier(workspace).verify(all.map(({ wire }) => wire))
  expect(verdicts).toEqual(all.map((batch) => ({ ok: true, batch })))
  expect(all.map(({ wire, id }) => readEnvelope(wire, id))).toEqual(verdicts)
})

test('verdicts come in the order of the wires, over many at once', async () => {
  const wires = Array.from({ length: 600 }, (_, i) => (i % 7 === 3 ? filled(20, i) : all[i % all.length]!.wire))
  const verdicts = await inlineVerifier(workspace).verify(wires)
  expect(verdicts.map((verdict) => (verdict.ok ? toHex(verdict.batch.id) : null))).toEqual(
    wires.map((_, i) => (i % 7 === 3 ? null : toHex(all[i % all.length]!.id))),
  )
})

test('only the genesis whose id is the workspace is let in', async () => {
  const other = await sealBatch({ ...made.genesis.header, body: { ...made.genesis.body!, salt: filled(16, 1) } }, made.root)
  expect(await reasonOf(other.wire)).toBe('wrong-workspace')
  expect(await reasonOf(made.genesis.wire)).toBe(null)
  expect(await reasonOf(made.data[0]!.wire, other.id)).toBe('wrong-workspace')
  expect(await reasonOf(other.wire, null)).toBe(null)
})

test('a sealed and a pruned batch verify without their bodies', async () => {
  const { header, signature, body } = partsOf(made.data[0]!)
  const ciphertext = filled(body.length + 16, 5)
  const sealed = encodeWire({ form: 'sealed', header, signature, epoch: filled(32, 1), iv: filled(12, 2), ciphertext })
  const pruned = encodeWire({ form: 'pruned', header, signature })
  for (const wire of [sealed, pruned]) {
    expect(await verifyWire(wire, workspace)).toEqual({ ok: true, batch: { ...made.data[0]!, body: null, wire } })
  }
  const short = encodeWire({
    form: 'sealed',
    header,
    signature,
    epoch: filled(32, 1),
    iv: filled(12, 2),
    ciphertext: ciphertext.slice(1),
  })
  expect(await reasonOf(short)).toBe('bad-body')
})

describe('a batch is refused', () => {
  test('when another key signed it', async () => {
    const parts = partsOf(made.data[0]!)
    const signature = await sign(made.root, signedBytes(parts.header))
    expect(await reasonOf(encodeWire({ ...parts, signature }))).toBe('bad-signature')
  })
  test('when the signature is of the bare header, without the domain', async () => {
    const parts = partsOf(made.data[0]!)
    expect(await reasonOf(encodeWire({ ...parts, signature: await sign(made.member, parts.header) }))).toBe('bad-signature')
  })
  test("when its body is another batch's", async () => {
    const parts = partsOf(made.data[0]!)
    const body = encodeBody({ ...made.data[0]!.body!, salt: filled(16, 0x55) }, false)
    expect(body.length).toBe(parts.body.length)
    expect(await reasonOf(encodeWire({ ...parts, body }))).toBe('bad-body')
  })
  test('when the signed header counts other changes', async () =>
    expect(await reasonOf(await forged({ count: 2 }))).toBe('bad-body'))
  test('when the signed header names another length', async () =>
    expect(await reasonOf(await forged({ bodyLen: 10 }))).toBe('bad-body'))
  test('when the signed header names another hash', async () =>
    expect(await reasonOf(await forged({ bodyHash: filled(32, 1) }))).toBe('bad-body'))
  test('when a well-signed body is not strict', async () => {
    const { body } = partsOf(made.data[0]!)
    const loose = concatBytes(Uint8Array.of(0x98, 3), body.subarray(1))
    expect(await reasonOf(await forged({ bodyHash: await bodyHash(loose), bodyLen: loose.length }, loose))).toBe('bad-body')
  })
  test('when a well-signed header is not strict', async () => {
    const parts = partsOf(made.data[0]!)
    const header = concatBytes(Uint8Array.of(0x98, 15), parts.header.subarray(1))
    expect(await reasonOf(encodeWire({ ...parts, header, signature: await sign(made.member, signedBytes(header)) }))).toBe(
      'malformed',
    )
  })
  test('when its wire has bytes after it', async () =>
    expect(await reasonOf(concatBytes(made.genesis.wire, Uint8Array.of(0)))).toBe('malformed'))
})

test('what only a newer version knows is told apart, once its signature is right', async () => {
  const kind = 9 as BatchHeader['kind']
  expect(await reasonOf(await forged({ kind }))).toBe('unknown-version')
  expect(await reasonOf(await forged({ ext: [[1, true, filled(2, 1)]] }))).toBe('unknown-version')
  expect(await reasonOf(await forged({ ext: [[1, false, filled(2, 1)]] }))).toBe(null)
  const parts = partsOf(made.data[0]!)
  const header = encodeHeader({ ...made.data[0]!.header, kind })
  expect(await reasonOf(encodeWire({ ...parts, header }))).toBe('bad-signature')
})

test('a batch as large as one may be is sealed and verified; one byte more is a bug of its author', async () => {
  const draft = dataDraft(made.member, workspace, made.capability, made.grant, null, 0)
  const withText = (length: number): Promise<VerifiedBatch> =>
    sealBatch(
      { ...draft, body: { ...draft.body, changes: [[1, 1, filled(16, 1), 0, ['body', 'x'.repeat(length)]]] } },
      made.member,
    )
  const room = 100_000
  const probe = partsOf(await withText(room))
  const most = room + (PROTOCOL.batchBytes - 256) - probe.header.length - probe.body.length
  const largest = await withText(most)
  expect(largest.wire.length).toBeLessThanOrEqual(PROTOCOL.batchBytes)
  expect(await reasonOf(largest.wire)).toBe(null)
  await expect(withText(most + 1)).rejects.toThrow('a header that we write can be read')
})

/** `FUZZ=1000000` for a campaign. */
const FUZZED = Number(globalThis.process?.env['FUZZ'] ?? 100_000)

test(`of ${FUZZED} fuzzed wires none is accepted and none makes the verifier throw`, { timeout: 120_000 }, async () => {
  const valid = new Set(all.map(({ wire }) => toHex(wire)))
  const random = seededRandom(20_260_101)
  const verifier = inlineVerifier(workspace)
  const seen = new Map<string, number>()
  for (let done = 0; done < FUZZED; done += 2000) {
    const wires = Array.from({ length: Math.min(2000, FUZZED - done) }, () => spoil(random))
    for (const [i, verdict] of (await verifier.verify(wires)).entries()) {
      if (verdict.ok) expect(valid).toContain(toHex(wires[i]!))
      const reason = verdict.ok ? 'unchanged' : verdict.reason
      seen.set(reason, (seen.get(reason) ?? 0) + 1)
    }
  }
  // The fuzz is worth something only if it gets past each gate.
  for (const reason of ['too-large', 'malformed', 'unknown-version', 'bad-key', 'bad-signature', 'bad-body', 'wrong-workspace']) {
    expect(seen.get(reason) ?? 0, reason).toBeGreaterThan(0)
  }
})

function spoil(random: () => number): Bytes {
  const below = (limit: number): number => Math.floor(random() * limit)
  const garbage = seededBytes(random)
  const batch = all[below(all.length)]!
  const wire = batch.wire.slice()
  const parts = partsOf(batch)
  const other = partsOf(all[below(all.length)]!)
  const flipped = (bytes: Bytes): Bytes => {
    const copy = bytes.slice()
    for (let flips = 1 + below(3); flips > 0; flips--) {
      const at = below(copy.length)
      copy[at] = copy[at]! ^ (1 << below(8))
    }
    return copy
  }
  switch (below(12)) {
    case 0:
      return flipped(wire)
    case 1:
      return encodeWire({ ...parts, header: flipped(parts.header) })
    case 2:
      return encodeWire({ ...parts, body: flipped(parts.body) })
    case 3:
      return encodeWire({ ...parts, signature: flipped(parts.signature) })
    case 4:
      return wire.slice(0, below(wire.length))
    case 5:
      return concatBytes(wire, garbage(1 + below(20)))
    case 6: {
      const at = below(wire.length)
      return concatBytes(wire.subarray(0, at), all[below(all.length)]!.wire.subarray(below(100)))
    }
    case 7:
      return encodeWire({
        ...parts,
        header: other.header,
        ...(below(2) === 0 ? { body: other.body } : { signature: other.signature }),
      })
    case 8:
      return encodeCbor([parts.signature, parts.header, 0, parts.body].toSorted(() => random() - 0.5))
    case 9: {
      // A length that claims up to 2^53 bytes.
      const at = below(wire.length)
      wire.set([0x5b, 0, below(32), ...garbage(6)].slice(0, wire.length - at), at)
      return wire
    }
    case 10:
      return garbage(below(400))
    default:
      return below(50) === 0 ? new Uint8Array(PROTOCOL.batchBytes + 1 + below(1000)).fill(0x81) : filled(below(5000), 0x81)
  }
}
