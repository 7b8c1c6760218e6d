import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createSignalling, type Signalling, type SignallingOptions } from './signalling.ts'

const ending: (() => void)[] = []
afterEach(() => {
  for (const end of ending.splice(0)) end()
})

interface Running {
  readonly signalling: Signalling
  readonly server: Server
  readonly port: number
  client(options?: { autoPong?: boolean }): Promise<Client>
}

interface Client {
  readonly socket: WebSocket
  say(message: unknown): void
  raw(text: string | Buffer): void
  /** The next message; messages that came before it is asked for are kept. */
  next(): Promise<unknown>
  closed: Promise<{ readonly code: number; readonly reason: string }>
  /** Resolves once the server has handled all that was said before. */
  settled(): Promise<void>
}

async function start(options: SignallingOptions = {}): Promise<Running> {
  const signalling = createSignalling(options)
  const server = createServer()
  server.on('upgrade', (request, socket, head) => signalling.handleUpgrade(request, socket, head))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  ending.push(() => {
    signalling.close()
    server.close()
  })
  return { signalling, server, port, client: (given = {}) => openClient(port, given) }
}

async function openClient(port: number, options: { autoPong?: boolean }): Promise<Client> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/signal`, options)
  const inbox: unknown[] = []
  const waiting: ((message: unknown) => void)[] = []
  socket.on('message', (data: Buffer) => {
    const message: unknown = JSON.parse(data.toString())
    const taker = waiting.shift()
    if (taker) taker(message)
    else inbox.push(message)
  })
  // A server that cuts the line is what many tests look for.
  socket.on('error', () => {})
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  })
  ending.push(() => socket.terminate())
  const next = () => (inbox.length > 0 ? Promise.resolve(inbox.shift()) : new Promise((resolve) => waiting.push(resolve)))
  const say = (message: unknown) => socket.send(JSON.stringify(message))
  await once(socket, 'open')
  return {
    socket,
    say,
    raw: (text) => socket.send(text),
    next,
    closed,
    async settled() {
      say({ type: 'ping' })
      expect(await next()).toEqual({ type: 'pong' })
    },
  }
}

test('what is published goes to all subscribers of the topic, the sender included, with their number', async () => {
  const { client } = await start()
  const [ada, bob, eve] = await Promise.all([client(), client(), client()])
  ada.say({ type: 'subscribe', topics: ['room'] })
  bob.say({ type: 'subscribe', topics: ['room', 'other'] })
  eve.say({ type: 'subscribe', topics: ['elsewhere'] })
  await Promise.all([ada.settled(), bob.settled(), eve.settled()])
  ada.say({ type: 'publish', topic: 'room', data: { offer: 1 } })
  const expected = { type: 'publish', topic: 'room', data: { offer: 1 }, clients: 2 }
  expect(await ada.next()).toEqual(expected)
  expect(await bob.next()).toEqual(expected)
  bob.say({ type: 'publish', topic: 'room', data: 'answer' })
  expect(await ada.next()).toMatchObject({ data: 'answer' })
  await eve.settled()
})

test('who has unsubscribed hears no more, and an empty topic is forgotten', async () => {
  const { client, signalling } = await start()
  const [ada, bob] = await Promise.all([client(), client()])
  ada.say({ type: 'subscribe', topics: ['room'] })
  bob.say({ type: 'subscribe', topics: ['room'] })
  await Promise.all([ada.settled(), bob.settled()])
  bob.say({ type: 'unsubscribe', topics: ['room'] })
  await bob.settled()
  ada.say({ type: 'publish', topic: 'room', data: 1 })
  expect(await ada.next()).toMatchObject({ clients: 1 })
  await bob.settled()
  ada.socket.close()
  await ada.closed
  await bob.settled()
  expect(signalling.stats()).toEqual({ clients: 1, topics: 0 })
})

test.each([
  ['not JSON', 'not json'],
  ['not a message', '7'],
  ['not a message', 'null'],
  ['unknown type of message', '{"type":"reboot"}'],
  ['publish needs a topic', '{"type":"publish"}'],
  ['topics must be a list of names', '{"type":"subscribe"}'],
  ['topics must be a list of names', '{"type":"subscribe","topics":"room"}'],
  ['topics must be a list of names', '{"type":"unsubscribe","topics":[1]}'],
])('a bad message ends its own socket, with the reason "%s": %s', async (reason, text) => {
  const { client } = await start()
  const [ada, bob] = await Promise.all([client(), client()])
  ada.raw(text)
  expect(await ada.closed).toEqual({ code: 1007, reason })
  await bob.settled()
})

test('a message nested deeper than can be written again ends its own socket', async () => {
  const { client } = await start()
  const [ada, bob] = await Promise.all([client(), client()])
  ada.say({ type: 'subscribe', topics: ['room'] })
  ada.raw(`{"type":"publish","topic":"room","data":${'['.repeat(30_000)}${']'.repeat(30_000)}}`)
  await Promise.race([ada.closed, ada.next()])
  await bob.settled()
})

test('an invalid WebSocket frame ends its own socket', async () => {
  const { client, port } = await start()
  const bob = await client()
  const raw = connect(port, '127.0.0.1')
  ending.push(() => raw.destroy())
  raw.write(
    'GET /signal HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  )
  await once(raw, 'data')
  // All reserved bits set, unmasked: three errors in two bytes.
  raw.write(Buffer.from([0xff, 0x7f]))
  raw.resume()
  await once(raw, 'close')
  await bob.settled()
})

test('a message over the bound ends its own socket', async () => {
  const { client } = await start({ limits: { messageBytes: 1000 } })
  const [ada, bob] = await Promise.all([client(), client()])
  ada.raw('x'.repeat(1001))
  expect((await ada.closed).code).toBe(1009)
  await bob.settled()
})

test('a flood ends its own socket once the burst is spent', async () => {
  const { client } = await start({ now: () => 0, limits: { burst: 20 } })
  const [ada, bob] = await Promise.all([client(), client()])
  for (let i = 0; i < 21; i++) ada.say({ type: 'ping' })
  expect(await ada.closed).toEqual({ code: 1008, reason: 'too many messages' })
  await bob.settled()
})

test('a socket holds no more topics than the bound, and the same one twice counts once', async () => {
  const { client, signalling } = await start({ limits: { topics: 3, topicChars: 5 } })
  const [ada, bob] = await Promise.all([client(), client()])
  ada.say({ type: 'subscribe', topics: ['a', 'b', 'c', 'a'] })
  await ada.settled()
  ada.say({ type: 'subscribe', topics: ['d'] })
  expect(await ada.closed).toEqual({ code: 1008, reason: 'too many topics' })
  bob.say({ type: 'subscribe', topics: ['sixsix'] })
  expect(await bob.closed).toEqual({ code: 1008, reason: 'topic name too long' })
  expect(signalling.stats().topics).toBe(0)
})

test('a client over the bound is turned away, and let in once there is room', async () => {
  const { client, port } = await start({ limits: { clients: 1 } })
  const ada = await client()
  const refused = new WebSocket(`ws://127.0.0.1:${port}/signal`)
  const [error] = (await once(refused, 'error')) as [Error]
  expect(error.message).toContain('503')
  ada.socket.close()
  await ada.closed
  await (await client()).settled()
})

test('a client that is not admitted is turned away', async () => {
  const { port } = await start({ admits: (request) => request.headers.origin === 'http://localhost' })
  const refused = new WebSocket(`ws://127.0.0.1:${port}/signal`, { origin: 'http://evil.example' })
  const [error] = (await once(refused, 'error')) as [Error]
  expect(error.message).toContain('403')
})

test('a socket that gives no sign of life is reaped, one that does stays', async () => {
  const { client, signalling } = await start()
  const [ada, dead] = await Promise.all([client(), client({ autoPong: false })])
  const pinged = Promise.all([once(ada.socket, 'ping'), once(dead.socket, 'ping')])
  signalling.reap()
  await pinged
  // Behind the pong on the same line, so the server has both once this is answered.
  await ada.settled()
  signalling.reap()
  expect((await dead.closed).code).toBe(1006)
  await ada.settled()
  expect(signalling.stats().clients).toBe(1)
})

test('a reader that does not read is cut off, and the others hear everything', async () => {
  const { client } = await start({ limits: { waitingBytes: 100_000, burst: 1e9 } })
  const [ada, slow] = await Promise.all([client(), client()])
  slow.say({ type: 'subscribe', topics: ['room'] })
  await slow.settled()
  slow.socket.pause()
  let clients = 1
  ada.say({ type: 'subscribe', topics: ['room'] })
  for (let sent = 0; sent < 2000 && clients !== 0; sent++) {
    ada.say({ type: 'publish', topic: 'room', data: 'x'.repeat(60_000) })
    const heard = (await ada.next()) as { clients: number }
    if (heard.clients === 1) clients = 0
  }
  expect(clients).toBe(0)
})

test('closing ends every socket', async () => {
  const { client, signalling } = await start()
  const ada = await client()
  signalling.close()
  await ada.closed
  expect(signalling.stats().clients).toBe(0)
})
