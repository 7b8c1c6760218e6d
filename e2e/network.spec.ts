/** The Network view on real links: who is connected and how, what is turned away, offline, and servers that are tried before they are used. */

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import AxeBuilder from '@axe-core/playwright'
import type { Browser, Page, Route } from '@playwright/test'
import type { Session } from '../src/ui/session.ts'
import { expect, test } from './host.ts'
import { arrive, inviteLink, joinByLink, newWorkspace, onBoard, sameState } from './people.ts'

test('each peer by name, with its way, its bytes and what it still needs; offline ends all of it', async ({ browser, host }) => {
  const ada = await arrive(browser, host.url)
  await newWorkspace(ada.page, 'Apollo')
  await ada.page.evaluate(() => window.worknode.setName('Ada', '#5b5bd6'))
  const grace = await joinByLink(browser, await inviteLink(ada.page))
  await grace.page.evaluate(() => window.worknode.setName('Grace', '#0a7d5a'))
  await sameState(ada.page, grace.page)
  await toNetwork(ada.page)
  const peer = ada.page.getByRole('region', { name: 'Connected peers' }).getByRole('listitem', { name: 'Grace' })
  await expect(peer).toContainText('By WebRTC, straight to the other device')
  await expect(peer).toContainText(/Received[\d.]+ k?B/)
  await expect(peer).toContainText('It still needsnothing')
  const sentBefore = await bytesSent(ada.page)
  await ada.page.evaluate(() => {
    for (let i = 0; i < 300; i++) window.worknode.run('create_task', { title: `Task ${i}` })
  })
  await expect.poll(() => bytesSent(ada.page)).toBeGreaterThan(sentBefore)
  await expect(peer).toContainText(/Until saved there\d+ ms|Until saved there[\d.]+ s/)
  const log = ada.page.getByRole('region', { name: 'Log' })
  await expect(log).toContainText(/Feeds, one for each device and tab that wrote4/)
  await expect(log).toContainText('somebody else with the keyNone')
  await accessible(ada.page)

  const toggle = ada.page.getByRole('switch', { name: 'Work offline' })
  await toggle.click()
  await expect(toggle).toHaveAttribute('aria-checked', 'true')
  await expect(peer).toHaveCount(0)
  await expect(ada.page.getByText('You work offline: nobody is connected.')).toBeVisible()
  await expect(ada.page.getByRole('region', { name: 'Connections that ended' })).toContainText('Grace')
  await ada.page.evaluate(() => window.worknode.run('create_task', { title: 'Written offline' }))
  await expect(ada.page.getByRole('region', { name: 'What waits' })).toContainText(/not yet at a peer[1-9]/)
  await accessible(ada.page)
  await toggle.click()
  await expect(peer).toBeVisible()
  await sameState(ada.page, grace.page)
})

test('servers are read before they are kept, tried from the browser, and used the next time', async ({
  browser,
  host,
  startHost,
}) => {
  const other = await startHost()
  const stun = await startStun()
  const mute = createServer((_request, response) => response.end('x')).listen(0, '127.0.0.1')
  await once(mute, 'listening')
  const nobody = await freePort()
  const { page } = await arrive(browser, host.url)
  await newWorkspace(page, 'Apollo')
  await toNetwork(page)
  const signalling = page.getByRole('textbox', { name: 'Signalling servers' })
  const ice = page.getByRole('textbox', { name: 'STUN and TURN servers' })
  await expect(signalling).toHaveValue(host.signalUrl.replace('127.0.0.1', new URL(page.url()).hostname))

  // What does not parse is kept nowhere.
  await signalling.fill('https://signal.example')
  await page.getByRole('button', { name: 'Save servers' }).click()
  await expect(page.getByRole('alert')).toContainText('is no address of a signalling server')
  expect(await page.evaluate(() => window.worknode.servers.chosen())).toEqual({ signalling: null, iceServers: null })

  // Each is tried, and says what it does.
  await signalling.fill(
    `${other.signalUrl}\nws://127.0.0.1:${nobody}/signal\nws://127.0.0.1:${(mute.address() as AddressInfo).port}/signal`,
  )
  await ice.fill(`stun:${stun.host}:${stun.port}\nstun:${stun.host}:${nobody}\nturn:${stun.host}:${nobody} ada secret`)
  await page.getByRole('button', { name: 'Test the connection' }).click()
  const outcome = page.getByRole('region', { name: 'Outcome of the test' }).getByRole('listitem')
  await expect(outcome).toHaveCount(6)
  await expect(page.getByRole('button', { name: 'Test the connection' })).toBeEnabled()
  await expect(outcome.filter({ hasText: other.signalUrl })).toContainText('Reachable: it answered after')
  await expect(outcome.filter({ hasText: `:${nobody}/signal` })).toContainText('Not reachable')
  await expect(outcome.filter({ hasText: `:${stun.port}` })).toContainText(
    'It answers: seen from there, this device is at 203.0.113.7',
  )
  await expect(outcome.filter({ hasText: `turn:` })).toContainText(/Nothing answered in time|No answer that helps/)
  await accessible(page)

  // Kept, and what the page goes by once it is opened again.
  await signalling.fill(other.signalUrl)
  await ice.fill('')
  await page.getByRole('button', { name: 'Save servers' }).click()
  await expect(page.getByText('It counts from the next time this page is opened.')).toBeVisible()
  const opened = page.waitForEvent('websocket', (socket) => socket.url() === other.signalUrl)
  await page.getByRole('button', { name: 'Open it again now' }).click()
  await opened
  await expect(signalling).toHaveValue(other.signalUrl)
  await page.getByRole('button', { name: 'Use what the host names' }).click()
  await expect.poll(() => page.evaluate(() => window.worknode.servers.chosen())).toEqual({ signalling: null, iceServers: null })
  mute.close()
  stun.socket.close()
})

test('a board does not wait for what its host says of servers, which counts once it comes', async ({
  browser,
  host,
  startHost,
}) => {
  const other = await startHost()
  const page = await unkept(browser)
  const release = await hold(page, /\/api\/settings$/, { json: { signalling: [other.signalUrl], iceServers: [] } })
  await page.goto(host.url)
  await newWorkspace(page, 'Apollo')
  // Left before the network was there: it does not come after that.
  await page.evaluate(() => void Object.assign(window, { left: window.worknode }))
  await page.getByRole('link', { name: 'Apollo' }).click()
  await newWorkspace(page, 'Gemini')
  const opened = page.waitForEvent('websocket')
  await release()
  expect((await opened).url()).toBe(other.signalUrl)
  await expect.poll(() => page.evaluate(() => window.worknode.awareness.get() !== null)).toBe(true)
  expect(await page.evaluate(() => (window as unknown as { left: Session }).left.awareness.get())).toBeNull()
})

test('whether to work offline is asked when it would connect, not before the code for that is loaded', async ({
  browser,
  host,
}) => {
  const page = await unkept(browser)
  const code = /\/assets\/network-(?!page)[^/]*\.js$/
  const sockets: string[] = []
  page.on('websocket', (socket) => sockets.push(socket.url()))
  const release = await hold(page, code)
  await page.goto(host.url)
  await newWorkspace(page, 'Apollo')
  await page.evaluate(() => window.worknode.setOffline(true))
  await release()
  await expect.poll(() => page.evaluate(() => window.worknode.awareness.get() !== null)).toBe(true)
  expect(sockets).toEqual([])

  const releaseAgain = await hold(page, code)
  await page.reload()
  await onBoard(page)
  expect(await page.evaluate(() => window.worknode.sync.get().offline)).toBe(true)
  await page.evaluate(() => window.worknode.setOffline(false))
  const opened = page.waitForEvent('websocket')
  await releaseAgain()
  await opened
})

/** A page that no worker serves: what it asks for can be held back. */
async function unkept(browser: Browser): Promise<Page> {
  return (await browser.newContext({ serviceWorkers: 'block' })).newPage()
}

/** Holds back what is asked for; the answer waits until it was asked for, and gives it. */
async function hold(page: Page, address: RegExp, answer?: Parameters<Route['fulfill']>[0]): Promise<() => Promise<void>> {
  const asked = page.waitForRequest(address)
  let go = (): void => undefined
  const going = new Promise<void>((resolve) => (go = resolve))
  await page.route(address, async (route) => {
    await going
    await (answer ? route.fulfill(answer) : route.continue())
  })
  return async () => {
    await asked
    go()
  }
}

async function toNetwork(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Network' }).click()
  await expect(page.getByRole('switch', { name: 'Work offline' })).toBeVisible()
}

function bytesSent(page: Page): Promise<number> {
  return page.evaluate(() => window.worknode.links.get().peers.reduce((sum, { sent }) => sum + sent, 0))
}

/** A STUN server that tells everybody the same address (RFC 8489: a binding success with an XOR-MAPPED-ADDRESS). */
async function startStun(): Promise<{ socket: Socket; host: string; port: number }> {
  const socket = createSocket('udp4')
  socket.on('message', (request: Buffer, from: RemoteInfo) => {
    if (request.readUInt16BE(0) !== 0x0001) return
    const answer = Buffer.alloc(32)
    answer.writeUInt16BE(0x0101, 0)
    answer.writeUInt16BE(12, 2)
    request.copy(answer, 4, 4, 20)
    answer.writeUInt16BE(0x0020, 20)
    answer.writeUInt16BE(8, 22)
    answer.writeUInt8(1, 25)
    answer.writeUInt16BE(from.port ^ 0x2112, 26)
    answer.writeUInt32BE((0xcb007107 ^ 0x2112a442) >>> 0, 28)
    socket.send(answer, from.port, from.address)
  })
  socket.bind(0)
  await once(socket, 'listening')
  // A browser does not look for servers on the loopback interface.
  const outward = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)
  return { socket, host: outward?.address ?? '127.0.0.1', port: socket.address().port }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function accessible(page: Page): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  }
}
