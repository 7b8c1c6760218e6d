import { expect, test, vi } from 'vitest'
import type { Exchange } from '../sync/exchange.ts'
import type { HostLog } from './host-log.ts'
import { meetOverWebrtc } from './host-webrtc.ts'

vi.mock('@roamhq/wrtc', () => {
  throw new Error('Could not find wrtc binary')
})

test('where there is no binary for the platform, the host says so in one line and runs without', async () => {
  const lines: unknown[] = []
  const log = {
    debug() {},
    info() {},
    error() {},
    flush() {},
    warn: (_: object, line: string) => void lines.push(line),
  } as unknown as HostLog
  const leave = await meetOverWebrtc({
    workspace: new Uint8Array(32),
    roomSecret: new Uint8Array(16),
    exchange: {} as Exchange,
    signalling: ['ws://localhost:1/signal'],
    own: '',
    iceServers: [],
    log,
  })
  leave()
  expect(lines).toEqual([expect.stringMatching(/^no WebRTC for \w+-\w+:/)])
})
