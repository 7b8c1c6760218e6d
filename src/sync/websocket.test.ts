/** The transport to a host over real sockets of Node: the browser's half and the host's half, on one free port. */

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { createEmitter } from '../base/emitter.ts'
import { LOCAL } from '../core/limits.ts'
import { transportContract } from './transport.contract.ts'
import type { Link, Transport } from './transport.ts'
import { createWebsocket, serveSocket, type Socket } from './websocket.ts'

const after = (ms: number, run: () => void): void => void setTimeout(run, ms)
const connect = (url: string): Socket => new WebSocket(url) as unknown as Socket

/** A host as a transport: it waits for links instead of looking for them. */
async function hostSide(): Promise<{ transport: Transport; url: string; server: WebSocketServer }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: LOCAL.frameBytes })
  await once(server, 'listening')
  const links = new Set<Link>()
  const status = createEmitter<ReturnType<Transport['status']>>()
  let onLink: ((link: Link) => void) | null = null
  server.on('connection', (ws) => {
    ws.binaryType = 'arraybuffer'
    ws.on('error', () => {})
    const { link } = serveSocket(ws as unknown as Socket, 'browser', after)
    ws.on('close', (_code, reason) => link.close(reason.toString() || 'closed'))
    if (onLink === null) return link.close('not taking links')
    links.add(link)
    link.onClose(() => {
      links.delete(link)
      status.emit(now())
    })
    onLink(link)
    status.emit(now())
  })
  const now: Transport['status'] = () => ({ state: onLink ? 'ready' : 'off', links: links.size, detail: '' })
  const transport: Transport = {
    name: 'websocket',
    start(listener) {
      onLink = listener
      status.emit(now())
    },
    stop() {
      onLink = null
      for (const link of [...links]) link.close('stopped')
      status.emit(now())
    },
    status: now,
    onStatus: (listener) => status.on(listener),
  }
  return { transport, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

transportContract('websocket', async () => {
  const { transport, url, server } = await hostSide()
  return {
    a: transport,
    b: createWebsocket({ url, connect, after, random: () => 0 }),
    pump: () => new Promise((resolve) => setTimeout(resolve)),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
})

test('a host that goes and comes back is found again', async () => {
  const first = await hostSide()
  first.transport.start(() => {})
  const links: Link[] = []
  const waits: (() => void)[] = []
  const client = createWebsocket({ url: first.url, connect, after: (_ms, run) => void waits.push(run), random: () => 0 })
  const linked = async (count: number): Promise<void> => {
    await expect.poll(() => links.length).toBe(count)
  }
  client.start((link) => links.push(link))
  await linked(1)
  for (const socket of first.server.clients) socket.terminate()
  await expect.poll(() => client.status().links).toBe(0)
  // The pause is over when the test says so.
  while (waits.length > 0) waits.shift()?.()
  await linked(2)
  client.stop()
  await new Promise((resolve) => first.server.close(resolve))
})

test('text where frames go ends the link', async () => {
  const { transport, url, server } = await hostSide()
  const reasons: string[] = []
  transport.start((link) => link.onClose((reason) => reasons.push(reason)))
  const socket = new WebSocket(url)
  await once(socket, 'open')
  socket.send('hello?')
  await once(socket, 'close')
  expect(reasons).toEqual(['the peer sent text where frames go'])
  await new Promise((resolve) => server.close(resolve))
})
