/** The conformance list through the service worker: what one person can do in a tab, with no host behind it. */

import type { Page } from '@playwright/test'
import { CASES, type ConformanceDoor, fits, runCase } from '../src/api/conformance-case.fixture.ts'
import { overHttp } from '../src/api/conformance.fixture.ts'
import { expect, test } from './host.ts'
import { arrive, kept, newWorkspace } from './people.ts'

/** The list is longer than a tab lets anybody ask at once: who is told when to ask again does so then, as clients do. */
function tabDoor(page: Page): ConformanceDoor {
  const door = overHttp(async (_as, path, init) => {
    const { status, headers, text } = await page.evaluate(
      async ([address, asked]) => {
        let answer = await fetch(address, asked)
        while (answer.status === 429) {
          const seconds = Number(answer.headers.get('Retry-After'))
          await new Promise((again) => setTimeout(again, seconds * 1000))
          answer = await fetch(address, asked)
        }
        return { status: answer.status, headers: [...answer.headers], text: await answer.text() }
      },
      [`api/v1${path}`, init] as const,
    )
    return new Response(status === 204 || status === 304 ? null : text, { status, headers })
  })
  return { can: ['http', 'etag', 'repeat'], ...door }
}

test('what one person can do is answered in a tab as everywhere, with the host gone', async ({ browser, host }) => {
  const { page } = await arrive(browser, host.url)
  await newWorkspace(page, 'Conformance')
  await kept(page)
  await host.stop()
  const door = tabDoor(page)
  const alone = CASES.filter((one) => fits(door, one) && one.steps.every(({ as = 'owner' }) => as === 'owner'))
  expect(alone.length).toBeGreaterThan(35)
  const faults: string[] = []
  for (const [i, { name, steps }] of alone.entries())
    // Whether the host is alive is asked of the host.
    await runCase(door, { name, steps: steps.filter(({ http }) => http?.path !== '/health') }, `c${i}x`).catch((error: unknown) =>
      faults.push(`${name}: ${(error as Error).message}`),
    )
  expect(faults).toEqual([])
})
