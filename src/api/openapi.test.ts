/** The document is valid, complete and true: an outside validator, the table, and every answer of the conformance list say so. */

import { Validator } from '@seriousme/openapi-schema-validator'
import type * as z from 'zod/mini'
import { expect, test } from 'vitest'
import { toHex } from '../base/bytes.ts'
import type { ActorKey } from '../core/ids.ts'
import { signingKeys } from '../log/keys.ts'
import { EVERY_OPERATION, type EveryOperationName } from '../operations/every-operation.ts'
import { run } from '../operations/table.ts'
import { attentionOf } from '../replica/attention.ts'
import { exchange, joined } from '../replica/cluster.fixture.ts'
import { publishInvite } from '../replica/workspace.ts'
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

/** What only a longer story brings about: several people, apart, or what somebody lost. Told below. */
const NEVER_IN_THE_LIST = new Set([
  'resolve_conflict 200',
  'renounce_capability 200',
  'close_invite 200',
  'adopt_changes 200',
  'unadopt_changes 200',
  'undo_revocation 200',
  'reaffirm_revocation 200',
])

test('what the list does not bring about is answered as described as well', async () => {
  const { owner, agent, clock, request } = await testDoor()
  const told = new Set<string>()
  async function ask(op: EveryOperationName, path: string, body?: unknown, token = 'owner'): Promise<unknown> {
    clock.ms += 1000
    const response = await request('POST', path, body, { Authorization: `Bearer ${token}` })
    const answered: unknown = await response.json()
    expect([op, response.status, faultOf(ANSWERS[op], answered)]).toEqual([op, 200, null])
    told.add(`${op} 200`)
    return answered
  }
  const { member } = await joined(owner, 5, clock, { role: 'admin' })
  const { member: worker } = await joined(owner, 6, clock, { role: 'member' })
  const capabilityOf = (actor: string): string => owner.authority.registry.heldBy(actor as ActorKey)[0]?.id as string
  const changeOf = (ref: number): string => `${toHex(owner.history.idOf(Math.floor(ref / 256)))}:${ref % 256}`
  const meet = async (): Promise<void> => {
    for (const other of [member, worker]) await exchange(other, owner)
    for (const other of [member, worker]) await exchange(owner, other)
    await owner.settled()
  }

  // Two who wrote one title apart.
  run({ replica: owner }, 'create_task', { title: 'One' })
  await meet()
  for (const replica of [owner, member]) run({ replica }, 'update_task', { id: 'WN-1', title: `As ${replica.actor} has it` })
  await meet()
  await ask('resolve_conflict', '/tasks/WN-1/resolve', { field: 'title', choice: 1 })

  // An invite that nobody came by.
  const guest = await signingKeys(new Uint8Array(32).fill(70))
  publishInvite(owner, { role: 'member' }, { key: guest.key, box: null })
  await ask('close_invite', `/invites/${capabilityOf(toHex(guest.key))}/close`)

  // Work that a revocation cut, kept after all, and not.
  const before = clock.ms
  clock.ms += 1000
  for (const title of ['Two', 'Three', 'Four', 'Five', 'Six']) run({ replica: worker }, 'create_task', { title })
  await meet()
  const ended = run({ replica: member }, 'revoke_capability', { id: capabilityOf(worker.actor), asOf: before })
  expect(ended).toMatchObject({ ok: true })
  await meet()
  const changes = run({ replica: owner }, 'list_quarantine', {})
  if (!changes.ok) throw new Error(changes.refusal.detail)
  const cut = changes.value.slice(0, 1).map(({ change }) => change)
  await ask('adopt_changes', '/quarantine/adopt', { changes: cut })
  await owner.settled()
  await ask('unadopt_changes', '/quarantine/unadopt', { changes: cut })
  await owner.settled()
  const alarm = attentionOf(owner).find(({ kind }) => kind === 'cut') as { readonly revocation: number }
  await ask('undo_revocation', `/revocations/${changeOf(alarm.revocation)}/undo`)

  // What a removed admin had ended, ended again.
  const { member: another } = await joined(owner, 8, clock, { role: 'agent' })
  await exchange(owner, member)
  const since = clock.ms
  clock.ms += 1000
  expect(run({ replica: member }, 'revoke_capability', { id: capabilityOf(another.actor) })).toMatchObject({ ok: true })
  await meet()
  clock.ms += 1000
  run({ replica: owner }, 'revoke_capability', { id: capabilityOf(member.actor), asOf: since })
  await owner.settled()
  const voided = attentionOf(owner).find(({ kind }) => kind === 'voided') as { readonly revocation: number }
  await ask('reaffirm_revocation', `/revocations/${changeOf(voided.revocation)}/reaffirm`)

  await ask('renounce_capability', `/capabilities/${capabilityOf(agent.actor)}/renounce`, undefined, 'agent')
  expect(told).toEqual(NEVER_IN_THE_LIST)
})
