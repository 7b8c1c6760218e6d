/**
 * Time travel: the end is the present, any other time is the fold of exactly the batches up to it, and the way there makes no
 * difference.
 */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toHex } from '../base/bytes.ts'
import type { Hlc } from '../core/batch.ts'
import { STATUSES } from '../core/fields.ts'
import type { WorkNode } from '../core/fold.ts'
import { compareHlc } from '../core/hlc.ts'
import type { History, Ref } from '../core/history.ts'
import { FROM_STORE } from '../log/ledger.ts'
import { readStored } from '../log/stored.ts'
import { exchange, founded, joined } from './cluster.fixture.ts'
import { revoke } from './membership.ts'
import { openPast, type Past } from './past.ts'
import { randomHistory } from './random-history.fixture.ts'
import type { Replica } from './replica.ts'
import { liveOf } from './standing.ts'
import { State } from './state.ts'
import { Views } from './views.ts'

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

type Names = (ref: Ref) => unknown

/** What a node says, its refs by their names. Where it stands in memory is no part of it. */
function readable(node: WorkNode, name: Names): unknown {
  const sorted = (record: object): [string, unknown][] => Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return {
    facts: [node.id, node.type, node.creator, node.number],
    refs: [node.created, node.updated, ...node.recent].map(name),
    edits: node.edits,
    registers: sorted(node.registers).map(([field, flat]) => [
      field,
      (flat as unknown[]).map((part, i) => (i % 2 === 0 ? part : name(part as Ref))),
    ]),
    sets: sorted(node.sets).map(([field, set]) => [
      field,
      sorted(set as object).map(([element, tags]) => [element, (tags as Ref[]).map(name).map(String).toSorted(byText)]),
    ]),
    texts: sorted(node.texts).map(([field, edits]) => [field, (edits as { ref: Ref }[]).map(({ ref }) => name(ref))]),
  }
}

function nodesOf(nodes: Iterable<WorkNode>, name: Names): unknown[] {
  return [...nodes].toSorted((a, b) => (a.id < b.id ? -1 : 1)).map((node) => readable(node, name))
}

/** What a board shows. Orders of equal standing may differ. */
function shown(views: Views): unknown {
  return {
    columns: STATUSES.map((status) => [...views.column(status)].toSorted()),
    rows: [...views.tasks()].toSorted().map((id) => views.task(id)),
    conflicted: [...views.conflicted].toSorted(),
  }
}

function namesIn(history: History): Names {
  return (ref) => (ref < 0 ? 'none' : `${toHex(history.idOf(Math.floor(ref / 256)))}:${ref % 256}`)
}

function hlcs(past: Past): Hlc[] {
  return past.timeline.between(null, past.timeline.last as Hlc).map((ordinal) => past.history.hlcOf(ordinal))
}

const SHAPE = { numRuns: 12 }

test('the end is the present, whatever turned on the way and wherever one comes from', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(fc.nat(), { maxLength: 4 }), async (seed, stops) => {
      const replica = await randomHistory(seed, 80, true)
      const past = await openPast(replica)
      const times = hlcs(past)
      for (const stop of stops) await past.travel(times[stop % times.length] as Hlc)
      await past.travel(past.timeline.last as Hlc)
      const name = namesIn(replica.history)
      expect(nodesOf(past.fold.nodes.values(), name)).toEqual(nodesOf(replica.nodes.values(), name))
      expect(shown(past.views)).toEqual(shown(replica.views))
      past.close()
    }),
    SHAPE,
  )
})

test('at any time it is what a replica has that got the batches up to then, and no other', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), async (seed, stops) => {
      const replica = await randomHistory(seed, 80, false)
      const past = await openPast(replica)
      const times = hlcs(past)
      for (const stop of stops) {
        const at = times[stop % times.length] as Hlc
        await past.travel(at)
        expect(past.at).toEqual(at)
        const state = await stateUpTo(replica, at)
        expect(nodesOf(past.fold.nodes.values(), namesIn(replica.history))).toEqual(
          nodesOf(state.fold.nodes.values(), namesIn(state.history)),
        )
        expect(shown(past.views)).toEqual(shown(new Views(state, replica.now)))
      }
      past.close()
    }),
    SHAPE,
  )
})

async function stateUpTo(replica: Replica, at: Hlc): Promise<State> {
  const state = new State(replica.workspace, () => Number.POSITIVE_INFINITY)
  for await (const page of replica.exportLog())
    for (const wire of page) {
      const batch = readStored(wire)
      if (compareHlc(batch.header.hlc, at) <= 0) expect(state.offer(batch, FROM_STORE, () => {}).state).toBe('admitted')
    }
  return state
}

test('the way makes no difference: many stops, also without waiting, end where one goes at once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(fc.nat(), { minLength: 2, maxLength: 12 }), async (seed, stops) => {
      const replica = await randomHistory(seed, 60, true)
      const [wandering, direct] = [await openPast({ ...slow(replica) }), await openPast(replica)]
      const times = hlcs(direct)
      const moves = stops.map((stop) => wandering.travel(times[stop % times.length] as Hlc))
      await Promise.all(moves)
      const goal = times[(stops.at(-1) as number) % times.length] as Hlc
      await direct.travel(goal)
      expect(wandering.at).toEqual(goal)
      const name = namesIn(replica.history)
      expect(nodesOf(wandering.fold.nodes.values(), name)).toEqual(nodesOf(direct.fold.nodes.values(), name))
      expect(shown(wandering.views)).toEqual(shown(direct.views))
      for (const past of [wandering, direct]) past.close()
    }),
    SHAPE,
  )
})

/** Every look at the clock is a slice later, so that it pauses wherever it may. */
function slow(replica: Replica): Parameters<typeof openPast>[0] {
  let ms = 0
  return {
    history: replica.history,
    workspace: replica.workspace,
    now: () => (ms += 100),
    yieldToUi: () => new Promise((resolve) => setTimeout(resolve, 0)),
    stored: (ordinals) => replica.stored(ordinals),
    partOf: (ref) => replica.partOf(ref),
    byOf: (ref) => replica.byOf(ref),
    onDurable: (listener) => replica.onDurable(listener),
    onAuthority: (listener) => replica.onAuthority(listener),
    onFences: (listener) => replica.onFences(listener),
  }
}

test('what comes late while one is in the past takes its place there, and verdicts that turn are followed', async () => {
  const { owner, clock } = await founded(1)
  const { member } = await joined(owner, 7, clock)
  const frontier = [...owner.history.heads]
  const early = member.transact(null, (tx) => tx.create({ type: 'task', number: 1, fields: [['title', 'early']] }))
  await member.saved()
  clock.ms += 1000
  owner.transact(null, (tx) => tx.create({ type: 'task', number: 2, fields: [['title', 'middle']] }))
  await owner.saved()
  const middle = owner.history.latest
  clock.ms += 1000
  owner.transact(null, (tx) => tx.create({ type: 'task', number: 3, fields: [['title', 'last']] }))
  await owner.saved()
  const past = await openPast(owner)
  await past.travel(middle)
  const titles = (): string[] => [...past.views.tasks()].map((id) => String(past.views.task(id)?.title)).toSorted(byText)
  expect(titles()).toEqual(['middle'])
  const heard = new Promise<void>((resolve) => past.views.on(early, resolve))
  await exchange(member, owner)
  await heard
  expect(titles()).toEqual(['early', 'middle'])
  const gone = new Promise<void>((resolve) => past.views.on(early, resolve))
  // As of before the member wrote anything.
  for (const { id } of liveOf(owner.authority, member.actor)) expect(revoke(owner, id, { frontier }).ok).toBe(true)
  await gone
  expect(titles()).toEqual(['middle'])
  past.close()
})

test('what comes while one is on the way is there on arrival, and once', async () => {
  const { owner, clock } = await founded(1)
  const { member } = await joined(owner, 7, clock)
  for (let i = 0; i < 40; i++) {
    for (const writer of [owner, member])
      writer.transact(null, (tx) => tx.create({ type: 'task', number: i, fields: [['title', `task ${i}`]] }))
    clock.ms += 1000
    await owner.saved()
    await member.saved()
  }
  const past = await openPast(slow(owner))
  await past.travel(past.timeline.first as Hlc)
  const moving = past.travel(past.timeline.last as Hlc)
  const started = past.at
  await exchange(member, owner)
  await moving
  expect(compareHlc(past.at, started)).toBeGreaterThan(0)
  await past.travel(past.timeline.last as Hlc)
  const name = namesIn(owner.history)
  expect(past.views.column('backlog')).toHaveLength(80)
  expect(nodesOf(past.fold.nodes.values(), name)).toEqual(nodesOf(owner.nodes.values(), name))
  past.close()
})

test('the timeline steps from batch to batch, to and fro', async () => {
  const replica = await randomHistory(5, 60, false)
  const past = await openPast(replica)
  const times = hlcs(past).filter((hlc, i, all) => i === 0 || compareHlc(hlc, all[i - 1] as Hlc) > 0)
  times.forEach((hlc, i) => {
    expect(past.timeline.step(hlc, 1)).toEqual(times[i + 1] ?? null)
    expect(past.timeline.step(hlc, -1)).toEqual(times[i - 1] ?? null)
  })
  expect(past.timeline.count).toBe(replica.history.count)
  past.close()
})
