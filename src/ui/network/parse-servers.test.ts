import { expect, test } from 'vitest'
import { parseIce, parseSignalling, writtenIce } from './parse-servers.ts'

const signalling = (text: string, isSecure = false): unknown => {
  const parsed = parseSignalling(text, isSecure)
  return parsed.ok ? parsed.value : parsed.refusal.detail
}
const ice = (text: string): unknown => {
  const parsed = parseIce(text)
  return parsed.ok ? parsed.value : parsed.refusal.detail
}

test('addresses of signalling, a line each', () => {
  expect(signalling(' wss://a.example/signal \n\nws://localhost:8080/signal\nwss://a.example/signal')).toEqual([
    'wss://a.example/signal',
    'ws://localhost:8080/signal',
  ])
  expect(signalling('')).toEqual([])
})

test.each(['https://a.example', 'a.example', 'javascript:alert(1)', 'wss://', 'wss://a.example/#x'])('%s is none', (text) => {
  expect(signalling(text)).toContain('is no address of a signalling server')
})

test('a page that came by https opens encrypted ones only, and this very machine', () => {
  expect(signalling('ws://a.example/signal', true)).toContain('is not encrypted')
  expect(signalling('ws://127.0.0.1:1/signal\nws://localhost/x', true)).toHaveLength(2)
})

test('STUN and TURN, with what each takes', () => {
  const text = 'stun:stun.example:3478\nturns:turn.example:443?transport=tcp ada secret\nstun:[::1]:3478'
  expect(ice(text)).toEqual([
    { urls: 'stun:stun.example:3478' },
    { urls: 'turns:turn.example:443?transport=tcp', username: 'ada', credential: 'secret' },
    { urls: 'stun:[::1]:3478' },
  ])
  const parsed = parseIce(text)
  expect(parsed.ok && writtenIce(parsed.value)).toBe(text)
})

test.each([
  ['stun.example', 'is no STUN or TURN server'],
  ['http://stun.example', 'is no STUN or TURN server'],
  ['stun:a.example:99999', 'is no STUN or TURN server'],
  ['stun://a.example', 'is no STUN or TURN server'],
  ['turn:a.example', 'write its name and its password'],
  ['turn:a.example ada', 'write its name and its password'],
  ['turn:a.example ada secret more', 'There is more on the line'],
  ['stun:a.example ada', 'takes no name'],
])('%s: %s', (text, words) => {
  expect(ice(text)).toContain(words)
})

test('ten are enough', () => {
  const many = Array.from({ length: 11 }, (_, i) => i)
  expect(signalling(many.map((i) => `wss://s${i}.example`).join('\n'))).toContain('10 servers are enough')
  expect(ice(many.map((i) => `stun:s${i}.example`).join('\n'))).toContain('10 servers are enough')
})
