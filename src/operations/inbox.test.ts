/** What needs a person, through operations on replicas that meet and part; and the law: kept in step is as good as looked at anew. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { read } from '../core/fold.ts'
import type { NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { exchange, founded, joined, type TestClock } from '../replica/cluster.fixture.ts'
import { Inbox } from '../replica/inbox.ts'
import { CONCERNS } from '../replica/inbox-item.ts'
import { frontierAt, revoke, undoCut } from '../replica/membership.ts'
import type { Replica } from '../replica/replica.ts'
import { run } from './table.ts'
import { done } from './operate.fixture.ts'

interface Scene {
  readonly owner: Replica
  readonly agents: readonly Replica[]
  readonly clock: TestClock
  readonly inbox: Inbox
  meet(): Promise<void>
}

async function scene(agents = 1): Promise<Scene> {
  const { owner, clock } = await founded()
  const hands: Replica[] = []
  for (let n = 0; n < agents; n++) hands.push((await joined(owner, 7 + n, clock, { role: 'agent' })).member)
  const inbox = new Inbox(owner)
  const meet = async (): Promise<void> => {
    for (const one of hands) await exchange(one, owner)
    for (const one of hands) await exchange(owner, one)
  }
  return { owner, agents: hands, clock, inbox, meet }
}

/** An owner and an agent that works on WN-1. */
async function atWork(): Promise<Scene & { readonly agent: Replica }> {
  const made = await scene()
  const agent = made.agents[0] as Replica
  done(made.owner, 'create_task', { title: 'Build it', status: 'ready' })
  await made.meet()
  done(agent, 'claim_task', { id: 'WN-1' })
  done(agent, 'confirm_task', { id: 'WN-1' })
  await made.meet()
  return { ...made, agent }
}

function kinds(inbox: Inbox): string[] {
  return inbox.items.map(({ concerns }) => concerns.map(({ kind }) => kind).join('+'))
}

test('a question is there until it is answered, and tells who listens', async () => {
  const { owner, agent, inbox, meet } = await atWork()
  let told = 0
  inbox.onChanged(() => told++)
  const { id } = done(agent, 'ask_task', { id: 'WN-1', question: 'Which port?' })
  await meet()
  expect(inbox.items).toMatchObject([{ concerns: [{ kind: 'question', about: [id] }] }])
  done(owner, 'answer_question', { id, answer: '8080' })
  expect(kinds(inbox)).toEqual([])
  expect(told).toBe(2)
})

test('a run is silent when its last sign is old, whatever that sign was, and the question of a silent run is one item', async () => {
  const { agent, clock, inbox, meet } = await atWork()
  clock.ms += LOCAL.silentRunMs - 1
  inbox.tick()
  expect(kinds(inbox)).toEqual([])
  done(agent, 'report_progress', { id: 'WN-1', step: 'Still at it' })
  await meet()
  clock.ms += LOCAL.silentRunMs - 1
  inbox.tick()
  expect(kinds(inbox)).toEqual([])
  clock.ms += 1
  inbox.tick()
  expect(kinds(inbox)).toEqual(['stalled'])
  done(agent, 'ask_task', { id: 'WN-1', question: 'Which port?' })
  await meet()
  expect(kinds(inbox)).toEqual(['question'])
  clock.ms += LOCAL.silentRunMs
  inbox.tick()
  expect(kinds(inbox)).toEqual(['question+stalled'])
})

test('submitted work waits for a word; handed in again after it was sent back, there is more of it', async () => {
  const { owner, agent, clock, inbox, meet } = await atWork()
  const submit = async (): Promise<readonly string[]> => {
    clock.ms += 1000
    done(agent, 'submit_task', { id: 'WN-1', summary: 'Here.' })
    await meet()
    return inbox.items[0]?.concerns[0]?.marks ?? []
  }
  const first = await submit()
  expect(kinds(inbox)).toEqual(['review'])
  done(owner, 'reject_task', { id: 'WN-1', note: 'Tests are missing.' })
  await meet()
  expect(kinds(inbox)).toEqual([])
  expect(await submit()).not.toEqual(first)
  done(owner, 'accept_task', { id: 'WN-1' })
  expect(kinds(inbox)).toEqual([])
})

test('a run that failed is shown while the task is free, and no more once somebody took it or set it aside', async () => {
  const { owner, agent, inbox, meet } = await atWork()
  done(agent, 'release_task', { id: 'WN-1', failed: true, note: 'No compiler here.' })
  await meet()
  expect(kinds(inbox)).toEqual(['failed'])
  done(owner, 'update_task', { id: 'WN-1', status: 'blocked' })
  expect(kinds(inbox)).toEqual([])
  done(owner, 'update_task', { id: 'WN-1', status: 'ready' })
  expect(kinds(inbox)).toEqual(['failed'])
  await meet()
  done(agent, 'claim_task', { id: 'WN-1' })
  await meet()
  expect(kinds(inbox)).toEqual([])
  // What was given back without a word of failure is no matter for people.
  done(agent, 'confirm_task', { id: 'WN-1' })
  done(agent, 'release_task', { id: 'WN-1' })
  await meet()
  expect(kinds(inbox)).toEqual([])
})

test('what is in progress by its status alone is shown once nobody has touched it for long', async () => {
  const { owner, clock, inbox } = await scene()
  done(owner, 'create_task', { title: 'By hand', status: 'in_progress' })
  await owner.saved()
  clock.ms += LOCAL.untouchedTaskMs - 1
  done(owner, 'comment_task', { id: 'WN-1', body: 'On it.' })
  clock.ms += 1
  inbox.tick()
  expect(kinds(inbox)).toEqual([])
  clock.ms += LOCAL.untouchedTaskMs
  inbox.tick()
  expect(kinds(inbox)).toEqual(['stuck'])
  done(owner, 'update_task', { id: 'WN-1', status: 'ready' })
  expect(kinds(inbox)).toEqual([])
})

test('a run that costs more than the profile of its agent allows is shown, also when the limit comes later', async () => {
  const { owner, agent, inbox, meet } = await atWork()
  done(agent, 'report_progress', { id: 'WN-1', usage: { inputTokens: 1, outputTokens: 1, costMicros: 2_000_000 } })
  await meet()
  expect(kinds(inbox)).toEqual([])
  const profile = owner.transact(null, (tx) =>
    tx.create({
      type: 'agent',
      fields: [
        ['actor', agent.actor],
        ['limits', { costMicros: 1_000_000 }],
      ],
    }),
  )
  expect(kinds(inbox)).toEqual(['budget'])
  owner.transact(null, (tx) => tx.set(profile, 'limits', { costMicros: 3_000_000 }))
  expect(kinds(inbox)).toEqual([])
})

test('a profile that names an invite is that of the agent who came in by it', async () => {
  const { owner, clock, inbox } = await scene(0)
  const { member: agent, invite } = await joined(owner, 12, clock, { role: 'agent' })
  owner.transact(null, (tx) =>
    tx.create({
      type: 'agent',
      fields: [
        ['invite', invite],
        ['limits', { costMicros: 1 }],
      ],
    }),
  )
  done(owner, 'create_task', { title: 'Build it', status: 'ready' })
  await exchange(owner, agent)
  done(agent, 'claim_task', { id: 'WN-1' })
  done(agent, 'report_progress', { id: 'WN-1', usage: { inputTokens: 1, outputTokens: 1, costMicros: 2 } })
  await exchange(agent, owner)
  expect(kinds(inbox)).toEqual(['budget'])
})

test('a field that was written twice apart is an item of its own, beside the work', async () => {
  const { owner, agent, inbox, meet } = await atWork()
  done(owner, 'update_task', { id: 'WN-1', title: 'Build it well' })
  done(agent, 'update_task', { id: 'WN-1', title: 'Build it soon' })
  done(agent, 'ask_task', { id: 'WN-1', question: 'Which port?' })
  await meet()
  expect(kinds(inbox)).toEqual(['question', 'conflict'])
  done(owner, 'resolve_conflict', { id: 'WN-1', field: 'title', choice: 0 })
  expect(kinds(inbox)).toEqual(['question'])
})

test('the more urgent comes first: by kind, then by the priority of the task, then the older', async () => {
  const { owner, clock, inbox } = await scene()
  for (const [title, priority] of [
    ['late', 2],
    ['urgent', 0],
    ['early', 2],
  ] as const)
    done(owner, 'create_task', { title, priority, status: 'ready' })
  for (const id of ['WN-3', 'WN-1', 'WN-2']) {
    // What is written in one go has one time.
    await owner.saved()
    clock.ms += 1000
    done(owner, 'ask_task', { id, question: 'Well?' })
  }
  const titles = inbox.items.map(({ task }) => read(owner.nodes.get(task) as never, 'title'))
  expect(titles).toEqual(['urgent', 'early', 'late'])
})

test('kept in step, it is what one look at everything would find, whatever was done and however late it came', async () => {
  const step = fc.record({
    who: fc.constantFrom(0, 1, 1, 1, 2, 2),
    what: fc.nat(15),
    task: fc.nat(2),
    ms: fc.constantFrom(0, 1, 60_000, 600_000, 90_000_000),
  })
  const found = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 40, maxLength: 120 }), async (steps) => {
      const { owner, agents, clock, inbox, meet } = await scene(2)
      const before = clock.ms
      clock.ms += 200_000
      const profile: [string, string | { costMicros: number }][] = [
        ['actor', agents[0]?.actor ?? ''],
        ['limits', { costMicros: 0 }],
      ]
      owner.transact(null, (tx) => tx.create({ type: 'agent', fields: profile }))
      // One of an agent that may be cut: then the task is gone, and comes again.
      for (const hand of [owner, agents[0] as Replica]) {
        done(hand, 'create_task', { title: 'x', status: 'ready' })
        await meet()
      }
      for (const { who, what, task, ms } of steps) {
        clock.ms += ms
        const id = `WN-${task + 1}`
        const hand = [owner, ...agents][who] as Replica
        if (what === 15) await meet()
        else if (what === 14) await cutOrMend(owner, agents[0] as Replica, task === 0 ? clock.ms - 100_000 : before)
        else act(hand, what, id, task)
        inbox.tick()
        const anew = new Inbox(owner)
        expect(inbox.items).toEqual(anew.items)
        anew.close()
        for (const { concerns } of inbox.items) for (const { kind } of concerns) found.add(kind)
      }
    }),
    { numRuns: Number(process.env['FC_RUNS'] ?? 30) },
  )
  // A law about nothing would hold, too.
  expect([...found].toSorted()).toEqual([...CONCERNS].toSorted())
}, 60_000)

/** Does one thing, if it may be done now. */
function act(replica: Replica, what: number, id: string, task: number): void {
  const context = { replica }
  const open = replica.views.commentsOn(replica.views.find(id) as NodeId).find((one) => replica.views.questions.has(one))
  switch (what) {
    case 0:
      run(context, 'claim_task', { id })
      return void run(context, 'confirm_task', { id })
    case 1:
      return void run(context, 'claim_task', { id })
    case 2:
      return void run(context, 'confirm_task', { id })
    case 4:
      return void run(context, 'report_progress', {
        id,
        step: 'x',
        usage: { inputTokens: 1, outputTokens: 1, costMicros: 900 },
        refused: task === 0 ? ['delete_task WN-1'] : [],
      })
    case 5:
      return void run(context, 'ask_task', { id, question: 'Well?' })
    case 6:
      return open ? void run(context, 'answer_question', { id: open, answer: 'Yes' }) : undefined
    case 7:
      return void run(context, 'submit_task', { id, summary: 'x' })
    case 8:
      return void run(context, 'release_task', { id, failed: true })
    case 9:
      return void run(context, task === 0 ? 'accept_task' : 'reject_task', { id })
    case 10:
      return void run(context, 'update_task', { id, title: `of ${replica.actor.slice(0, 6)}`, priority: task })
    case 11:
      return void run(context, 'order_task', { id, status: task === 1 ? 'ready' : 'in_progress' })
    case 12:
      return void run(context, replica.views.task(replica.views.find(id) as NodeId)?.deleted ? 'restore_task' : 'delete_task', {
        id,
      })
    case 13:
      if (replica.may('update', 'agent'))
        replica.transact(null, (tx) => tx.set(replica.views.ofType('agent')[0] as NodeId, 'limits', { costMicros: task * 1000 }))
  }
}

/** Cuts what an agent wrote since then, or lets it count again. */
async function cutOrMend(owner: Replica, agent: Replica, asOf: number): Promise<void> {
  const cut = owner.authority.entries.findLast(({ change }) => change.op === 'revoke')
  if (cut) undoCut(owner, cut.ref)
  else {
    await owner.saved()
    const [held] = owner.authority.registry.heldBy(agent.actor)
    revoke(owner, held?.id as string, { frontier: frontierAt(owner, asOf) })
  }
  await owner.settled()
}
