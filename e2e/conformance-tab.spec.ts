/** The conformance list through the service worker: what one person can do in a tab, with no host behind it. */

import type { Page } from '@playwright/test'
import { CASES, fits, type ConformanceDoor, type Outcome, runCase } from '../src/api/conformance-case.fixture.ts'
import { requestOf } from '../src/api/conformance.fixture.ts'
import { expect, test } from './host.ts'
import { arrive, kept, newWorkspace } from './people.ts'

interface Sent {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly text?: string | undefined
}

function tabDoor(page: Page): ConformanceDoor {
  async function send({ method, path, headers = {}, text }: Sent, op: string | null = null): Promise<Outcome> {
    const response = await page.evaluate(
      async ([address, init]) => {
        const answer = await fetch(address, init)
        return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() }
      },
      [`api/v1${path}`, { method, headers: { ...headers }, ...(text !== undefined && { body: text }) }] as const,
    )
    const type = response.headers['content-type'] ?? ''
    const body: unknown = type.includes('json') && !type.includes('ndjson') ? JSON.parse(response.text) : response.text
    const { status } = response
    if (status >= 400) return { ok: false, code: (body as { code: string }).code, status }
    const next = /[?&]cursor=([^&>]+)/.exec(response.headers['link'] ?? '')?.[1]
    return {
      ok: true,
      status,
      value: op === 'export_tasks' ? { plan: response.text } : body,
      etag: response.headers['etag'] ?? null,
      next: next === undefined ? null : decodeURIComponent(next),
    }
  }

  return {
    can: ['http', 'etag', 'repeat'],
    operations: null,
    call(_as, op, input, { idempotencyKey, ifMatch }) {
      const headers = {
        ...(idempotencyKey !== undefined && { 'Idempotency-Key': idempotencyKey }),
        ...(ifMatch !== undefined && { 'If-Match': ifMatch }),
      }
      return send({ ...requestOf(op, input), headers }, op)
    },
    http: (_as, { method, path, headers = {}, body, text }) =>
      send({
        method,
        path,
        headers,
        text: text !== undefined ? String(text) : body === undefined ? undefined : JSON.stringify(body),
      }),
  }
}

test('what one person can do is answered in a tab as everywhere, with the host gone', async ({ browser, host }) => {
  test.setTimeout(240_000)
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
