/** The document is valid, complete and true: an outside validator, the table, and every answer of the conformance list say so. */

import { Validator } from '@seriousme/openapi-schema-validator'
import type * as z from 'zod/mini'
import { expect, test } from 'vitest'
import { EVERY_OPERATION, type EveryOperationName } from '../operations/every-operation.ts'
import { Problem } from './answer-shapes.ts'
import { ANSWERS } from './answers.ts'
import { CASES, fits, runCase } from './conformance-case.fixture.ts'
import { restDoor } from './conformance.fixture.ts'
import { testDoor } from './door.fixture.ts'
import { openApi } from './openapi.ts'

interface Described {
  readonly operationId: string
  readonly responses: Readonly<Record<string, unknown>>
}

const described = (): Described[] => Object.values(openApi('1.0.0').paths).flatMap((path) => Object.values(path) as Described[])

test('an outside validator takes the document that the door gives', async () => {
  const { app } = await testDoor()
  for (const base of ['/api', '/api/v1']) {
    const response = await app.request(`${base}/openapi.json`)
    expect(response.headers.get('Content-Type')).toBe('application/json')
    const validator = new Validator()
    const { valid, errors } = await validator.validate((await response.json()) as Record<string, unknown>)
    expect(errors ?? []).toEqual([])
    expect(valid).toBe(true)
    expect(validator.version).toBe('3.1')
  }
})

test('a document with a planted mistake is not taken', async () => {
  const { valid } = await new Validator().validate({ ...openApi('1.0.0'), paths: { '/x': { get: { responses: 'none' } } } })
  expect(valid).toBe(false)
})

test('every operation of the table is described, once under its own name', () => {
  const ids = described().map(({ operationId }) => operationId)
  expect(new Set(ids).size).toBe(ids.length)
  expect(Object.keys(EVERY_OPERATION).filter((name) => !ids.includes(name))).toEqual([])
  expect(Object.keys(ANSWERS).toSorted()).toEqual(Object.keys(EVERY_OPERATION).toSorted())
})

/** What does not fit, or is told and not described. */
function faultOf(shape: z.ZodMiniType, body: unknown): string | null {
  const parsed = shape.safeParse(body)
  if (!parsed.success) return JSON.stringify(parsed.error.issues.slice(0, 2))
  // Names that the shape does not have are left out of what was parsed.
  return JSON.stringify(parsed.data, sorted) === JSON.stringify(body, sorted)
    ? null
    : `not described: ${JSON.stringify(body).slice(0, 2000)}`
}

function sorted(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

test('every answer of the conformance list is as described, and each that is described is given', async () => {
  const given = new Set<string>()
  const faults: string[] = []
  const note = (what: string, fault: string | null): unknown => fault && faults.push(`${what}: ${fault}`)
  const door = await restDoor((op, response, body) => {
    if (response.status >= 400) {
      note('problem', faultOf(Problem, body))
      given.add('problem')
    } else if (op !== null && op !== 'export_tasks') note(op, faultOf(ANSWERS[op as EveryOperationName], body))
    if (response.status < 400 && op !== null) given.add(`${op} ${response.status}`)
  })
  for (const [i, one] of CASES.entries()) if (fits(door, one)) await runCase(door, one, `o${i}`)
  expect(faults).toEqual([])
  const documented = described()
    .filter(({ operationId }) => Object.hasOwn(EVERY_OPERATION, operationId))
    .flatMap(({ operationId, responses }) =>
      Object.keys(responses).flatMap((status) => (/^\d+$/.test(status) ? `${operationId} ${status}` : [])),
    )
  expect(documented.filter((one) => !given.has(one) && !NEVER_IN_THE_LIST.has(one))).toEqual([])
})

/** What only a longer story brings about; the tests of rights tell those. */
const NEVER_IN_THE_LIST = new Set([
  'resolve_conflict 200',
  'renounce_capability 200',
  'close_invite 200',
  'adopt_changes 200',
  'unadopt_changes 200',
  'undo_revocation 200',
  'reaffirm_revocation 200',
])
