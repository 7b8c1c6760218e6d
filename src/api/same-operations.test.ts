/** What one door offers every door offers: all are read off one table, and this says that none has left anything out. */

import { expect, test } from 'vitest'
import { EVERY_OPERATION } from '../operations/every-operation.ts'
import { ROUTES } from '../sdk/routes.ts'
import { ANSWERS } from './answers.ts'
import { testDoor } from './door.fixture.ts'
import { openApi } from './openapi.ts'
import { routesOf } from './routes.ts'

const table = Object.keys(EVERY_OPERATION).toSorted()

test.each([
  ['REST', () => [...new Set(routesOf().map(({ operation }) => operation))]],
  ['the OpenAPI document', () => documented().filter((id) => Object.hasOwn(EVERY_OPERATION, id))],
  ['the answers that are described', () => Object.keys(ANSWERS)],
  ['the JavaScript client', () => Object.keys(ROUTES)],
])('%s has every operation of the table, and no other', (_door, operations) => {
  expect(operations().toSorted()).toEqual(table)
})

test('no two operations have one address, and each answers there under both bases', async () => {
  const { app } = await testDoor()
  const addresses = routesOf().map(({ method, path }) => `${method} ${path}`)
  expect(new Set(addresses).size).toBe(addresses.length)
  for (const base of ['/api', '/api/v1'])
    for (const { method, path } of routesOf()) {
      const { status } = await app.request(`${base}${path.replaceAll(/:\w+/g, 'x')}`, { method })
      // Nobody is let in without a token: but there is a door.
      expect(status, `${method} ${base}${path}`).toBe(401)
    }
})

function documented(): string[] {
  return Object.values(openApi('0').paths).flatMap((path) =>
    Object.values(path).map((one) => (one as { readonly operationId: string }).operationId),
  )
}
