/** A signalling server's own log: everything that it gets and gives away, as a server would see it that keeps it all. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'

export interface Wiretap {
  readonly url: string
  /** All text that went through, both ways. */
  log(): string
  close(): Promise<void>
}

/** Stands in front of a signalling server and passes everything on. */
export async function tapSignalling(to: string): Promise<Wiretap> {
  const heard: string[] = []
  const http = createServer()
  const server = new WebSocketServer({ server: http })
  server.on('connection', (socket, request) => {
    heard.push(JSON.stringify(request.headers), request.url ?? '')
    const onward = new WebSocket(to)
    const waiting: string[] = []
    socket.on('message', (data: Buffer) => {
      const text = data.toString()
      heard.push(text)
      if (onward.readyState === WebSocket.OPEN) onward.send(text)
      else waiting.push(text)
    })
    onward.on('open', () => {
      for (const text of waiting) onward.send(text)
    })
    onward.on('message', (data: Buffer) => {
      heard.push(data.toString())
      if (socket.readyState === WebSocket.OPEN) socket.send(data.toString())
    })
    socket.on('close', () => onward.close())
    onward.on('close', () => socket.close())
    onward.on('error', () => socket.close())
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    log: () => heard.join('\n'),
    async close() {
      for (const client of server.clients) client.terminate()
      server.close()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}
