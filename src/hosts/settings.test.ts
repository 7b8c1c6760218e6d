import { expect, test } from 'vitest'
import { readSettings } from './settings.ts'

test('without anything said, the host is for this machine only, on port 8080', () => {
  expect(readSettings({})).toEqual({
    ok: true,
    value: {
      host: '127.0.0.1',
      port: 8080,
      dataDir: '.worknode',
      open: true,
      tls: null,
      allowHosts: [],
      allowOrigins: [],
      webrtc: false,
      logLevel: 'info',
      pace: { perMinute: 600, burst: 100 },
      page: { signalling: [], iceServers: [] },
    },
  })
})

test('an empty variable is as good as none', () => {
  expect(readSettings({ PORT: '', HOST: '', WORKNODE_DATA: '', SIGNALING_URLS: '', ICE_SERVERS: '' })).toEqual(readSettings({}))
})

test('the rate is two numbers above nothing, or it is refused', () => {
  expect(readSettings({ RATE: '60/10' })).toMatchObject({ value: { pace: { perMinute: 60, burst: 10 } } })
  for (const rate of ['60', '0/10', '60/0', '-1/10', 'fast'])
    expect(readSettings({}, { rate })).toMatchObject({ ok: false, refusal: { code: 'invalid' } })
})

test('flags win over the environment', () => {
  const env = { PORT: '1', HOST: '0.0.0.0', WORKNODE_DATA: 'a', WORKNODE_OPEN: '1' }
  expect(readSettings(env, { port: '0', host: '::1', data: 'b', open: false })).toMatchObject({
    value: { port: 0, host: '::1', dataDir: 'b', open: false },
  })
  expect(readSettings({ WORKNODE_OPEN: '0' }, { open: true })).toMatchObject({ value: { open: false } })
})

test('signalling and ICE servers are read for the page', () => {
  const ice = [{ urls: ['stun:s.example'] }, { urls: 'turn:t.example', username: 'u', credential: 'c' }]
  expect(
    readSettings({ SIGNALING_URLS: 'wss://a.example/signal, ws://b.example', ICE_SERVERS: JSON.stringify(ice) }),
  ).toMatchObject({
    value: { page: { signalling: ['wss://a.example/signal', 'ws://b.example'], iceServers: ice } },
  })
})

test('certificate, names, origins and the log level are taken from flags or the environment', () => {
  const env = {
    TLS_CERT: 'c.pem',
    TLS_KEY: 'k.pem',
    ALLOW_HOSTS: 'Board.example, b',
    ALLOW_ORIGINS: 'https://a.example',
    LOG_LEVEL: 'warn',
  }
  const said = {
    tls: { cert: 'c.pem', key: 'k.pem' },
    allowHosts: ['board.example', 'b'],
    allowOrigins: ['https://a.example'],
    logLevel: 'warn',
  }
  expect(readSettings(env)).toMatchObject({ value: said })
  expect(readSettings(env, { allowHost: ['c'], logLevel: 'debug', webrtc: true })).toMatchObject({
    value: { allowHosts: ['c'], logLevel: 'debug', webrtc: true },
  })
})

test.each([
  [{ TLS_CERT: 'c.pem' }, '--tls-key'],
  [{ ALLOW_HOSTS: 'a.example:80' }, '--allow-host'],
  [{ ALLOW_ORIGINS: 'https://a.example/' }, '--allow-origin'],
  [{ ALLOW_ORIGINS: 'null' }, '--allow-origin'],
  [{ LOG_LEVEL: 'loud' }, 'log level'],
  [{ PORT: '80a' }, 'port'],
  [{ PORT: '-1' }, 'port'],
  [{ PORT: '65536' }, 'port'],
  [{ SIGNALING_URLS: 'https://a.example' }, 'SIGNALING_URLS'],
  [{ SIGNALING_URLS: 'nonsense' }, 'SIGNALING_URLS'],
  [{ ICE_SERVERS: 'nonsense' }, 'ICE_SERVERS'],
  [{ ICE_SERVERS: '[{"url":"stun:x"}]' }, 'ICE_SERVERS'],
])('a value that makes no sense is refused by name: %j', (env, name) => {
  const read = readSettings(env)
  expect(read).toMatchObject({ ok: false, refusal: { code: 'invalid' } })
  expect(!read.ok && read.refusal.detail).toContain(name)
})
