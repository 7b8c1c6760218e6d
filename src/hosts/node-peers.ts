/** Accepts browsers as peers of the host's workspace: each socket becomes a link, and the exchange's hello decides who stays. */

import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { LOCAL } from '../core/limits.ts'
import type { Exchange } from '../sync/exchange.ts'
import { serveSocket, type Socket } from '../sync/websocket.ts'

export interface Peers {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): void
}

export function acceptPeers(exchange: Exchange): Peers {
  const server = new WebSocketServer({ noServer: true, maxPayload: LOCAL.frameBytes, perMessageDeflate: false })
  const after = (ms: number, run: () => void): void => void setTimeout(run, ms).unref()
  return {
    handleUpgrade(request, socket, head) {
      if (server.clients.size >= LOCAL.signalClients) return void socket.destroy()
      server.handleUpgrade(request, socket, head, (ws) => {
        ws.binaryType = 'arraybuffer'
        const end = serveSocket(ws as unknown as Socket, request.socket.remoteAddress ?? 'unknown', after)
        // A broken frame or a reset is the peer's business; the close that follows ends the link.
        ws.on('error', () => {})
        ws.on('close', (_code, reason) => end.link.close(reason.toString() || 'the peer closed the connection'))
        exchange.connect(end.link)
      })
    },
    close() {
      for (const client of server.clients) client.terminate()
      server.close()
    },
  }
}
