import { expect, test } from 'vitest'
import { type Bytes, utf8 } from '../base/bytes.ts'
import { seededBytes, seededRandom } from '../base/random.ts'
import { type Account, openAccount, sealAccount } from './account.ts'

const filled = (length: number, byte: number): Bytes => new Uint8Array(length).fill(byte)
const random = seededBytes(seededRandom(3))
const account: Account = {
  savedAt: 1_790_000_000_000,
  name: 'Ada',
  colour: '#123456',
  workspaces: [
    {
      id: filled(32, 1),
      name: 'Apollo',
      secret: filled(16, 2),
      seed: filled(32, 3),
      keys: [filled(32, 4)],
      wires: [utf8('SECRET-WIRE')],
    },
    { id: filled(32, 5), name: 'Read only', secret: filled(16, 6), seed: null, keys: [], wires: [] },
  ],
}

async function sealed(passphrase = 'correct horse'): Promise<Bytes> {
  const file = await sealAccount(account, passphrase, random)
  if (!file.ok) throw new Error(file.refusal.detail)
  return file.value
}

test('an account comes back with its passphrase, however its letters were typed', async () => {
  expect(await openAccount(await sealed(), 'correct horse')).toEqual({ ok: true, value: account })
  expect(await openAccount(await sealed('caf\u00e9 im Fl\u00fcr'), 'cafe\u0301 im Flu\u0308r')).toMatchObject({ ok: true })
})

test('without it nothing is told, and nothing of it stands in the file', async () => {
  const file = await sealed()
  expect(Buffer.from(file).includes('SECRET-WIRE')).toBe(false)
  expect(Buffer.from(file).includes('Apollo')).toBe(false)
  expect(await openAccount(file, 'wrong horse')).toMatchObject({ ok: false, refusal: { code: 'unauthorized' } })
  expect(await sealAccount(account, 'short', random)).toMatchObject({ ok: false, refusal: { code: 'invalid' } })
})

test('what is no account file, or not whole, or changed, is refused with a sentence', async () => {
  const file = await sealed()
  const changed = file.slice()
  changed[changed.length - 5] = (changed.at(-5) as number) ^ 1
  for (const bytes of [new Uint8Array(), utf8('hello'), file.slice(0, 40), file.slice(0, -1), changed]) {
    const opened = await openAccount(bytes, 'correct horse')
    expect(opened.ok ? 'opened' : opened.refusal.detail).toContain('Nothing was changed.')
  }
})
