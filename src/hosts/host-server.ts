/**
 * The port of a host: plain or TLS, with bounds on how long and how much a caller may take before anything of ours hears of it.
 * Who sends a head byte by byte is cut off after `requestHeadMs`, and so is a body after `requestMs`.
 */

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer as createPlain, type Server, type ServerResponse } from 'node:http'
import { createServer as createTls } from 'node:https'
import { createAdaptorServer } from '@hono/node-server'
import { LOCAL } from '../core/limits.ts'
import type { HostSettings } from './settings.ts'

export type ServerLimits = Readonly<Record<'requestHeadMs' | 'requestMs' | 'connections', number>>

type Answer = (request: Request, env: object) => Response | Promise<Response>

export interface HostServer {
  readonly http: Server
  /** Takes nothing new, waits until what was asked for is answered, for as long as `ms` at most, and hangs up on everybody. */
  close(ms: number): Promise<void>
}

/** Rejects as reading the certificate does, with the name of the file. */
export async function createHostServer(
  { tls }: Pick<HostSettings, 'tls'>,
  answer: Answer,
  limits: ServerLimits = LOCAL,
): Promise<HostServer> {
  const bounds = {
    headersTimeout: limits.requestHeadMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: Math.min(2000, limits.requestHeadMs),
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: HEAD_BYTES,
  }
  const server = tls
    ? createAdaptorServer({ fetch: answer, createServer: createTls, serverOptions: { ...bounds, ...(await certificateOf(tls)) } })
    : createAdaptorServer({ fetch: answer, createServer: createPlain, serverOptions: bounds })
  const http = server as Server
  http.maxConnections = limits.connections
  const asked = new Set<ServerResponse>()
  http.on('request', (_, response) => {
    asked.add(response)
    response.on('close', () => asked.delete(response))
  })
  return {
    http,
    async close(ms) {
      const closed = once(http, 'close')
      http.close()
      // Not until all sockets are gone: browsers hold some open that they have never used.
      const bound = AbortSignal.timeout(ms)
      for (const response of asked) await once(response, 'close', { signal: bound }).catch(() => undefined)
      http.closeAllConnections()
      await closed
    },
  }
}

const KEEP_ALIVE_MS = 65_000
const HEAD_BYTES = 16 * 1024

async function certificateOf({ cert, key }: NonNullable<HostSettings['tls']>): Promise<{ cert: Buffer; key: Buffer }> {
  return { cert: await readFile(cert), key: await readFile(key) }
}
