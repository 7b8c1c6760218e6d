import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRequestGuard } from './request-guard.ts'

const guard = createRequestGuard({
  host: '127.0.0.1',
  allowHosts: ['board.example'],
  allowOrigins: ['https://pages.example'],
})

test.each([
  'localhost',
  'localhost:8080',
  '127.0.0.1:8080',
  '[::1]:8080',
  '192.168.0.7',
  'board.example',
  'worknode.localhost:1',
])('a request to %s is for this host', (host) => expect(guard(host, undefined)).toEqual({ ok: true, value: null }))

test.each(['evil.example', 'localhost.evil.example:8080', 'evil.example@localhost.evil', 'board.example.', '', 'a b', undefined])(
  'a name that was pointed at this machine is refused, and the way to allow it is named: %s',
  (host) => expect(guard(host, undefined)).toMatchObject({ ok: false, refusal: { code: 'permission_denied' } }),
)

test.each([
  ['localhost:8080', 'http://localhost:8080'],
  // A proxy ends TLS before us.
  ['board.example', 'https://board.example'],
  ['localhost:8080', 'https://pages.example'],
])('to %s pages of %s may speak', (host, origin) => expect(guard(host, origin).ok).toBe(true))

test.each([
  ['localhost:8080', 'http://localhost:5173'],
  ['localhost:8080', 'https://evil.example'],
  ['localhost:8080', 'null'],
  ['localhost:8080', ''],
  ['localhost:8080', 'https://pages.example.evil'],
])('to %s pages of %s may not', (host, origin) => expect(guard(host, origin).ok).toBe(false))

test('whatever is given as host or origin, the answer is a value', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }),
      (host, origin) => typeof guard(host, origin).ok === 'boolean',
    ),
  )
})
