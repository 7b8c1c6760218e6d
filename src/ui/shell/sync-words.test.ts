import { expect, test } from 'vitest'
import type { SyncState } from '../session.ts'
import { syncWords } from './sync-words.ts'

const calm: SyncState = { save: { pending: 0, problem: null }, peers: 3, unshared: 0, offline: false, detail: '' }
const words = (state: Partial<SyncState>): string => syncWords({ ...calm, ...state }).text

test.each([
  ['3 peers, all changes saved and shared', {}],
  ['1 peer, all changes saved and shared', { peers: 1 }],
  ['2 peers, sharing 1,204 changes', { peers: 2, unshared: 1204 }],
  ['No peers, all changes saved here', { peers: 0 }],
  ['No peers, 1 change waits', { peers: 0, unshared: 1 }],
  ['Offline, 12 changes wait', { offline: true, peers: 0, unshared: 12 }],
  ['Offline, all changes saved here', { offline: true, peers: 0 }],
  ['Saving…', { save: { pending: 1, problem: null } }],
  ['Not saved: The disk is full.', { save: { pending: 4, problem: 'The disk is full.' } }],
] satisfies [string, Partial<SyncState>][])('the header says “%s”', (text, state) => {
  expect(words(state)).toBe(text)
})

test('while anything is in memory only, nothing is called saved, online or offline', () => {
  for (const offline of [true, false]) {
    expect(words({ offline, peers: 0, save: { pending: 1, problem: null } })).not.toMatch(/saved/)
  }
})
