/**
 * The Node host: the site, signalling and the HTTP doors on one port. Optional: a browser alone is a full peer, and the site works
 * from any static host. What starts here stops by `close()`, in order: no new work, what was asked for is answered (with a bound),
 * sockets, the port, and last what was written is saved.
 */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import type { Hono } from 'hono'
import { toHex } from '../base/bytes.ts'
import { LOCAL } from '../core/limits.ts'
import { createRepeats } from '../api/repeats.ts'
import { createDoors } from './doors.ts'
import { tellAddress, withdrawAddress } from './host-door.ts'
import { createHostLog } from './host-log.ts'
import { createHostServer, type ServerLimits } from './host-server.ts'
import { callPeers } from './host-peers.ts'
import { meetOverWebrtc } from './host-webrtc.ts'
import { createMetrics } from './metrics.ts'
import { type NodeWorkspace, openNodeWorkspace } from './node-workspace.ts'
import { acceptPeers } from './node-peers.ts'
import { createRequestGuard } from './request-guard.ts'
import { saveAgain } from './save-again.ts'
import type { HostSettings } from './settings.ts'
import { createSignalling } from './signalling.ts'
import { openWebhooks } from './webhook-door.ts'
import { postWebhook } from './webhook-post.ts'

export interface Host {
  /** Where a person opens it, with the invitation of the host's own workspace. */
  readonly url: string
  readonly workspace: NodeWorkspace
  close(): Promise<void>
}

/** A socket that was silent for one to two of these is taken for dead. */
const REAP_MS = 30_000

/** Rejects as the port (`EADDRINUSE`, `EACCES`) and the certificate do: nothing is left running then. */
export async function startHost(settings: HostSettings, siteDir: string, limits?: ServerLimits): Promise<Host> {
  const log = createHostLog(settings.logLevel)
  const signalling = createSignalling()
  let doors: Hono | null = null
  const server = await createHostServer(
    settings,
    (request, env) => doors?.fetch(request, env) ?? new Response('Starting …', { status: 503 }),
    limits,
  )
  server.http.listen(settings.port, settings.host)
  await once(server.http, 'listening')
  const { port } = server.http.address() as AddressInfo
  const origin = `${settings.tls ? 'https' : 'http'}://${shownHost(settings.host)}:${port}`
  // The port is ours first: a second host on one data folder would write over the first.
  const workspace = await openNodeWorkspace(settings.dataDir, { signalling: settings.page.signalling, log }).catch(
    (error: unknown) => {
      server.http.close()
      throw error
    },
  )
  const { replica, exchange } = workspace
  const saving = saveAgain(replica, { after: (ms, run) => void setTimeout(run, ms).unref(), log })
  const webhooks = await openWebhooks({
    dataDir: settings.dataDir,
    replica,
    agents: workspace.agents,
    post: postWebhook,
    report: (error) => log.error({ err: error }, 'a webhook met a bug'),
  })
  doors = createDoors({
    siteDir,
    page: { ...settings.page, peer: { workspace: toHex(replica.workspace), path: 'peer' } },
    guard: createRequestGuard(settings),
    allowOrigins: settings.allowOrigins,
    metrics: createMetrics({ replica, exchange, signalled: () => signalling.stats().clients }),
    log,
    unsaved: saving.unsaved,
    agents: workspace.agents,
    webhooks: webhooks.door,
    pace: settings.pace,
    repeats: createRepeats(() => Date.now(), await replica.receipts()),
    claims: {
      clock: { now: () => performance.now(), after: (ms, run) => void setTimeout(run, ms) },
      delays: () => exchange.status().peers.map(({ lagMs }) => lagMs),
      locks: workspace.locks,
    },
  })
  const peers = acceptPeers(exchange)
  server.http.on('upgrade', (request, socket, head) => {
    const path = request.url?.split('?')[0]
    if (path === '/signal') signalling.handleUpgrade(request, socket, head)
    else if (path === '/peer') peers.handleUpgrade(request, socket, head)
    else socket.destroy()
  })
  const ownSignal = `${origin.replace(/^http/, 'ws')}/signal`
  const leave = settings.webrtc
    ? await meetOverWebrtc({
        workspace: replica.workspace,
        roomSecret: workspace.roomSecret,
        exchange,
        signalling: settings.page.signalling.length > 0 ? settings.page.signalling : [ownSignal],
        own: ownSignal,
        iceServers: settings.page.iceServers,
        log,
      })
    : () => {}
  const hangUp = callPeers(workspace.peers, exchange)
  const reaper = setInterval(() => signalling.reap(), REAP_MS)
  await tellAddress(settings.dataDir, origin, settings.tls && (await readFile(settings.tls.cert, 'utf8')))
  log.info({ origin, workspace: toHex(replica.workspace), batches: replica.history.count }, 'started')
  return {
    url: `${origin}/${workspace.fragment}`,
    workspace,
    async close() {
      clearInterval(reaper)
      saving.close()
      leave()
      hangUp()
      signalling.close()
      exchange.close()
      peers.close()
      workspace.agents.endStreams()
      await server.close(LOCAL.stopMs)
      await withdrawAddress(settings.dataDir)
      await webhooks.close()
      await workspace.close()
      log.info('stopped')
      log.flush()
    },
  }
}

/** A browser gives its full powers (workers, keys, storage) to `localhost`; any and loopback addresses are reached by it. */
function shownHost(host: string): string {
  if (['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host)) return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
