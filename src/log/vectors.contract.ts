/** Vectors from outside (`vectors/README.md`), and our own for what those leave open: every engine must judge all of them alike. */

import { describe, expect, test } from 'vitest'
import { type Bytes, concatBytes, fromHex, toHex } from '../base/bytes.ts'
import type { Value } from '../core/batch.ts'
import { decodeCbor, encodeCbor } from '../core/cbor.ts'
import { sign, signingKeys } from './keys.ts'
import { verifySignature } from './signature.ts'
import rfc8032 from './vectors/rfc8032-ed25519.json'
import rfc8949 from './vectors/rfc8949-appendix-a.json'
import speccheck from './vectors/ed25519-speccheck.json'
import wycheproof from './vectors/wycheproof-ed25519.json'
import strict from './vectors/strict-ed25519.json'

export function vectorsContract(engine: string): void {
  describe(`${engine}: RFC 8032, section 7.1`, () => {
    test.each(rfc8032)('$name', async ({ seed, key, message, signature }) => {
      const pair = await signingKeys(fromHex(seed))
      expect(toHex(pair.key)).toBe(`01${key}`)
      expect(toHex(await sign(pair, fromHex(message)))).toBe(signature)
      expect(await verifySignature(tagged(key), fromHex(signature), fromHex(message))).toBe(true)
    })
  })

  test(`${engine}: all 151 of Wycheproof's Ed25519 vectors have the verdict they name`, async () => {
    const wrong: string[] = []
    let run = 0
    for (const { key, tests } of wycheproof) {
      for (const [id, comment, message, signature, result] of tests as [number, string, string, string, string][]) {
        const valid = await verifySignature(tagged(key), fromHex(signature), fromHex(message))
        if (valid !== (result === 'valid')) wrong.push(`${id} ${comment}`)
        run++
      }
    }
    expect(wrong).toEqual([])
    expect(run).toBe(151)
  })

  test(`${engine}: the strict profile refuses all 12 cases of ed25519-speccheck`, async () => {
    const accepted = speccheck.map(({ message, pub_key, signature }) =>
      verifySignature(tagged(pub_key), fromHex(signature), fromHex(message)),
    )
    expect(await Promise.all(accepted)).toEqual(Array.from({ length: 12 }, () => false))
  })

  describe(`${engine}: our own cases for the strict profile`, () => {
    test.each(strict)('$name', async ({ key, message, signature, accepted }) => {
      expect(await verifySignature(tagged(key), fromHex(signature), fromHex(message))).toBe(accepted)
    })
  })

  describe(`${engine}: RFC 8949, appendix A`, () => {
    const accepted = rfc8949.filter(({ hex }) => !isOutside(hex))
    test.each(accepted)('$hex is read and written the same', ({ hex, decoded, diagnostic }) => {
      const read = decodeCbor(fromHex(hex))
      expect(read).toEqual({ ok: true, value: decoded === undefined ? bytesIn(diagnostic) : decoded })
      expect(toHex(encodeCbor((read as { value: Value }).value))).toBe(hex)
    })
    test.each(rfc8949.filter(({ hex }) => isOutside(hex)))('$hex is refused', ({ hex }) => {
      expect(decodeCbor(fromHex(hex)).ok).toBe(false)
    })
    test('34 of its 82 examples are within the strict subset', () => expect([accepted.length, rfc8949.length]).toEqual([34, 82]))
  })
}

/** Floats, simple values but the three we have, tags, 64-bit integers, indefinite lengths, and keys that are not text. */
function isOutside(hex: string): boolean {
  const head = Number.parseInt(hex.slice(0, 2), 16)
  const isFloatOrTag = head >= 0xc0 && (head < 0xf4 || head > 0xf6)
  return isFloatOrTag || /^[13]bffff|^[57]f|9f|bf/.test(hex) || hex === 'a201020304'
}

function bytesIn(diagnostic = ''): Bytes {
  return fromHex(/^h'(.*)'$/.exec(diagnostic)?.[1] ?? 'not a byte string')
}

function tagged(key: string): Bytes {
  return concatBytes(Uint8Array.of(1), fromHex(key))
}
