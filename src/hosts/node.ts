/**
 * The Node host: the site, signalling and the HTTP doors on one port. Optional: a browser alone is a full peer, and the site works
 * from any static host. What starts here stops by `close()`, in order: no new work, sockets, then the port.
 */
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { createDoors } from './doors.ts'
import type { HostSettings } from './settings.ts'
import { createSignalling } from './signalling.ts'

export interface Host {
  /** Where a person opens it, with the invitation of the host's own workspace. */
  readonly url: string
  close(): Promise<void>
}

/** A socket that was silent for one to two of these is taken for dead. */
const REAP_MS = 30_000

/** Rejects as the port does (`EADDRINUSE`, `EACCES`): nothing is left running then. */
export async function startHost(settings: HostSettings, siteDir: string): Promise<Host> {
  const signalling = createSignalling()
  const server = createAdaptorServer({ fetch: createDoors(siteDir, settings.page).fetch }) as Server
  server.on('upgrade', (request, socket, head) => {
    if (request.url?.split('?')[0] === '/signal') signalling.handleUpgrade(request, socket, head)
    else socket.destroy()
  })
  server.listen(settings.port, settings.host)
  await once(server, 'listening')
  const reaper = setInterval(() => signalling.reap(), REAP_MS)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${shownHost(settings.host)}:${port}/${await readyFragment(settings.dataDir)}`,
    async close() {
      clearInterval(reaper)
      const closed = once(server, 'close')
      server.close()
      signalling.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** What the ready link carries beyond the address: an invitation, once the host owns a workspace. */
function readyFragment(_dataDir: string): Promise<string> {
  return Promise.resolve('')
}

/** A browser gives its full powers (workers, keys, storage) to `localhost`; any and loopback addresses are reached by it. */
function shownHost(host: string): string {
  if (['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host)) return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
