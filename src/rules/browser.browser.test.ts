import { expect, test } from 'vitest'

test('the browser of the tests can do what the app needs', async () => {
  expect(isSecureContext).toBe(true)
  expect(typeof RTCPeerConnection).toBe('function')
  expect(await navigator.locks.request('probe', () => 'held')).toBe('held')
  const ed25519 = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
  const x25519 = await crypto.subtle.generateKey('X25519', false, ['deriveBits'])
  expect([ed25519.privateKey.extractable, x25519.privateKey.extractable]).toEqual([false, false])
  const opened = indexedDB.open('probe')
  await new Promise((resolve, reject) => {
    opened.addEventListener('success', resolve)
    opened.addEventListener('error', reject)
  })
  opened.result.close()
  indexedDB.deleteDatabase('probe')
})
