import { expect, test } from 'vitest'
import { toBase64Url } from '../base/bytes.ts'
import { encodeCbor } from '../core/cbor.ts'
import { type Invite, encodeInvite, parseInvite, roomName } from './invite.ts'

const filled = (length: number, byte: number): Uint8Array<ArrayBuffer> => new Uint8Array(length).fill(byte)
const invite: Invite = {
  workspace: filled(32, 1),
  secret: filled(16, 2),
  seed: filled(32, 3),
  signalling: ['wss://a.example/signal'],
  batches: [filled(300, 4)],
}

test('a link says what was put into it, whole, as a fragment or as the bare code', () => {
  const code = encodeInvite(invite)
  for (const link of [`https://board.example/app/#join=${code}`, `#join=${code}`, code, ` ${code}\n`])
    expect(parseInvite(link)).toEqual({ ok: true, value: invite })
})

test('a link says what the newcomer is to do, and one with a purpose that is not known is refused', () => {
  for (const purpose of [{ kind: 'admin' }, { kind: 'device', of: filled(33, 1) }] as const)
    expect(parseInvite(encodeInvite({ ...invite, purpose }))).toEqual({ ok: true, value: { ...invite, purpose } })
  for (const said of [['owner'], ['admin', 1], ['device'], ['device', filled(32, 1)], 'admin', {}, []]) {
    const { workspace, secret, seed } = invite
    const code = toBase64Url(encodeCbor([1, workspace, secret, seed, [], [], said]))
    expect(parseInvite(code)).toMatchObject({ ok: false, refusal: { detail: expect.stringContaining('newer version') } })
  }
})

test('a short link stays short', () => {
  expect(encodeInvite({ ...invite, signalling: [], batches: [] }).length).toBeLessThan(125)
})

test('a link that was cut anywhere is refused with a sentence', () => {
  const code = encodeInvite(invite)
  for (let length = 0; length < code.length; length++)
    expect(parseInvite(`#join=${code.slice(0, length)}`)).toMatchObject({ ok: false, refusal: { code: 'bad_request' } })
})

test('what is no link at all is refused', () => {
  for (const text of ['', 'hello there', 'https://board.example/', '#join=%%%', '#join=AAAA', 'x'.repeat(100_000)])
    expect(parseInvite(text).ok).toBe(false)
})

test('the room tells nothing of the workspace and changes with the secret', () => {
  const room = roomName(invite.workspace, invite.secret)
  expect(room).toMatch(/^wn1-[A-Za-z0-9_-]{43}$/)
  expect(roomName(invite.workspace, filled(16, 9))).not.toBe(room)
})
