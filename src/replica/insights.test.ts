/** Insights against the definitions alone, over random histories of two who are often apart, one of whom is removed. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Value } from '../core/batch.ts'
import { decodeEdit, type Edit } from '../core/change.ts'
import { isSilent, sameValue } from '../core/conflicts.ts'
import type { Ref } from '../core/history.ts'
import type { ActorKey, NodeId } from '../core/ids.ts'
import { readStored } from '../log/stored.ts'
import { exchange, founded, joined } from './cluster.fixture.ts'
import { Insights, saidBy } from './insights.ts'
import { type InsightsSummary, summarize } from './insights-summary.ts'
import { type InsightsWatch, watchInsights } from './insights-watch.ts'
import { removeActor } from './membership.ts'
import { randomHistory } from './random-history.fixture.ts'
import type { Replica } from './replica.ts'

interface Known {
  readonly ref: Ref
  readonly edit: Edit
  readonly actor: ActorKey
}

async function editsIn(replica: Replica): Promise<Known[]> {
  const { history } = replica
  const names = { ordinalOf: (id: Uint8Array) => history.ordinalOf(id), idOf: (at: number) => history.idOf(at) }
  const found: Known[] = []
  for await (const page of replica.exportLog())
    for (const wire of page) {
      const { id, header, body } = readStored(wire)
      const ordinal = history.ordinalOf(id) as number
      body?.changes.forEach((change, index) => {
        const edit = header.workspace === null ? null : decodeEdit(change, ordinal, names)
        const actor = history.feedOf(ordinal).slice(0, replica.actor.length) as ActorKey
        if (edit) found.push({ ref: ordinal * 256 + index, edit, actor })
      })
    }
  return found
}

interface Write {
  readonly ref: Ref
  readonly actor: ActorKey
  readonly node: NodeId
  readonly field: string
  readonly value: Value
}

function writesOf(edits: readonly Known[]): Write[] {
  return edits.flatMap(({ ref, edit, actor }) => {
    const writes = edit.op === 'create' ? edit.fields : edit.op === 'set' ? [[edit.field, edit.value] as const] : []
    return writes.map(([field, value]) => ({ ref, actor, node: edit.node, field, value }))
  })
}

/** Every write is looked at against every other. */
function conflictsIn(writes: readonly Write[], { history }: Replica): Write[] {
  const before = (a: Write, b: Write): boolean => history.compare(a.ref, b.ref) < 0
  return writes.filter((write) => {
    const rivals = writes.filter((other) => other.node === write.node && other.field === write.field && before(other, write))
    return rivals.some(
      (other) =>
        !isSilent(write.field) &&
        !sameValue(other.value, write.value) &&
        !history.saw(write.ref, other.ref) &&
        !rivals.some((third) => history.saw(third.ref, other.ref)),
    )
  })
}

function counted<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, number> {
  const counts = new Map<K, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}

test('sums over random histories are those that the definitions give, in whatever order the changes came', async () => {
  let conflictsSeen = 0
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.infiniteStream(fc.nat()), async (seed, order) => {
      const replica = await randomHistory(seed, 90, true)
      const { history } = replica
      const all = await editsIn(replica)
      const insights = new Insights(history, (ref) => replica.partOf(ref) === 'counts')
      const shuffled = all.map((known) => ({ known, at: order.next().value as number })).toSorted((a, b) => a.at - b.at)
      shuffled.forEach(({ known: { edit, ref, actor } }, i) => {
        insights.note(edit.node, saidBy(edit, ref, actor))
        if (i % 7 === 0) insights.settleOne()
      })
      while (insights.settleOne());

      const counting = all
        .filter(({ ref, edit }) => replica.partOf(ref) === 'counts' && replica.nodes.has(edit.node))
        .toSorted((a, b) => history.compare(a.ref, b.ref))
      const writes = writesOf(counting)
      const conflicts = conflictsIn(writes, replica)
      conflictsSeen += conflicts.length
      const minute = ({ ref }: { readonly ref: Ref }): number => Math.floor(history.msOf(ref) / 60_000)
      const tallies = <K>(edits: Map<K, number>, clashes: Map<K, number>): [K, unknown][] =>
        [...edits].map(([key, n]) => [key, { edits: n, conflicts: clashes.get(key) ?? 0 }])
      expect(insights.byField).toEqual(
        new Map(
          tallies(
            counted(writes, ({ field }) => field),
            counted(conflicts, ({ field }) => field),
          ),
        ),
      )
      expect(insights.byActor).toEqual(
        new Map(
          tallies(
            counted(counting, ({ actor }) => actor),
            counted(conflicts, ({ actor }) => actor),
          ),
        ),
      )
      expect(insights.byMinute).toEqual(new Map(tallies(counted(counting, minute), counted(conflicts, minute))))
      expect([...insights.tasks.keys()].toSorted(byText)).toEqual(
        [...replica.nodes.values()].flatMap(({ id, type }) => (type === 'task' ? [id as string] : [])).toSorted(byText),
      )
      for (const [id, story] of insights.tasks) {
        const row = replica.views.task(id)
        const mine = counting.filter(({ edit }) => edit.node === id)
        const statuses = writes.filter(({ node, field }) => node === id && field === 'status')
        const last = statuses.at(-1)
        const begun =
          statuses.find(({ value }) => value === 'in_progress') ?? statuses.find(({ value }) => value === 'ready') ?? null
        expect(story).toEqual({
          id,
          createdAt: Date.parse(row?.createdAt ?? ''),
          edits: mine.length,
          parent: writes.findLast(({ node, field }) => node === id && field === 'parent')?.value ?? null,
          status: row?.status,
          statusAt: last ? history.msOf(last.ref) : Date.parse(row?.createdAt ?? ''),
          statusBy: last?.actor ?? mine[0]?.actor,
          begunAt: begun && history.msOf(begun.ref),
          isDeleted: row?.deleted,
        })
      }
    }),
    { numRuns: 12 },
  )
  // The histories are worth asking.
  expect(conflictsSeen).toBeGreaterThan(20)
})

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

test('the summary leaves nothing out: spans, sizes and people add up to the whole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const replica = await randomHistory(seed, 60, false)
      const insights = new Insights(replica.history, (ref) => replica.partOf(ref) === 'counts')
      for (const { edit, ref, actor } of await editsIn(replica)) insights.note(edit.node, saidBy(edit, ref, actor))
      while (insights.settleOne());
      const summary = summarize(insights, new Map(), replica.now())
      const tasks = [...replica.views.tasks()].length
      const total = (items: readonly object[], name: string): number =>
        items.reduce((sum, item) => sum + ((item as Record<string, number>)[name] ?? 0), 0)
      for (const list of [summary.spans, summary.actors]) {
        expect(total(list, 'edits')).toBe(summary.edits)
        expect(total(list, 'conflicts')).toBe(summary.conflicts)
        expect(total(list, 'done')).toBe(replica.views.column('done').length)
      }
      expect(total(summary.fields, 'conflicts')).toBe(summary.conflicts)
      for (const lines of [summary.bySubtasks, summary.byEdits, summary.byDuration]) {
        expect(total(lines, 'done') + total(lines, 'cancelled') + total(lines, 'open')).toBe(tasks)
        expect(total(lines, 'cancelled')).toBe(replica.views.column('cancelled').length)
      }
      expect(summary.spans.length).toBeLessThanOrEqual(36)
    }),
    { numRuns: 8 },
  )
})

function until(watch: InsightsWatch, is: (summary: InsightsSummary) => boolean): Promise<InsightsSummary> {
  return new Promise((resolve) => {
    const look = (): void => {
      const { summary, isReading } = watch.get()
      if (summary === null || isReading || !is(summary)) return
      stop()
      resolve(summary)
    }
    const stop = watch.subscribe(look)
    look()
  })
}

test('who looks sees what comes, what conflicts, and what counts no more; cycle time runs from the beginning of the work', async () => {
  const { owner, clock } = await founded(1)
  const { member } = await joined(owner, 7, clock)
  const watch = watchInsights(owner, queueMicrotask)
  const hold = watch.subscribe(() => undefined)
  await until(watch, ({ spans }) => spans.length >= 0)
  const task = owner.transact(null, (tx) => tx.create({ type: 'task', number: 1, fields: [['title', 'a']] }))
  owner.transact(null, (tx) => tx.set(task, 'status', 'in_progress'))
  await exchange(owner, member)
  clock.ms += 60_000
  owner.transact(null, (tx) => tx.set(task, 'status', 'done'))
  member.transact(null, (tx) => tx.set(task, 'title', 'b'))
  owner.transact(null, (tx) => tx.set(task, 'title', 'c'))
  await exchange(member, owner)
  await owner.saved()
  const seen = await until(watch, ({ conflicts }) => conflicts === 1)
  expect(seen.fields[0]).toMatchObject({ field: 'title', conflicts: 1 })
  expect(seen.actors.find(({ actor }) => actor === owner.actor)).toMatchObject({ done: 1, cycleMs: 60_000 })
  const edits = (summary: InsightsSummary): number => summary.actors.find(({ actor }) => actor === member.actor)?.edits ?? 0
  const before = edits(seen)
  removeActor(owner, member.actor)
  member.transact(null, (tx) => tx.set(task, 'priority', 0))
  await exchange(member, owner)
  expect(edits(await until(watch, () => true))).toBe(before)
  hold()
})
