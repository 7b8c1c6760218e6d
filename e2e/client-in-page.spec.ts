/**
 * The JavaScript client as users get it (`build/sdk`), in a page of the board whose host is gone: every call goes through the real
 * service worker to the tab, and is answered as everywhere.
 */

import type { Page } from '@playwright/test'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { CASES, type ConformanceDoor, fits, type Outcome, runCase } from '../src/api/conformance-case.fixture.ts'
import { callOf } from '../src/sdk/routes.ts'
import type { Client, WorknodeError } from '../src/sdk/worknode.ts'
import { expect, test } from './host.ts'
import { arrive, kept, newWorkspace } from './people.ts'

declare global {
  interface Window {
    sdk: { readonly Client: typeof Client; readonly WorknodeError: typeof WorknodeError }
    client: Client
  }
}

/** The built client as one script: a page that allows no others is given it by the test. */
async function clientScript(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      lib: {
        entry: fileURLToPath(new URL('../build/sdk/worknode.js', import.meta.url)),
        formats: ['iife'],
        name: 'sdk',
      },
      // Direct calls need a replica of the same realm; nothing here makes any.
      rolldownOptions: { external: (id) => id.includes('local-door') },
      write: false,
      minify: false,
    },
  })
  const [bundle] = [built].flat() as { readonly output: readonly { readonly code?: string }[] }[]
  return `(() => { ${bundle?.output[0]?.code}; window.sdk = sdk; window.client = new sdk.Client() })()`
}

/** Operations whose answer the list takes a tag or the next page's place of: the client keeps those to itself. */
const TAGGED = new Set(
  CASES.flatMap(({ steps }) =>
    steps.flatMap(({ op, save }) => (Object.values(save ?? {}).some((path) => /^\$(?:etag|next)$/.test(path)) ? [op] : [])),
  ),
)

function clientDoor(page: Page): ConformanceDoor {
  return {
    can: ['etag', 'repeat'],
    operations: null,
    call(_as, op, given, options) {
      const input = op === 'claim_next' ? { id: 'me', ...given } : given
      const path = TAGGED.has(op) ? callOf(op as never, input).path : null
      return page.evaluate(
        async ([name, fields, settings, tagged]): Promise<Outcome> => {
          try {
            const value = await window.client.call(name as never, fields as never, settings)
            if (tagged === null) return { ok: true, value }
            const { headers } = await window.client.request('GET', tagged)
            const next = /[?&]cursor=([^&>]+)/.exec(headers.get('Link') ?? '')?.[1]
            const etag = headers.get('ETag')
            return { ok: true, value, etag, next: next === undefined ? null : decodeURIComponent(next) }
          } catch (error) {
            if (!(error instanceof window.sdk.WorknodeError)) throw error
            return { ok: false, code: error.code }
          }
        },
        [op, input, options, path] as const,
      )
    },
  }
}

test('the built client, in a page whose host is gone, answers by the list, follows events and watches over a run', async ({
  browser,
  host,
}) => {
  const script = await clientScript()
  const { page } = await arrive(browser, host.url)
  await newWorkspace(page, 'Client')
  await kept(page)
  await host.stop()
  await page.evaluate(script)

  await test.step('events come as they happen, once, and go on from a cursor', async () => {
    const heard = await page.evaluate(async () => {
      const { client } = window
      const titles: string[] = []
      const first = await client.createTask({ title: 'One' })
      let cursor: string | null = null
      for await (const event of client.events(null, { type: 'task.created' })) {
        cursor = event.cursor
        titles.push(event.target === first.id ? 'One' : '?')
        break
      }
      const later = client.events(cursor, { type: 'task.created' })
      const next = later.next()
      const second = await client.createTask({ title: 'Two' })
      const { value } = await next
      titles.push(value?.target === second.id ? 'Two' : '?')
      await later.return(undefined)
      return titles
    })
    expect(heard).toEqual(['One', 'Two'])
  })

  await test.step('a run is handed in, and one that is let go of elsewhere aborts its work', async () => {
    const ended = await page.evaluate(async () => {
      const { client } = window
      await client.createTask({ title: 'To do', status: 'ready' })
      const done = await client.withRun(async (task) => {
        await task.progress(50)
        await task.submit({ summary: 'Done.' })
        return task.data.title
      })
      await client.createTask({ title: 'To let go of', status: 'ready' })
      const lost = await client
        .withRun(async (task, signal) => {
          const aborted = new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
          // As its person may do on the board, while the work goes on.
          await client.call('release_task', { id: task.id })
          await aborted
        })
        .catch((error: unknown) => (error as WorknodeError).code)
      return [done, lost]
    })
    expect(ended).toEqual(['To do', 'run_over'])
  })

  const door = clientDoor(page)
  const alone = CASES.filter((one) => fits(door, one) && one.steps.every(({ as = 'owner', http }) => as === 'owner' && !http))
  expect(alone.length).toBeGreaterThan(25)
  const faults: string[] = []
  for (const [i, one] of alone.entries())
    await runCase(door, one, `c${i}x`).catch((error: unknown) => faults.push(`${one.name}: ${(error as Error).message}`))
  expect(faults).toEqual([])
})
