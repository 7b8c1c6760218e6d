/**
 * Signalling: how peers that share a room name find each other, in the protocol of y-webrtc.
 *
 * A socket subscribes to topics; what anybody publishes to a topic goes to all its subscribers, the sender included, with their
 * number in `clients`. The server keeps nothing, reads no payload (peers encrypt it) and trusts no sender: what one socket sends
 * can end that socket, with a reason, and nothing else. Every bound is in `core/limits.ts`.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type RawData, type WebSocket } from 'ws'
import { createTokenBucket } from '../base/token-bucket.ts'
import { LOCAL } from '../core/limits.ts'

export interface Signalling {
  /** Takes over the socket of an HTTP upgrade. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Asks every socket for a sign of life, and ends those that gave none since the last time. */
  reap(): void
  stats(): { readonly clients: number; readonly topics: number }
  /** Ends all sockets. */
  close(): void
}

export interface SignallingOptions {
  /** Who may connect. Everybody, unless told: on loopback the Origin of a page proves nothing, and rooms are unguessable. */
  readonly admits?: (request: IncomingMessage) => boolean
  readonly now?: () => number
  readonly limits?: Partial<SignallingLimits>
}

export interface SignallingLimits {
  readonly clients: number
  readonly topics: number
  readonly topicChars: number
  readonly messageBytes: number
  readonly messagesPerSecond: number
  readonly burst: number
  /** Bytes that may wait for a slow reader before it is cut off. */
  readonly waitingBytes: number
}

const LIMITS: SignallingLimits = {
  clients: LOCAL.signalClients,
  topics: LOCAL.signalTopics,
  topicChars: LOCAL.nameChars,
  messageBytes: LOCAL.signalMessageBytes,
  messagesPerSecond: LOCAL.signalMessagesPerSecond,
  burst: LOCAL.signalBurst,
  waitingBytes: 16 * LOCAL.signalMessageBytes,
}

/** Close codes of RFC 6455: what the other side did. */
const BAD_DATA = 1007
const POLICY = 1008
const GOING_AWAY = 1001

export function createSignalling(options: SignallingOptions = {}): Signalling {
  const { admits = () => true, now = () => performance.now() } = options
  const limits = { ...LIMITS, ...options.limits }
  const server = new WebSocketServer({ noServer: true, maxPayload: limits.messageBytes, perMessageDeflate: false })
  const subscribers = new Map<string, Set<WebSocket>>()
  const answered = new WeakSet<WebSocket>()

  server.on('connection', (socket) => {
    const topics = new Set<string>()
    const bucket = createTokenBucket(limits.messagesPerSecond, limits.burst, now())
    answered.add(socket)
    socket.on('pong', () => answered.add(socket))
    // A broken or oversized frame: `ws` has closed the socket with the fitting code; unheard, the event would end the process.
    socket.on('error', () => {})
    socket.on('close', () => {
      for (const topic of topics) leave(topic, socket)
      topics.clear()
    })
    socket.on('message', (data) => {
      if (socket.readyState !== socket.OPEN) return
      if (!bucket.take(now())) return socket.close(POLICY, 'too many messages')
      const message = parseMessage(data)
      if (typeof message === 'string') return socket.close(BAD_DATA, message)
      receive(socket, topics, message)
    })
  })

  function receive(socket: WebSocket, topics: Set<string>, message: Message): void {
    switch (message.type) {
      case 'ping':
        return send(socket, '{"type":"pong"}')
      case 'publish': {
        const receivers = subscribers.get(message.topic)
        if (!receivers) return
        const text = textOf({ ...message.whole, clients: receivers.size })
        if (text === undefined) return socket.close(BAD_DATA, 'nested too deeply')
        // A receiver that is cut off leaves the set while we walk it, which a Set allows.
        for (const receiver of receivers) send(receiver, text)
        return
      }
      case 'unsubscribe':
        for (const topic of message.topics) if (topics.delete(topic)) leave(topic, socket)
        return
      case 'subscribe':
        for (const topic of message.topics) {
          if (topic.length > limits.topicChars) return socket.close(POLICY, 'topic name too long')
          if (!topics.has(topic) && topics.size >= limits.topics) return socket.close(POLICY, 'too many topics')
          topics.add(topic)
          const others = subscribers.get(topic)
          if (others) others.add(socket)
          else subscribers.set(topic, new Set([socket]))
        }
    }
  }

  function leave(topic: string, socket: WebSocket): void {
    const sockets = subscribers.get(topic)
    sockets?.delete(socket)
    if (sockets?.size === 0) subscribers.delete(topic)
  }

  function send(socket: WebSocket, text: string): void {
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > limits.waitingBytes) socket.terminate()
    else socket.send(text)
  }

  return {
    handleUpgrade(request, socket, head) {
      // Until `ws` takes it over, a reset of this socket is nobody's to hear.
      const ignore = () => {}
      socket.on('error', ignore)
      if (!admits(request)) return void socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
      if (server.clients.size >= limits.clients) {
        return void socket.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n\r\n')
      }
      server.handleUpgrade(request, socket, head, (upgraded) => {
        socket.off('error', ignore)
        server.emit('connection', upgraded, request)
      })
    },
    reap() {
      for (const socket of server.clients) {
        if (!answered.delete(socket)) socket.terminate()
        else socket.ping()
      }
    },
    stats: () => ({ clients: server.clients.size, topics: subscribers.size }),
    close() {
      for (const socket of server.clients) {
        socket.close(GOING_AWAY, 'the server is stopping')
        socket.terminate()
      }
      server.close()
    },
  }
}

/** Nothing, where the nesting overflows the stack: JSON can be read deeper than it can be written. */
function textOf(message: object): string | undefined {
  try {
    return JSON.stringify(message)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

type Message =
  | { readonly type: 'ping' }
  | { readonly type: 'publish'; readonly topic: string; readonly whole: object }
  | { readonly type: 'subscribe' | 'unsubscribe'; readonly topics: readonly string[] }

/** The message, or what is wrong with it. Short enough for the reason of a close frame (123 bytes). */
function parseMessage(data: RawData): Message | string {
  let whole: unknown
  try {
    // One socket, one text: `ws` hands over Buffer unless told otherwise.
    whole = JSON.parse((data as Buffer).toString('utf8'))
  } catch {
    return 'not JSON'
  }
  if (typeof whole !== 'object' || whole === null || !('type' in whole)) return 'not a message'
  switch (whole.type) {
    case 'ping':
      return { type: 'ping' }
    case 'publish':
      if (!('topic' in whole) || typeof whole.topic !== 'string') return 'publish needs a topic'
      return { type: 'publish', topic: whole.topic, whole }
    case 'subscribe':
    case 'unsubscribe': {
      const topics: unknown = 'topics' in whole ? whole.topics : undefined
      if (!Array.isArray(topics)) return 'topics must be a list of names'
      const names: unknown[] = topics
      return names.every((name) => typeof name === 'string')
        ? { type: whole.type, topics: names }
        : 'topics must be a list of names'
    }
    default:
      return 'unknown type of message'
  }
}
