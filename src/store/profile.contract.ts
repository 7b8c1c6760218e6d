/** What every profile must do. `second` opens the same data once more, `reopen` closes it and opens what it left behind. */

import { describe, expect, test } from 'vitest'
import { NO_SETTINGS, type DeviceKeys, type KnownWorkspace, type Profile } from './profile.ts'
import { StoreGoneError } from './store.ts'

export interface OpenedProfile {
  readonly profile: Profile
  reopen(): Promise<Profile>
  second(): Promise<Profile>
}

export function profileContract(name: string, open: () => Promise<OpenedProfile>): void {
  describe(`${name} keeps the profile contract`, () => {
    test('the keys of the device are made once, survive, still work, and cannot be taken out', async () => {
      const { profile, reopen } = await open()
      const made = await profile.deviceKeys(makeKeys)
      const again = await reopen()
      const kept = await again.deviceKeys(noMore)
      const message = new Uint8Array([1, 2, 3])
      const signature = await crypto.subtle.sign('Ed25519', kept.signing.privateKey, message)
      expect(await crypto.subtle.verify('Ed25519', made.signing.publicKey, signature, message)).toBe(true)
      const secret = (mine: CryptoKey, other: CryptoKey) =>
        crypto.subtle.deriveBits({ name: 'X25519', public: other }, mine, 256).then((bits) => [...new Uint8Array(bits)])
      const friend = await makeKeys()
      expect(await secret(kept.agreement.privateKey, friend.agreement.publicKey)).toEqual(
        await secret(friend.agreement.privateKey, made.agreement.publicKey),
      )
      for (const { privateKey } of [kept.signing, kept.agreement]) {
        expect(privateKey.extractable).toBe(false)
        for (const format of ['pkcs8', 'jwk', 'raw'] as const) {
          await expect(crypto.subtle.exportKey(format, privateKey)).rejects.toThrow()
        }
      }
      expect((await crypto.subtle.exportKey('raw', kept.signing.publicKey)).byteLength).toBe(32)
    })

    test('of two tabs that are first at once, both have the same keys', async () => {
      const { profile, second } = await open()
      const other = await second()
      const [one, two] = await Promise.all([profile.deviceKeys(makeKeys), other.deviceKeys(makeKeys)])
      expect(await publicKeys(one)).toEqual(await publicKeys(two))
      expect(await publicKeys(await other.deviceKeys(noMore))).toEqual(await publicKeys(one))
    })

    test('keys that cannot be made are reported, and nothing is kept', async () => {
      const { profile } = await open()
      await expect(profile.deviceKeys(noMore)).rejects.toThrow('no more keys')
      await profile.deviceKeys(makeKeys)
    })

    test('lists its workspaces, the last opened first', async () => {
      const { profile, reopen } = await open()
      expect(await profile.workspaces()).toEqual([])
      await profile.putWorkspace(workspace('a', 10))
      await profile.putWorkspace(workspace('b', 30))
      await profile.putWorkspace(workspace('c', 20))
      const again = await reopen()
      expect(await again.workspaces()).toEqual([workspace('b', 30), workspace('c', 20), workspace('a', 10)])
      await again.putWorkspace({ ...workspace('a', 40), name: 'renamed' })
      await again.removeWorkspace('b')
      await again.removeWorkspace('unknown')
      expect(await again.workspaces()).toEqual([{ ...workspace('a', 40), name: 'renamed' }, workspace('c', 20)])
    })

    test('keys of a workspace are added to and never lost, whoever puts what at once', async () => {
      const { profile, reopen, second } = await open()
      const other = await second()
      const keys = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte))
      await profile.putWorkspace({ ...workspace('a', 1), keys: keys.slice(0, 1) })
      await Promise.all([
        profile.putWorkspace({ ...workspace('a', 2), keys: keys.slice(0, 2) }),
        other.putWorkspace({ ...workspace('a', 3), keys: keys.slice(2) }),
      ])
      await profile.putWorkspace(workspace('a', 4))
      const [kept] = await (await reopen()).workspaces()
      expect(kept).toMatchObject({ openedAt: 4 })
      expect(kept?.keys?.map(([byte]) => byte).toSorted()).toEqual([1, 2, 3])
    })

    test('changes single settings, and begins with none', async () => {
      const { profile, reopen, second } = await open()
      expect(await profile.settings()).toEqual(NO_SETTINGS)
      expect(await profile.changeSettings({ displayName: 'Ada', colour: 'teal' })).toMatchObject({ displayName: 'Ada' })
      const other = await second()
      await Promise.all([profile.changeSettings({ workOffline: true }), other.changeSettings({ colour: 'red' })])
      expect(await (await reopen()).settings()).toEqual({ displayName: 'Ada', colour: 'red', workOffline: true })
    })

    test('refuses to work once closed', async () => {
      const { profile } = await open()
      await profile.close()
      await expect(profile.settings()).rejects.toBeInstanceOf(StoreGoneError)
      await expect(profile.putWorkspace(workspace('a', 1))).rejects.toBeInstanceOf(StoreGoneError)
    })
  })
}

async function makeKeys(): Promise<DeviceKeys> {
  const signing = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
  const agreement = await crypto.subtle.generateKey('X25519', false, ['deriveBits'])
  return { signing, agreement }
}

async function noMore(): Promise<never> {
  throw new Error('no more keys')
}

async function publicKeys(keys: DeviceKeys): Promise<number[][]> {
  const raw = await Promise.all([keys.signing, keys.agreement].map((pair) => crypto.subtle.exportKey('raw', pair.publicKey)))
  return raw.map((bytes) => [...new Uint8Array(bytes)])
}

function workspace(id: string, openedAt: number): KnownWorkspace {
  return { id, name: `workspace ${id}`, secret: new Uint8Array([1, 2, 3]), openedAt, role: 'member' }
}
