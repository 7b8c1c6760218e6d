/** Bodies, seals and older keys, with WebCrypto of this engine. */

import { Aes128Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import { describe, expect, test } from 'vitest'
import { type Bytes, fromHex, toHex, utf8 } from '../base/bytes.ts'
import { decodeWire, encodeWire } from './batch-codec.ts'
import { filled, sample } from './batch.fixture.ts'
import golden from './golden.json'
import { Keyring } from './keyring.ts'
import { boxOf, generateKeys } from './keys.ts'
import { type BoxKeys, type EpochKey, epochOf, webSealing } from './sealing.ts'
import { inlineVerifier } from './verify.ts'

const WORKSPACE = filled(32, 7)
const key = (byte: number): EpochKey => epochOf(WORKSPACE, filled(32, byte))
const box = async (): Promise<BoxKeys> => boxOf((await generateKeys()).agreement)

export function sealingContract(engine: string): void {
  describe(`sealing in ${engine}`, () => {
    const sealing = webSealing()

    test('RFC 9180, appendix A.1.1: what they sealed opens', async () => {
      const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes128Gcm() })
      const buffer = (hex: string): ArrayBuffer => fromHex(hex).buffer
      const recipientKey = await suite.kem.deserializePrivateKey(
        buffer('4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8'),
      )
      const enc = buffer('37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431')
      const sealed = buffer('f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a')
      const context = { recipientKey, enc, info: buffer('4f6465206f6e2061204772656369616e2055726e') }
      const plain = await suite.open(context, sealed, buffer('436f756e742d30'))
      expect(new TextDecoder().decode(plain)).toBe('Beauty is truth, truth beauty')
    })

    test('a body opens under its key, for its batch and epoch, and nothing else', async () => {
      const [batch, iv, body] = [filled(32, 1), filled(12, 2), utf8('a body')]
      const sealed = await sealing.sealBody(key(3), batch, iv, body)
      expect(sealed.length).toBe(body.length + 16)
      expect(await sealing.openBody(key(3), batch, iv, sealed)).toEqual(body)
      const renamed: EpochKey = { id: key(4).id, raw: key(3).raw }
      const flipped = sealed.map((byte, i) => (i === 0 ? byte ^ 1 : byte))
      for (const opening of [
        sealing.openBody(key(4), batch, iv, sealed),
        sealing.openBody(key(3), filled(32, 9), iv, sealed),
        sealing.openBody(key(3), batch, filled(12, 9), sealed),
        sealing.openBody(key(3), batch, iv, flipped),
        webSealing().openBody(renamed, batch, iv, sealed),
      ])
        expect(await opening).toBe(null)
    })

    test('a seal opens in its box, for its workspace and epoch, and nowhere else', async () => {
      const [mine, other] = [await box(), await box()]
      const seal = await sealing.sealKey(WORKSPACE, key(3), mine.key)
      expect([seal.enc.length, seal.sealed.length]).toEqual([32, 48])
      expect(await sealing.openKey(WORKSPACE, key(3).id, mine, seal)).toEqual(key(3).raw)
      for (const opening of [
        sealing.openKey(WORKSPACE, key(3).id, other, seal),
        sealing.openKey(filled(32, 8), key(3).id, mine, seal),
        sealing.openKey(WORKSPACE, key(4).id, mine, seal),
        sealing.openKey(WORKSPACE, key(3).id, mine, { ...seal, enc: filled(32, 0) }),
        sealing.openKey(WORKSPACE, key(3).id, mine, { ...seal, sealed: filled(48, 0) }),
      ])
        expect(await opening).toBe(null)
    })

    test('a keyring takes what is its own: the right key behind a seal, and the older ones behind that, in any order', async () => {
      const mine = await box()
      const [oldest, old, now, foreign] = [key(1), key(2), key(3), key(4)]
      const seals = async (epoch: EpochKey, to: BoxKeys) => [await sealing.sealKey(WORKSPACE, epoch, to.key)]
      const learned: string[] = []
      const ring = new Keyring({
        workspace: WORKSPACE,
        sealing,
        boxes: [mine],
        known: [],
        learned: ({ id }) => learned.push(toHex(id)),
      })
      // A lie about the epoch: the seal opens, and the key is not the one that the epoch's id commits to.
      expect(
        await ring.learnFrom([
          { epoch: foreign.id, seals: [await sealing.sealKey(WORKSPACE, { id: foreign.id, raw: now.raw }, mine.key)], older: [] },
        ]),
      ).toBe(false)
      expect(await ring.learnFrom([{ epoch: foreign.id, seals: await seals(foreign, await box()), older: [] }])).toBe(false)
      const links = [
        { epoch: old.id, seals: [], older: [await sealing.wrapOlder(old, oldest, filled(12, 5))] },
        { epoch: now.id, seals: [], older: [await sealing.wrapOlder(now, old, filled(12, 6))] },
      ]
      expect(await ring.learnFrom(links)).toBe(false)
      expect(await ring.learnFrom([{ epoch: now.id, seals: await seals(now, mine), older: [] }])).toBe(true)
      expect([oldest, old, now, foreign].map(({ id }) => ring.keyOf(id)?.raw)).toEqual([oldest.raw, old.raw, now.raw, undefined])
      expect(learned.toSorted()).toEqual([oldest, old, now].map(({ id }) => toHex(id)).toSorted())
    })

    test('a sealed batch verifies without its key, and reads with it as what was written', async () => {
      const { genesis, data } = await sample()
      const [batch] = data as [(typeof data)[number]]
      const epoch = epochOf(genesis.id, filled(32, 3))
      const sealed = await sealedWire(batch.wire, batch.id, epoch, filled(12, 0xf1))
      const verifier = inlineVerifier(genesis.id)
      expect(await verifier.verify([sealed])).toEqual([{ ok: true, batch: { ...batch, body: null, wire: sealed } }])
      verifier.learn(epoch)
      expect(await verifier.verify([sealed])).toEqual([{ ok: true, batch }])
    })

    test('what opens and is not the body that the header names is refused', async () => {
      const { genesis, data } = await sample()
      const [batch, other] = data as [(typeof data)[number], (typeof data)[number]]
      const epoch = epochOf(genesis.id, filled(32, 3))
      const verifier = inlineVerifier(genesis.id)
      verifier.learn(epoch)
      const open = decodeWire(batch.wire)
      const wrong = decodeWire(other.wire)
      if (!open.ok || open.value.form !== 'open' || !wrong.ok || wrong.value.form !== 'open')
        throw new Error('the sample is open')
      const iv = filled(12, 1)
      const forged = async (body: Bytes): Promise<Bytes> =>
        encodeWire({
          form: 'sealed',
          header: open.value.header,
          signature: open.value.signature,
          epoch: epoch.id,
          iv,
          ciphertext: await sealing.sealBody(epoch, batch.id, iv, body),
        })
      const garbage = encodeWire({
        form: 'sealed',
        header: open.value.header,
        signature: open.value.signature,
        epoch: epoch.id,
        iv,
        ciphertext: filled(batch.header.bodyLen + 16, 9),
      })
      const sameLength = wrong.value.body.slice(0, batch.header.bodyLen)
      const verdicts = await verifier.verify([await forged(sameLength), garbage])
      expect(verdicts).toMatchObject([
        { ok: false, reason: 'bad-body' },
        { ok: false, reason: 'bad-body' },
      ])
    })

    test('the golden sealed batch has the same bytes as ever', async () => {
      const { genesis, data } = await sample()
      const [batch] = data as [(typeof data)[number]]
      const epoch = epochOf(genesis.id, filled(32, 3))
      expect({ epoch: toHex(epoch.id), wire: toHex(await sealedWire(batch.wire, batch.id, epoch, filled(12, 0xf1))) }).toEqual(
        golden.sealed,
      )
    })
  })
}

async function sealedWire(bytes: Bytes, id: Bytes, epoch: EpochKey, iv: Bytes): Promise<Bytes> {
  const wire = decodeWire(bytes)
  if (!wire.ok || wire.value.form !== 'open') throw new Error('the sample is open')
  const { header, signature, body } = wire.value
  return encodeWire({
    form: 'sealed',
    header,
    signature,
    epoch: epoch.id,
    iv,
    ciphertext: await webSealing().sealBody(epoch, id, iv, body),
  })
}
