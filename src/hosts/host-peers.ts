/** Other hosts of the workspace, called over a WebSocket and called again when they are gone. */

import { WebSocket } from 'ws'
import type { Exchange } from '../sync/exchange.ts'
import { createWebsocket, type Socket } from '../sync/websocket.ts'

/** Answers the function that calls them no more. */
export function callPeers(urls: readonly string[], exchange: Exchange): () => void {
  const transports = urls.map((url) =>
    createWebsocket({
      url,
      connect: (address) => new WebSocket(address) as unknown as Socket,
      after: (ms, run) => void setTimeout(run, ms).unref(),
      random: Math.random,
    }),
  )
  for (const transport of transports) transport.start((link) => exchange.connect(link))
  return () => {
    for (const transport of transports) transport.stop()
  }
}
