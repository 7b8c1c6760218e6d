/** Events in shared memory, in a page that is cross-origin isolated: a Worker that never returns to its loop reads them. */

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@playwright/test'
import { transformWithOxc } from 'vite'

const sdk = fileURLToPath(new URL('../src/sdk/', import.meta.url))

const WORKER = `
  import { openFeed } from './event-feed.ts'
  onmessage = ({ data: { share, count } }) => {
    const feed = openFeed(share)
    const ids = []
    postMessage('reading')
    const read = () => {
      for (const { id } of feed.read()) ids.push(id)
      return ids.length >= count
    }
    if ('ring' in share) {
      while (!read());
      postMessage(ids)
    } else {
      const again = () => (read() ? postMessage(ids) : setTimeout(again))
      again()
    }
  }
`
const PAGE = `
  import { shareEvents, transferOf } from './event-feed.ts'
  window.feed = async (count) => {
    const worker = new Worker('worker.js', { type: 'module' })
    const said = () => new Promise((resolve) => (worker.onmessage = ({ data }) => resolve(data)))
    let begin
    const begun = new Promise((resolve) => (begin = resolve))
    async function* events() {
      await begun
      for (let n = 0; n < count; n++) yield { id: 'e' + n, cursor: 'c' + n }
    }
    const { share } = shareEvents(events(), { isIsolated: crossOriginIsolated })
    const reading = said()
    worker.postMessage({ share, count }, transferOf(share))
    await reading
    const ids = said()
    begin()
    return { way: Object.keys(share)[0], ids: await ids }
  }
`

for (const isIsolated of [true, false])
  test(`a Worker hears of events by ${isIsolated ? 'shared memory' : 'a port'} where the page is ${isIsolated ? '' : 'not '}isolated`, async ({
    page,
  }) => {
    const module = async (name: string): Promise<string> =>
      (await transformWithOxc(readFileSync(`${sdk}${name}`, 'utf8'), name)).code
    const files: Readonly<Record<string, string>> = {
      '/': '<!doctype html><title>Ring</title><script type="module" src="page.js"></script>',
      '/page.js': PAGE,
      '/worker.js': WORKER,
      '/event-feed.ts': await module('event-feed.ts'),
      '/event-ring.ts': await module('event-ring.ts'),
    }
    const server = createServer(({ url = '' }, response) => {
      if (isIsolated) {
        response.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
        response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp')
      }
      response.setHeader('Content-Type', url === '/' ? 'text/html' : 'text/javascript')
      response.end(files[url])
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    await page.waitForFunction(() => 'feed' in window)
    const { way, ids } = await page.evaluate(() =>
      (window as unknown as { feed(count: number): Promise<{ way: string; ids: string[] }> }).feed(500),
    )
    expect(way).toBe(isIsolated ? 'ring' : 'port')
    expect(ids).toEqual(Array.from({ length: 500 }, (_, n) => `e${n}`))
    server.closeAllConnections()
    server.close()
  })
