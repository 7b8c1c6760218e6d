import { describe, expect, test } from 'vitest'
import { toHex, utf8 } from '../base/bytes.ts'
import { seededBytes, seededRandom } from '../base/random.ts'
import { bindingOf } from './rtc-binding.ts'
import type { LaneConnection } from './rtc-connection.ts'
import { admitsAwareness, admitsMessage } from './rtc-gate.ts'
import { laneLink } from './rtc-link.ts'
import { createSealer } from './rtc-seal.ts'

const print = (byte: string): string => Array.from({ length: 32 }, () => byte).join(':')
const sdp = (...lines: string[]): string =>
  ['v=0', ...lines.map((line) => `a=fingerprint:${line}`), 'm=application', ''].join('\r\n')
const ADA = sdp(`sha-256 ${print('AA')}`)
const BOB = sdp(`sha-256 ${print('BB')}`)

describe('the binding of a link', () => {
  test('both ends compute the same, whatever the case, and a swapped certificate gives another', () => {
    const binding = bindingOf(ADA, BOB) as Uint8Array
    expect(binding.length).toBe(32)
    expect(toHex(bindingOf(BOB.toLowerCase(), ADA) as Uint8Array)).toBe(toHex(binding))
    expect(bindingOf(ADA, sdp(`sha-256 ${print('EE')}`))).not.toEqual(binding)
  })

  test('the same certificate named twice is one; two certificates, none, or another digest make no binding', () => {
    expect(bindingOf(ADA, sdp(`sha-256 ${print('BB')}`, `sha-256 ${print('bb')}`))).toEqual(bindingOf(ADA, BOB))
    for (const bad of [
      sdp(),
      sdp(`sha-256 ${print('BB')}`, `sha-256 ${print('EE')}`),
      sdp(`sha-1 ${print('BB')}`),
      sdp('sha-256 BB'),
    ]) {
      expect(bindingOf(ADA, bad)).toBeUndefined()
    }
  })
})

describe('the lane as a link', () => {
  test('it opens also when the description of the other end does not show yet', () => {
    expect(laneLink(connection({ remoteDescription: null, remoteSdp: BOB }), 'b', () => {})?.link.binding).toEqual(
      bindingOf(ADA, BOB),
    )
  })

  test('it does not open while the certificates are in doubt', () => {
    expect(laneLink(connection({ remoteDescription: null, remoteSdp: undefined }), 'b', () => {})).toBeUndefined()
  })

  test('frames are no larger than the channel carries', () => {
    expect(laneLink(connection({ sctp: { maxMessageSize: 16_384 } }), 'b', () => {})?.link.maxFrame).toBe(16_384)
    expect(laneLink(connection({ sctp: { maxMessageSize: 262_144 } }), 'b', () => {})?.link.maxFrame).toBe(65_536)
  })

  test('a network that refuses a frame closes the link, and throws into nobody', () => {
    const reasons: string[] = []
    const lane = Object.assign(new EventTarget(), {
      bufferedAmount: 0,
      send() {
        throw new Error('send queue is full')
      },
    })
    laneLink(connection({ lane }), 'b', (reason) => reasons.push(reason))?.link.send(Uint8Array.of(1))
    expect(reasons).toEqual(['sending failed: send queue is full'])
  })

  function connection(over: object): LaneConnection {
    const lane = Object.assign(new EventTarget(), { bufferedAmount: 0, send() {} })
    return {
      lane,
      localDescription: { sdp: ADA },
      remoteDescription: { sdp: BOB },
      sctp: null,
      ...over,
    } as unknown as LaneConnection
  }
})

describe('the gate of awareness', () => {
  const text = (value: string): number[] => [value.length, ...utf8(value)]
  const admits = (update: number[], knownCount = 0): boolean => admitsAwareness(Uint8Array.from(update), () => false, knownCount)

  test('small states pass, also one that takes a client away', () => {
    expect(admits([2, 5, 1, ...text('{}'), 6, 2, ...text('null')])).toBe(true)
    expect(admitsMessage(Uint8Array.from([1, 6, 1, 5, 1, ...text('{}')]), () => false, 0)).toBe(true)
  })

  test.each([
    ['what is cut short', [1, 5, 1, 20, 123]],
    ['what goes on afterwards', [1, 5, 1, ...text('{}'), 0]],
    ['what is not JSON', [1, 5, 1, ...text('{')]],
    ['a state that is a list', [1, 5, 1, ...text('[]')]],
    ['a state that is a number', [1, 5, 1, ...text('1')]],
    ['a clock near the end of numbers', [1, 5, 255, 255, 255, 255, 255, 255, 255, 15, ...text('{}')]],
    ['more states than anybody has', [255, 255, 3]],
  ])('%s does not', (_title, update) => {
    expect(admits(update)).toBe(false)
  })

  test('a new client is not heard when there are too many, a known one is', () => {
    const update = Uint8Array.from([1, 5, 1, ...text('{}')])
    expect(admitsAwareness(update, () => false, 512)).toBe(false)
    expect(admitsAwareness(update, () => true, 512)).toBe(true)
  })

  test.each([0, 2, 3, 4, 9])('message type %i does not pass', (type) => {
    expect(admitsMessage(Uint8Array.of(type, 1, 0), () => false, 0)).toBe(false)
  })
})

describe('sealed signalling', () => {
  const random = seededBytes(seededRandom(1))
  const sealer = (secret: string, room = 'room') => createSealer(utf8(secret), room, random)

  test('what one seals the other opens', async () => {
    const text = await sealer('secret').seal({ type: 'announce', from: 'a' })
    expect(text).not.toContain('announce')
    expect(await sealer('secret').open(text)).toEqual({ type: 'announce', from: 'a' })
  })

  test('another secret, another room, a changed text and plain words open nothing', async () => {
    const text = await sealer('secret').seal({ type: 'announce' })
    const changed = `${text.slice(0, -2)}${text.at(-2) === 'A' ? 'B' : 'A'}${text.at(-1)}`
    expect(await sealer('other').open(text)).toBeUndefined()
    expect(await sealer('secret', 'elsewhere').open(text)).toBeUndefined()
    for (const bad of [changed, '', 'plain', { type: 'announce' }, null, 'A'.repeat(70_000)])
      expect(await sealer('secret').open(bad)).toBeUndefined()
  })
})
