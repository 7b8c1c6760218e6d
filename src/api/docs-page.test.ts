import { expect, test } from 'vitest'
import { docsPage } from './docs-page.ts'
import { testDoor } from './door.fixture.ts'
import { EVERY_OPERATION } from '../operations/every-operation.ts'
import { openApi } from './openapi.ts'
import { PROBLEMS } from './problem.ts'

test('the page shows every operation and every code, and needs nothing from anywhere', async () => {
  const { app } = await testDoor()
  const response = await app.request('/api/docs')
  const html = await response.text()
  expect(response.headers.get('Content-Type')).toContain('text/html')
  expect(response.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
  for (const name of Object.keys(EVERY_OPERATION)) expect(html).toContain(`id="${name}"`)
  for (const code of Object.keys(PROBLEMS)) expect(html).toContain(`id="${code}"`)
  expect(html).not.toMatch(/<script|src=|@import|https?:/)
  // Links within the page lead somewhere.
  for (const [, id] of html.matchAll(/href="#([^"]+)"/g)) expect(html).toContain(`id="${id}"`)
})

test('what the document says is text, whatever it says', () => {
  const hostile = '<img src=x onerror=alert(1)>'
  const html = docsPage({
    ...openApi(hostile),
    paths: { [`/${hostile}`]: { get: { operationId: hostile, summary: hostile, responses: { [hostile]: {} } } } },
  })
  expect(html).not.toContain('<img')
})
