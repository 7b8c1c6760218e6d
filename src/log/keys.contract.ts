/** Keys, in every engine. */

import { describe, expect, test } from 'vitest'
import { toHex, utf8 } from '../base/bytes.ts'
import { filled } from './batch.fixture.ts'
import { actorKey, generateKeys, inviteKeys, keyPairOf, sign } from './keys.ts'
import { verifySignature } from './signature.ts'

export function keysContract(engine: string): void {
  describe(`keys in ${engine}`, () => {
    test('a new device signs, and nobody can read what it signs with', async () => {
      const { signing, agreement } = await generateKeys()
      const pair = await keyPairOf(signing)
      const signature = await sign(pair, utf8('hello'))
      expect(await verifySignature(pair.key, signature, utf8('hello'))).toBe(true)
      expect(await verifySignature(pair.key, signature, utf8('hullo'))).toBe(false)
      for (const { privateKey } of [signing, agreement]) {
        expect(privateKey.extractable).toBe(false)
        await expect(crypto.subtle.exportKey('pkcs8', privateKey)).rejects.toThrow()
      }
    })

    test('two devices have different keys, and each is named by its own', async () => {
      const names = await Promise.all(
        [generateKeys(), generateKeys()].map(async (keys) => actorKey((await keyPairOf((await keys).signing)).key)),
      )
      expect(new Set(names).size).toBe(2)
      for (const name of names) expect(name).toMatch(/^01[0-9a-f]{64}$/)
    })

    test('a seed gives everybody the same invite keys, for ever', async () => {
      const { signing, agreement } = await inviteKeys(filled(32, 7))
      expect(toHex((await keyPairOf(signing)).key)).toBe(INVITE.signing)
      expect(toHex((await keyPairOf(agreement)).key)).toBe(INVITE.agreement)
      expect([signing.privateKey.extractable, agreement.privateKey.extractable]).toEqual([false, false])
    })

    test('invite keys sign and agree', async () => {
      const invite = await inviteKeys(filled(32, 7))
      const device = await generateKeys()
      const pair = await keyPairOf(invite.signing)
      expect(await verifySignature(pair.key, await sign(pair, utf8('redeem')), utf8('redeem'))).toBe(true)
      const secretOf = (ours: CryptoKeyPair, theirs: CryptoKeyPair): Promise<ArrayBuffer> =>
        crypto.subtle.deriveBits({ name: 'X25519', public: theirs.publicKey }, ours.privateKey, 256)
      const [a, b] = [await secretOf(invite.agreement, device.agreement), await secretOf(device.agreement, invite.agreement)]
      expect(toHex(new Uint8Array(a))).toBe(toHex(new Uint8Array(b)))
    })
  })
}

/** Of the seed 07…07. Links that are out in the world depend on it. */
const INVITE = {
  signing: '010bd013505af471a521571601e066c3691a600bfba41743e79805334e8b40b126',
  agreement: '01eba0a9b00077e83fe50b0da11c78215e785b2c0f904e573dd116b1c01976006c',
}
