import { describe, expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { seededRandom } from '../base/random.ts'
import { judgeSignal, type SessionView } from './rtc-signals.ts'

const SDP = 'v=0\r\na=ice-ufrag:abcd\r\n'
const fresh: SessionView = { initiator: true, alive: false, awaitsAnswer: true, remoteSdp: undefined }
const answered: SessionView = { initiator: true, alive: false, awaitsAnswer: false, remoteSdp: SDP }
const called: SessionView = { initiator: false, alive: false, awaitsAnswer: false, remoteSdp: SDP }

describe('signals', () => {
  const signal = (inner: unknown, from = 'b') => ({ type: 'signal', from, to: 'm', signal: inner })
  const candidate = (fragment = 'abcd', over = {}) => ({
    type: 'candidate',
    candidate: {
      candidate: `candidate:1 1 udp 1 192.0.2.1 5 typ host ufrag ${fragment}`,
      sdpMid: '0',
      sdpMLineIndex: 0,
      ...over,
    },
  })
  const offer = { type: 'offer', sdp: SDP }
  const answer = { type: 'answer', sdp: SDP }

  const table: readonly [string, unknown, SessionView | undefined, string][] = [
    ['an announcement of a smaller id is called', { type: 'announce', from: 'b' }, undefined, 'pass'],
    ['an announcement of a greater id is answered, so that it calls', { type: 'announce', from: 'z' }, undefined, 'answer'],
    ['an announcement of a known peer changes nothing', { type: 'announce', from: 'b' }, answered, 'drop'],
    ['an announcement for somebody else is not ours', { type: 'announce', from: 'b', to: 'x' }, undefined, 'drop'],
    ['our own words are not heard', { type: 'announce', from: 'm' }, undefined, 'drop'],
    ['an offer of a greater id is taken', signal(offer, 'z'), undefined, 'pass'],
    ['an offer of a smaller id is not: it waits for our call', signal(offer), undefined, 'drop'],
    ['an offer that came twice is heard once', signal(offer, 'z'), called, 'drop'],
    ['another offer ends the attempt before it', signal({ ...offer, sdp: 'v=0' }, 'z'), called, 'replace'],
    ['another offer does not end a link that works', signal({ ...offer, sdp: 'v=0' }, 'z'), { ...called, alive: true }, 'drop'],
    ['an answer to our offer passes', signal(answer), fresh, 'pass'],
    ['an answer from somebody unknown is dropped', signal(answer), undefined, 'drop'],
    ['a second answer is dropped even before the first is applied', signal(answer), { ...fresh, remoteSdp: SDP }, 'drop'],
    ['an answer to an end that did not call is dropped', signal(answer, 'z'), called, 'drop'],
    ['a candidate of the session passes', signal(candidate()), answered, 'pass'],
    ['a candidate from somebody unknown is dropped', signal(candidate()), undefined, 'drop'],
    ['a candidate of another session is dropped', signal(candidate('efgh')), answered, 'drop'],
    ['a candidate before any description is dropped', signal(candidate()), fresh, 'drop'],
    ['a candidate of no shape is dropped', signal(candidate('abcd', { sdpMid: {} })), answered, 'drop'],
    ['a description without end is dropped', signal({ ...offer, sdp: 'x'.repeat(16_385) }, 'z'), undefined, 'drop'],
    ['a wish to renegotiate is dropped', signal({ renegotiate: true }), answered, 'drop'],
    ['a signal of nothing is dropped', signal(null), answered, 'drop'],
    ['what is not a message is dropped', 'hello', undefined, 'drop'],
    ['an id without end is dropped', { type: 'announce', from: 'b'.repeat(65) }, undefined, 'drop'],
  ]
  test.each(table)('%s', (_title, message, known, act) => {
    expect(judgeSignal('m', message, () => known).act).toBe(act)
  })

  test('hazard 13: peers with the random caps of y-webrtc form one mesh under these rules, with one fixed cap they do not', () => {
    for (let seed = 0; seed < 40; seed++) {
      const random = seededRandom(seed)
      expect(islands(22 + Math.floor(random() * 80), () => 20 + Math.floor(random() * 15), random)).toBe(1)
    }
    expect(islands(22, () => 20, seededRandom(1))).toBeGreaterThan(1)
  })

  test('hazard 13: no cap is passed to y-webrtc', () => {
    expect(readFileSync(new URL('webrtc-session.ts', import.meta.url), 'utf8')).not.toMatch(/maxConns:/)
  })
})

/** Peers join one by one, then announce themselves again twice; how many groups cannot reach each other. */
function islands(count: number, capOf: () => number, random: () => number): number {
  const peers = Array.from({ length: count }, () => ({ id: random().toString(36), cap: capOf(), links: new Set<string>() }))
  const joined: typeof peers = []
  const announce = (from: (typeof peers)[number]): void => {
    if (from.links.size >= from.cap) return
    for (const to of joined) {
      if (to === from) continue
      const known = to.links.has(from.id) ? answered : undefined
      const { act } = judgeSignal(to.id, { type: 'announce', from: from.id }, () => known)
      const caller = act === 'pass' ? to : from
      // Who answers must have a place; who calls must have one; who is called takes any offer.
      if (act === 'drop' || caller.links.size >= caller.cap || to.links.size >= to.cap) continue
      to.links.add(from.id)
      from.links.add(to.id)
    }
  }
  for (const peer of peers) {
    joined.push(peer)
    announce(peer)
  }
  for (let round = 0; round < 2; round++) joined.forEach(announce)
  const byId = new Map(peers.map((peer) => [peer.id, peer]))
  const seen = new Set<string>()
  let groups = 0
  for (const { id } of peers) {
    if (seen.has(id)) continue
    groups++
    const reach = [id]
    for (let next = reach.pop(); next !== undefined; next = reach.pop()) {
      if (seen.has(next)) continue
      seen.add(next)
      reach.push(...(byId.get(next)?.links ?? []))
    }
  }
  return groups
}
