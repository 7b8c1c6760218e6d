/**
 * A signalling socket of y-webrtc, watched: what comes in is opened and judged before y-webrtc hears it, what goes out is
 * sealed. The overridden methods, `emit` and `send`, are lib0's public ones. Order is kept in both directions.
 */

import type { Sealer } from './rtc-seal.ts'
import { judgeSignal, type SessionView, type Verdict } from './rtc-signals.ts'

export interface SignallingHooks {
  readonly sealer: Sealer | undefined
  ownId(): string | undefined
  session(peer: string): SessionView | undefined
  /** Whether a message that the rules allow is to be followed. */
  decide(verdict: Verdict): boolean
  /** y-webrtc has taken the message in. */
  passed(verdict: Verdict & { readonly act: 'pass' | 'replace' }): void
  onChange(): void
}

export interface SignallingServer {
  publish(topic: string, data: object): void
  connected(): boolean
  /** It was tried and did not answer. */
  failed(): boolean
}

interface Socket {
  connected: boolean
  unsuccessfulReconnects: number
  emit(name: string, args: unknown[]): void
  send(message: unknown): void
  on(name: string, listener: () => void): void
}

interface Published {
  readonly type: string
  readonly topic: string
  readonly data: unknown
}

export function guardSignalling(conn: unknown, hooks: SignallingHooks): SignallingServer {
  const socket = conn as Socket
  const { sealer } = hooks
  const emit = socket.emit.bind(socket)
  const send = socket.send.bind(socket)
  let incoming: Promise<void> = Promise.resolve()
  let outgoing: Promise<void> = Promise.resolve()
  let dropped = false

  socket.send = (message) => {
    // lib0 sends on a socket that is still connecting, which throws into whoever happened to signal.
    if (!socket.connected) return
    if (sealer === undefined || !isPublished(message)) return send(message)
    const { data } = message
    outgoing = inTurn(outgoing, async () => {
      const sealed = await sealer.seal(data)
      if (socket.connected) send({ ...message, data: sealed })
    })
  }
  socket.emit = (name, args) => {
    const [message] = args
    if (name !== 'message') return emit(name, args)
    if (!isPublished(message)) return
    if (sealer === undefined) return follow(message)
    incoming = inTurn(incoming, async () => follow({ ...message, data: await sealer.open(message.data) }))
  }
  socket.on('connect', () => {
    dropped = false
    hooks.onChange()
  })
  socket.on('disconnect', () => {
    dropped = true
    hooks.onChange()
  })

  function follow(message: Published): void {
    const ownId = hooks.ownId()
    if (ownId === undefined) return
    const verdict = judgeSignal(ownId, message.data, (peer) => hooks.session(peer))
    if (verdict.act === 'drop' || !hooks.decide(verdict)) return
    if (verdict.act === 'answer') return publish(message.topic, { type: 'announce', from: ownId, to: verdict.from })
    emit('message', [message, socket])
    hooks.passed(verdict)
  }

  function publish(topic: string, data: object): void {
    socket.send({ type: 'publish', topic, data })
  }

  return { publish, connected: () => socket.connected, failed: () => dropped || socket.unsuccessfulReconnects > 0 }
}

/** What fails surfaces, and those behind it are not held up. */
function inTurn(before: Promise<void>, run: () => Promise<void>): Promise<void> {
  return before.then(run).catch((error: unknown) => reportError(error))
}

function isPublished(message: unknown): message is Published {
  return typeof message === 'object' && message !== null && (message as Partial<Published>).type === 'publish'
}
