import { expect, test } from 'vitest'
import { bytes, lagWords, routeWords } from './link-words.ts'

test('sizes in as few digits as say enough', () => {
  expect([0, 999, 1000, 9949, 12_345, 1_400_000, 2.5e9].map(bytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '9.9 kB',
    '12 kB',
    '1.4 MB',
    '2.5 GB',
  ])
})

test('the way of a link is said as far as it is known', () => {
  expect(routeWords('webrtc', null)).toBe('By WebRTC')
  expect(routeWords('webrtc', { relayed: false, roundTripMs: 12 })).toBe(
    'By WebRTC, straight to the other device, 12 ms there and back',
  )
  expect(routeWords('webrtc', { relayed: true, roundTripMs: null })).toBe('By WebRTC, over a relay (TURN), which cannot read it')
  expect(routeWords('broadcast', null)).toBe('In this browser, from tab to tab')
})

test('lag', () => {
  expect([null, 0, 412.4, 1530].map(lagWords)).toEqual(['nothing sent yet', '0 ms', '412 ms', '1.5 s'])
})
