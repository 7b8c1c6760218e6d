import fc from 'fast-check'
import { expect, test } from 'vitest'
import { founded } from '../replica/cluster.fixture.ts'
import type { Replica } from '../replica/replica.ts'
import { parseBeads } from './beads-parse.ts'
import { fromValue, type Json, type JsonMap, sameJson, toValue } from './beads-values.ts'
import { decodeCbor, encodeCbor } from '../core/cbor.ts'
import { exported, imported, lines, now, recordsIn } from './import-data.fixture.ts'
import { importPlan } from './import-plan.ts'
import { run } from './table.ts'

const IDS = ['bd-1', 'bd-2', 'bd-2.1', 'x:y', 'WN-2', '0198c0de-0000-8000-8000-000000000001']
const words = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('', ' ', 'a\r\nb', '\ud83d', '- [x] a\n- b', '\ufeff\u0000', '🎉'),
)
const json = fc.jsonValue({ depthSize: 'small' }).map((value) => JSON.parse(JSON.stringify(value)) as Json)
const odd = <T>(usual: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 8, arbitrary: usual }, { weight: 1, arbitrary: json }, { weight: 1, arbitrary: words })
const time = fc.oneof(
  fc.constantFrom(
    '2025-10-16T12:00:00.906423-08:00',
    '2026-01-12T02:16:51Z',
    '2026-01-12T02:16:51.5Z',
    '0001-01-01T00:00:00Z',
    'yesterday',
  ),
  fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }).map((date) => date.toISOString()),
)
const dependency = fc.record(
  {
    issue_id: fc.constantFrom(...IDS),
    depends_on_id: fc.constantFrom(...IDS, 'nowhere'),
    type: fc.constantFrom('blocks', 'parent-child', 'blocked-by', 'a:b', ''),
    created_at: time,
  },
  { requiredKeys: ['depends_on_id'] },
)
const comment = fc.record(
  { id: fc.oneof(fc.nat(3), fc.constantFrom('1', '2')), author: words, text: words, created_at: time },
  { requiredKeys: ['text'] },
)
const STATES = ['open', 'in_progress', 'hooked', 'blocked', 'deferred', 'closed', 'pinned', 'tombstone', 'simmering', 'Open']
const REASONS = ["Won't fix", 'Duplicate of bd-1', 'Done', 'Fixed a duplicate', 'obsolete']

const fields = fc.record(
  {
    title: odd(words),
    description: odd(words),
    design: odd(words),
    notes: odd(words),
    acceptance_criteria: odd(words),
    status: odd(fc.constantFrom(...STATES)),
    priority: odd(fc.integer({ min: -1, max: 5 })),
    issue_type: odd(words),
    assignee: odd(fc.constantFrom('ann', 'bob')),
    assignees: odd(fc.array(fc.constantFrom('ann', 'bob', 'cy'), { maxLength: 3 })),
    labels: odd(fc.array(words, { maxLength: 4 })),
    dependencies: odd(fc.array(odd(dependency), { maxLength: 5 })),
    blocked_by: odd(fc.array(fc.constantFrom(...IDS), { maxLength: 3 })),
    comments: odd(fc.array(comment, { maxLength: 3 })),
    close_reason: odd(fc.constantFrom(...REASONS)),
    closed_at: odd(time),
    created_at: odd(time),
    updated_at: odd(time),
    due_at: odd(time),
    defer_until: odd(time),
    estimated_minutes: odd(fc.nat(500)),
    worknode_status: odd(fc.constantFrom('in_review', 'done', 'cancelled')),
    timeout: json,
    metadata: json,
    pinned: fc.boolean(),
    deleted_at: time,
    ['__proto__']: json,
  },
  { requiredKeys: [] },
)
const plan = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...IDS), fields), { selector: ([id]) => id, minLength: 1, maxLength: 5 })
  .map((entries) => entries.map(([id, record]) => JSON.parse(JSON.stringify({ ...record, id })) as JsonMap))

async function changesOf(replica: Replica, work: () => Promise<unknown>): Promise<number> {
  const before = replica.changes
  await work()
  return replica.changes - before
}

test('any plan leaves as it came, writes nothing the second time, and is the same to an empty workspace', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (records) => {
      const { owner } = await founded()
      await imported(owner, lines(...records))
      const out = exported(owner)
      expect(recordsIn(out)).toEqual(records)
      expect(await changesOf(owner, () => imported(owner, lines(...records)))).toBe(0)
      expect(await changesOf(owner, () => imported(owner, out))).toBe(0)
      const { owner: other } = await founded(2)
      await imported(other, out)
      expect(exported(other)).toBe(out)
    }),
    { numRuns: 60 },
  )
}, 120_000)

test('a plan that was edited here, in the file, or in both comes to rest: export, import and export again are one plan', async () => {
  const edit = fc.record(
    {
      title: fc.constantFrom('Ours', 'More of ours'),
      status: fc.constantFrom('backlog', 'ready', 'in_review', 'done', 'cancelled'),
      priority: fc.integer({ min: 0, max: 4 }),
      labels: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
      assignees: fc.uniqueArray(fc.constantFrom('ann', 'bob', 'dan')),
      due: fc.constantFrom(null, '2026-05-05T05:05:05.005Z'),
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(plan, plan, fc.array(edit, { maxLength: 5 }), async (first, second, edits) => {
      const { owner } = await founded()
      await imported(owner, lines(...first))
      edits.forEach((input, i) => {
        const id = owner.views.byExternal('beads', String(first[i % first.length]?.['id']))
        const result = run({ replica: owner }, 'update_task', { id: String(id), ...input })
        if (!result.ok) throw new Error(result.refusal.detail)
      })
      await imported(owner, lines(...second))
      const out = exported(owner)
      const { owner: other } = await founded(2)
      await imported(other, out)
      expect(exported(other)).toBe(out)
      await imported(owner, out)
      expect(exported(owner)).toBe(out)
      expect(await changesOf(owner, () => imported(owner, out))).toBe(0)
    }),
    { numRuns: 60 },
  )
}, 120_000)

test('no text makes an import throw, and what it says adds up', async () => {
  const line = fc.oneof(
    words,
    fc.constantFrom(
      '<<<<<<< HEAD',
      '=======',
      '>>>>>>> x',
      '||||||| y',
      '{"id":"a"}',
      '{"id":"b","title":"\\p"}',
      '{"id":5}',
      'null',
      '[',
      '{"id":"c","comments":[1]}',
    ),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 12 }), fc.constantFrom('\n', '\r\n'), async (all, end) => {
      const { owner } = await founded()
      const parsed = parseBeads(all.join(end))
      const result = await importPlan(owner, all.join(end), () => {}, now)
      if (!parsed.ok) throw new Error(parsed.refusal.detail)
      const { records, lines: read, skipped } = parsed.value
      expect(result.ok).toBe(records.length > 0)
      expect(read - skipped).toBeGreaterThanOrEqual(records.length)
    }),
    { numRuns: 100 },
  )
})

test('every JSON value goes through the codec and comes back', () => {
  const anything = fc.oneof(
    json,
    fc
      .dictionary(fc.oneof(words, fc.constantFrom('~json', '~number', '__proto__', '7')), json)
      .map((map) => JSON.parse(JSON.stringify(map)) as Json),
  )
  fc.assert(
    fc.property(anything, (value) => {
      const through = decodeCbor(encodeCbor(toValue(value)))
      expect(through.ok && sameJson(fromValue(through.value), value)).toBe(true)
      expect(JSON.stringify(through.ok && through.value)).toBe(JSON.stringify(toValue(value)))
      // Whoever copies a value key by key must not get a new prototype from it.
      expect(JSON.stringify(toValue(value))).not.toContain('"__proto__":')
    }),
  )
})
