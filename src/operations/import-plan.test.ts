import { beforeAll, describe, expect, test } from 'vitest'
import { founded } from '../replica/cluster.fixture.ts'
import type { Replica } from '../replica/replica.ts'
import type { TaskRow } from '../replica/task-row.ts'
import { textOf } from '../replica/text.ts'
import { exported, imported, lines, now, realPlan, recordsIn } from './import-data.fixture.ts'
import { importPlan } from './import-plan.ts'
import { run } from './table.ts'

function task(replica: Replica, id: string): TaskRow {
  const node = replica.views.byExternal('beads', id)
  if (!node) throw new Error(`no task came from ${id}`)
  return replica.views.task(node) as TaskRow
}

/** As the field map has it, written down once more and by hand. */
function statusOf({ status, close_reason }: Record<string, unknown>): string {
  if (status !== 'closed')
    return (
      ({ open: 'ready', hooked: 'in_progress', in_progress: 'in_progress', blocked: 'blocked' } as Record<string, string>)[
        String(status)
      ] ?? '?'
    )
  return /^(Won't fix|Duplicate of|Stale|rejected:|Superseded|Cancelled)/.test(String(close_reason)) ? 'cancelled' : 'done'
}

/** Reads a line as the importer is to: two lines of the larger file have a backslash before a letter that it does not escape. */
function lenient(line: string): Record<string, unknown> {
  return JSON.parse(line.replaceAll(String.raw`\p`, String.raw`\\p`)) as Record<string, unknown>
}

const PLANS = [
  { file: 'beads-430.jsonl', issues: 430, dependencies: 176, comments: 0, deleted: 0 },
  { file: 'beads-3003.jsonl', issues: 3003, dependencies: 1383, comments: 16, deleted: 346 },
]

describe.each(PLANS)('the plan $file', ({ file, issues, dependencies, comments, deleted }) => {
  const text = realPlan(file)
  const missing = `${file} is not beside the project (../shared/data)`
  let owner: Replica
  let records: Record<string, unknown>[]

  beforeAll(async () => {
    if (text === null) return
    records = text.split('\n').filter(Boolean).map(lenient)
    owner = (await founded()).owner
  })

  test('is imported whole, and the report counts what came', async ({ skip }) => {
    if (text === null) return skip(missing)
    const told: number[] = []
    const result = await importPlan(owner, text, (done) => void told.push(done), now)
    expect(result).toMatchObject({
      ok: true,
      value: { created: issues, updated: 0, dependencies, comments, deleted, unresolved: 0, skipped: 0 },
    })
    expect(records).toHaveLength(issues)
    expect(told).toEqual(told.toSorted((a, b) => a - b))
    expect(told.at(-1)).toBe(issues)
  })

  test('keeps status, type, priority, labels and assignee of each issue', ({ skip }) => {
    if (text === null) return skip(missing)
    for (const record of records) {
      const row = task(owner, String(record['id']))
      const { title, priority, issue_type: kind, labels = [], assignee } = record
      expect(row).toMatchObject({
        title,
        priority,
        kind,
        labels,
        assignees: assignee ? [assignee] : [],
        deleted: record['status'] === 'tombstone',
      })
      if (!row.deleted) expect([row.title, row.status]).toEqual([title, statusOf(record)])
    }
    expect([...owner.views.tasks()]).toHaveLength(issues - deleted)
  })

  test('keeps every dependency and every comment, and the words of each issue', ({ skip }) => {
    if (text === null) return skip(missing)
    let [links, said] = [0, 0]
    for (const record of records) {
      const row = task(owner, String(record['id']))
      const ends = new Set(row.dependencies.map(({ type, to }) => `${type}:${to}`))
      if (row.parent) ends.add(`parent-child:${row.parent}`)
      const given = (record['dependencies'] ?? []) as { type: string; depends_on_id: string }[]
      expect(ends).toEqual(new Set(given.map(({ type, depends_on_id: to }) => `${type}:${task(owner, to).id}`)))
      links += given.length
      const spoken = ((record['comments'] ?? []) as { text: string }[]).map((comment) => comment.text)
      const here = owner.views.commentsOn(row.id).map((id) => textOf(owner.nodes.get(id) as never, 'body', owner.history))
      expect(here).toEqual(spoken)
      said += spoken.length
      const node = owner.nodes.get(row.id) as never
      expect(textOf(node, 'body', owner.history)).toBe(record['description'] ?? '')
      expect(textOf(node, 'notes', owner.history)).toBe(record['notes'] ?? '')
      expect(textOf(node, 'plan', owner.history)).toBe(record['design'] ?? '')
    }
    expect([links, said]).toEqual([dependencies, comments])
  })

  test('numbers tasks in the order of the file, and puts the urgent first in each column', ({ skip }) => {
    if (text === null) return skip(missing)
    expect(records.map(({ id }) => task(owner, String(id)).key)).toEqual(records.map((_, i) => `WN-${i + 1}`))
    for (const status of ['ready', 'in_progress', 'done'] as const) {
      const priorities = owner.views.column(status).map((id) => owner.views.task(id)?.priority as number)
      expect(priorities).toEqual(priorities.toSorted((a, b) => a - b))
    }
  })

  test('writes nothing when it is imported again', async ({ skip }) => {
    if (text === null) return skip(missing)
    const { changes } = owner
    expect(await imported(owner, text)).toMatchObject({ created: 0, updated: 0, unchanged: issues, dependencies: 0, comments: 0 })
    expect(owner.changes).toBe(changes)
  })

  test('leaves as it came, and is the same plan to an empty workspace', async ({ skip }) => {
    if (text === null) return skip(missing)
    const out = exported(owner)
    expect(recordsIn(out)).toEqual(records)
    const { owner: other } = await founded(2)
    await imported(other, out)
    expect(exported(other)).toBe(out)
  })
})

describe('importing again', () => {
  const before = {
    id: 'a-1',
    title: 'One',
    description: 'First words',
    status: 'open',
    priority: 2,
    labels: ['x', 'y'],
    updated_at: '2026-01-01T00:00:00Z',
  }
  const after = { ...before, updated_at: '2026-01-02T00:00:00Z' }

  async function edited(): Promise<{ owner: Replica; id: string }> {
    const { owner } = await founded()
    await imported(owner, lines(before))
    const { id } = task(owner, 'a-1')
    const result = run({ replica: owner }, 'update_task', {
      id,
      title: 'Ours',
      priority: 0,
      status: 'in_review',
      labels: ['y', 'ours'],
    })
    expect(result.ok).toBe(true)
    return { owner, id }
  }

  test('an unchanged source does not write over edits made here', async () => {
    const { owner } = await edited()
    const { changes } = owner
    expect(await imported(owner, lines(before))).toMatchObject({ unchanged: 1 })
    expect(owner.changes).toBe(changes)
    expect(task(owner, 'a-1')).toMatchObject({ title: 'Ours', priority: 0, status: 'in_review', labels: ['ours', 'y'] })
  })

  test('a field that the source changed is taken, and only that', async () => {
    const { owner, id } = await edited()
    await imported(owner, lines({ ...after, title: 'Theirs', description: 'Second words', labels: ['x', 'y', 'theirs'] }))
    expect(task(owner, 'a-1')).toMatchObject({
      title: 'Theirs',
      priority: 0,
      status: 'in_review',
      labels: ['ours', 'theirs', 'y'],
    })
    expect(textOf(owner.nodes.get(id as never) as never, 'body', owner.history)).toBe('Second words')
  })

  test('a plan that no longer names a task leaves it alone', async () => {
    const { owner } = await edited()
    await imported(owner, lines({ id: 'a-2', title: 'Two' }))
    expect(task(owner, 'a-1')).toMatchObject({ title: 'Ours', deleted: false })
  })

  test('edits made here leave with the plan, with the time of the last one', async () => {
    const { owner } = await edited()
    const [out] = recordsIn(exported(owner))
    expect(out).toMatchObject({
      id: 'a-1',
      title: 'Ours',
      priority: 0,
      status: 'in_progress',
      worknode_status: 'in_review',
      labels: ['y', 'ours'],
    })
    expect(out).not.toMatchObject({ updated_at: before.updated_at })
    const { owner: other } = await founded(3)
    await imported(other, exported(owner))
    expect(task(other, 'a-1')).toMatchObject({ title: 'Ours', status: 'in_review' })
    expect(exported(other)).toBe(exported(owner))
  })

  test('a new title changes the time of the issue, and closing it says when', async () => {
    const { owner } = await founded()
    await imported(
      owner,
      lines({ ...before, id: 'a-0' }, before, { ...before, id: 'a-2', status: 'closed', closed_at: '2025-12-31T00:00:00Z' }),
    )
    run({ replica: owner }, 'update_task', { id: task(owner, 'a-0').id, title: 'New' })
    run({ replica: owner }, 'update_task', { id: task(owner, 'a-1').id, status: 'done' })
    run({ replica: owner }, 'update_task', { id: task(owner, 'a-2').id, status: 'ready' })
    const at = '2026-01-01T00:00:00.000Z'
    expect(recordsIn(exported(owner))).toEqual([
      { ...before, id: 'a-0', title: 'New', updated_at: at },
      { ...before, status: 'closed', closed_at: at, updated_at: at },
      { ...before, id: 'a-2', updated_at: at },
    ])
  })

  test('a task that was made here leaves and finds itself again, and an edit in the file is taken', async () => {
    const { owner } = await founded()
    run({ replica: owner }, 'create_task', { title: 'Born here', body: 'Words', dependencies: [] })
    run({ replica: owner }, 'comment_task', { id: 'WN-1', body: 'Said here' })
    const out = exported(owner)
    const { changes } = owner
    expect(await imported(owner, out)).toMatchObject({ created: 0, unchanged: 1, comments: 0 })
    expect(owner.changes).toBe(changes)
    await imported(owner, out.replace('Born here', 'Edited in the file'))
    expect(task(owner, 'WN-1')).toMatchObject({ key: 'WN-1', title: 'Edited in the file', comments: 1 })
  })

  test('a comment that the source adds is written, and one deleted here stays deleted', async () => {
    const { owner } = await founded()
    const said = (id: number | string, text: string): object => ({
      id,
      issue_id: 'a-1',
      author: 'ann',
      text,
      created_at: '2026-01-01T00:00:00Z',
    })
    await imported(owner, lines({ ...before, comments: [said(1, 'one'), said('1', 'other one')] }))
    const { id } = task(owner, 'a-1')
    const [first] = owner.views.commentsOn(id)
    owner.transact(null, (tx) => tx.set(first as never, 'deleted', true))
    expect(
      await imported(owner, lines({ ...after, comments: [said(1, 'one'), said('1', 'changed'), said(2, 'two')] })),
    ).toMatchObject({ comments: 2 })
    expect(owner.views.commentsOn(id).map((comment) => textOf(owner.nodes.get(comment) as never, 'body', owner.history))).toEqual(
      ['changed', 'two'],
    )
  })

  test('a dependency on what is not there is kept as text until an import brings it', async () => {
    const { owner } = await founded()
    const child = {
      ...before,
      dependencies: [
        { issue_id: 'a-1', depends_on_id: 'a-9', type: 'blocks' },
        { issue_id: 'a-1', depends_on_id: 'a-8', type: 'parent-child' },
      ],
    }
    expect(await imported(owner, lines(child))).toMatchObject({ unresolved: 2 })
    expect(task(owner, 'a-1')).toMatchObject({ ready: true, parent: null, dependencies: [{ to: 'a-9' }, { to: 'a-8' }] })
    expect(await imported(owner, lines({ id: 'a-9', title: 'Nine' }, { id: 'a-8', title: 'Eight' }, child))).toMatchObject({
      unresolved: 0,
      dependencies: 2,
    })
    expect(task(owner, 'a-1')).toMatchObject({
      ready: false,
      parent: task(owner, 'a-8').id,
      dependencies: [{ to: task(owner, 'a-9').id }],
    })
  })

  test('a plan whose parents make a circle loses no task and no link', async () => {
    const { owner } = await founded()
    const under = (id: string, parent: string): object => ({
      id,
      title: id,
      dependencies: [{ issue_id: id, depends_on_id: parent, type: 'parent-child' }],
    })
    const plan = lines(under('a', 'b'), under('b', 'c'), under('c', 'a'))
    await imported(owner, plan)
    expect(['a', 'b', 'c'].map((id) => task(owner, id).parent)).toEqual([task(owner, 'b').id, task(owner, 'c').id, null])
    expect(task(owner, 'c').dependencies).toMatchObject([{ type: 'parent-child', to: task(owner, 'a').id }])
    expect(recordsIn(exported(owner))).toEqual(recordsIn(plan))
  })
})

describe('files that are not quite plans', () => {
  test('a file with git conflict markers gives both sides, the newest where they differ, and says so', async () => {
    const { owner } = await founded()
    const [ours, theirs] = [
      { id: 'c', title: 'Ours', updated_at: '2026-01-02T00:00:00Z' },
      { id: 'c', title: 'Theirs', updated_at: '2026-01-01T00:00:00Z' },
    ]
    const text = `\ufeff${lines({ id: 'a', title: 'A' })}<<<<<<< HEAD\r\n${lines(ours, { id: 'd', title: 'D' })}||||||| base\n${lines({ id: 'z', title: 'Ancestor' })}=======\n${lines(theirs)}>>>>>>> other\n${lines({ id: 'b', title: 'B' })}`
    expect(await imported(owner, text)).toMatchObject({ created: 4, conflictHunks: 1, repeated: 1, skipped: 0 })
    expect(['a', 'b', 'c', 'd'].map((id) => task(owner, id).title)).toEqual(['A', 'B', 'Ours', 'D'])
    expect(owner.views.byExternal('beads', 'z')).toBe(null)
  })

  test('lines that cannot be read are left out and named, and the rest comes', async () => {
    const { owner } = await founded()
    const text = [
      '{"id":"a","title":"A"}',
      '{"id":"b"',
      '[1]',
      '{"title":"no id"}',
      '\u0000\u0001',
      '{"id":"e","title":"E"}',
    ].join('\n')
    const report = await imported(owner, text)
    expect(report).toMatchObject({ created: 2, skipped: 4 })
    expect(report.firstSkipped.map((skipped) => 'line' in skipped && skipped.line)).toEqual([2, 3, 4, 5])
  })

  test.each([
    ['', 'It is empty'],
    ['\u0000PNG\r\n\u001a\n', 'none is an issue'],
    ['<html><body>Not found</body></html>', 'not JSON'],
  ])('a file without any issue is refused and nothing is written: %j', async (text, words) => {
    const { owner } = await founded()
    const { changes } = owner
    const result = await importPlan(owner, text, () => {}, now)
    expect(result).toMatchObject({ ok: false, refusal: { code: 'invalid', detail: expect.stringContaining(words) } })
    expect(owner.changes).toBe(changes)
  })

  test('an issue too large for the log is left out by name', async () => {
    const { owner } = await founded()
    const report = await imported(
      owner,
      lines(
        { id: 'a', title: 'A', metadata: { blob: 'x'.repeat(60_000) } },
        { id: 'b', title: 'B', description: 'x'.repeat(400_000) },
        { id: 'c', title: 'C' },
      ),
    )
    expect(report).toMatchObject({ created: 1, skipped: 2, firstSkipped: [{ id: 'a' }, { id: 'b' }] })
  })

  test('the older form is read: no issue type, and blocked_by', async () => {
    const { owner } = await founded()
    const plan = lines({ id: 'x-1', title: 'One', blocked_by: ['x-2'] }, { id: 'x-2', title: 'Two' })
    await imported(owner, plan)
    expect(task(owner, 'x-1')).toMatchObject({
      kind: 'task',
      ready: false,
      dependencies: [{ type: 'blocks', to: task(owner, 'x-2').id }],
    })
    expect(recordsIn(exported(owner))).toEqual(recordsIn(plan))
  })

  test('keys that Beads computes are not kept, all others are', async () => {
    const { owner } = await founded()
    await imported(
      owner,
      lines({
        id: 'a',
        title: 'A',
        status: 'simmering',
        issue_type: 'convoy',
        parent: 'b',
        dependency_count: 3,
        timeout: 0.5,
        mol: { deep: [[[[[[1]]]]]] },
      }),
    )
    expect(task(owner, 'a')).toMatchObject({ status: 'ready', kind: 'convoy' })
    expect(recordsIn(exported(owner))).toEqual([
      { id: 'a', title: 'A', status: 'simmering', issue_type: 'convoy', timeout: 0.5, mol: { deep: [[[[[[1]]]]]] } },
    ])
  })

  test('acceptance criteria become checks, and a check that was ticked here leaves ticked', async () => {
    const { owner } = await founded()
    await imported(owner, lines({ id: 'a', title: 'A', acceptance_criteria: '- [x] Done\n- Open' }))
    const { id, checks } = task(owner, 'a')
    expect(checks.map(({ text, done }) => [text, done])).toEqual([
      ['Done', true],
      ['Open', false],
    ])
    run({ replica: owner }, 'update_check', { id, check: checks[1]?.id as string, done: true })
    expect(recordsIn(exported(owner))).toMatchObject([{ acceptance_criteria: '- [x] Done\n- [x] Open' }])
  })
})
