/**
 * The Node host: the site, signalling and the HTTP doors on one port. Optional: a browser alone is a full peer, and the site works
 * from any static host. What starts here stops by `close()`, in order: no new work, sockets, then the port.
 */
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import { toHex } from '../base/bytes.ts'
import { createDoors } from './doors.ts'
import { openNodeWorkspace } from './node-workspace.ts'
import { acceptPeers } from './node-peers.ts'
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
  let doors: Hono | null = null
  const server = createAdaptorServer({
    fetch: (request) => doors?.fetch(request) ?? new Response('Starting …', { status: 503 }),
  }) as Server
  server.listen(settings.port, settings.host)
  await once(server, 'listening')
  // The port is ours first: a second host on one data folder would write over the first.
  const workspace = await openNodeWorkspace(settings.dataDir, settings.page.signalling)
  doors = createDoors(siteDir, { ...settings.page, peer: { workspace: toHex(workspace.replica.workspace), path: 'peer' } })
  const peers = acceptPeers(workspace.exchange)
  server.on('upgrade', (request, socket, head) => {
    const path = request.url?.split('?')[0]
    if (path === '/signal') signalling.handleUpgrade(request, socket, head)
    else if (path === '/peer') peers.handleUpgrade(request, socket, head)
    else socket.destroy()
  })
  const reaper = setInterval(() => signalling.reap(), REAP_MS)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${shownHost(settings.host)}:${port}/${workspace.fragment}`,
    async close() {
      clearInterval(reaper)
      const closed = once(server, 'close')
      server.close()
      signalling.close()
      workspace.exchange.close()
      peers.close()
      server.closeAllConnections()
      await closed
      await workspace.close()
    },
  }
}

/** A browser gives its full powers (workers, keys, storage) to `localhost`; any and loopback addresses are reached by it. */
function shownHost(host: string): string {
  if (['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host)) return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
