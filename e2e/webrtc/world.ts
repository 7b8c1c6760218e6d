/**
 * A world for the transport: the page (built once a worker), a signalling relay that can be made to misbehave, and browsers.
 * The relay speaks y-webrtc's protocol, sees all, and can hold messages back so that they cross; nothing depends on luck.
 */
import type { AddressInfo } from 'node:net'
import { expect, test as base, type BrowserContext, type Page } from '@playwright/test'
import { WebSocket, WebSocketServer } from 'ws'
import { CHROMIUM_FLAGS, findChromium } from '../../scripts/chromium.mjs'
import { buildSite } from '../site.ts'
import type { RoomOptions } from './page.ts'

export interface Relay {
  readonly url: string
  /** All that was published: topic and data, as sent. */
  readonly heard: Published[]
  sockets(): number
  /** Keeps what is published until `release`. */
  hold(): void
  release(): void
  /** Does not pass on what this is true for. */
  lose(lost: (data: Signal) => boolean): void
  /** Publishes as somebody who only knows the room's name. */
  inject(topic: string, data: unknown): void
  stop(): Promise<void>
  start(): Promise<void>
}

export interface Published {
  readonly topic: string
  readonly data: Signal
}

export interface Signal {
  readonly type: string
  readonly from: string
  readonly to?: string
  readonly signal?: { readonly type: string }
}

export interface Tab {
  readonly page: Page
  /** Resolves once the relay has heard of it, unless that is sealed. */
  open(options?: Partial<RoomOptions>): Promise<void>
  /** The id it announced itself by. */
  id(): string
}

export interface World {
  readonly room: string
  readonly relay: Relay
  /** A tab in a browser of its own, or in the one given. */
  tab(context?: BrowserContext): Promise<Tab>
}

const executablePath = findChromium()

export const test = base.extend<{ world: World }, { site: string }>({
  // Plain addresses in place of mDNS names: resolving those fails now and then on a busy machine, which is not what is tested.
  launchOptions: {
    args: [...CHROMIUM_FLAGS, '--disable-features=WebRtcHideLocalIpsWithMdns'],
    ...(executablePath ? { executablePath } : {}),
  },
  site: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixtures a fixture needs off this pattern.
    async ({}, use) => {
      const site = await buildSite(new URL('.', import.meta.url))
      await use(site.url)
      await site.close()
    },
    { scope: 'worker' },
  ],
  world: async ({ browser, site }, use) => {
    const relay = await startRelay()
    const room = `room-${Math.random().toString(36).slice(2)}`
    const contexts: BrowserContext[] = []
    const ids = new Set<string>()
    await use({
      room,
      relay,
      async tab(context) {
        const within = context ?? (await browser.newContext())
        contexts.push(within)
        const page = await within.newPage()
        await page.goto(site)
        await page.waitForFunction(() => 'peer' in window)
        let own = ''
        return {
          page,
          async open(options = {}) {
            const before = relay.heard.length
            const first = () => relay.heard.slice(before).find(({ data }) => data.type === 'announce' && !ids.has(data.from))
            await page.evaluate(([name, given]) => window.peer.open(name, given), [
              room,
              { signalling: [relay.url], ...options },
            ] as const)
            if (options.secret) return
            await expect.poll(first).toBeDefined()
            own = (first() as Published).data.from
            ids.add(own)
          },
          id: () => own,
        }
      },
    })
    await Promise.all(contexts.map((context) => context.close()))
    await relay.stop()
  },
})

export { expect }

async function startRelay(): Promise<Relay> {
  const heard: Published[] = []
  let held: Published[] | undefined
  let isLost: (data: Signal) => boolean = () => false
  let server: WebSocketServer
  let port = 0
  await start()
  return {
    url: `ws://127.0.0.1:${port}/`,
    heard,
    sockets: () => server.clients.size,
    hold: () => (held = []),
    release() {
      const messages = held ?? []
      held = undefined
      for (const message of messages) deliver(message)
    },
    lose: (lost) => (isLost = lost),
    inject: (topic, data) => deliver({ topic, data: data as Signal }),
    start,
    async stop() {
      for (const socket of server.clients) socket.terminate()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  async function start(): Promise<void> {
    server = new WebSocketServer({ host: '127.0.0.1', port })
    server.on('connection', (socket) =>
      socket.on('message', (text: Buffer) => receive(socket, JSON.parse(text.toString()) as Received)),
    )
    await new Promise((resolve) => server.on('listening', resolve))
    port = (server.address() as AddressInfo).port
  }

  function receive(socket: WebSocket, message: Received): void {
    if (message.type === 'ping') return socket.send('{"type":"pong"}')
    if (message.type !== 'publish') return
    heard.push(message)
    if (isLost(message.data)) return
    if (held) held.push(message)
    else deliver(message)
  }

  /** To everybody: who is not in the room ignores it. */
  function deliver({ topic, data }: Published): void {
    for (const socket of server.clients)
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: 'publish', topic, data }))
  }
}

type Received = { readonly type: 'ping' | 'subscribe' | 'unsubscribe' } | ({ readonly type: 'publish' } & Published)
