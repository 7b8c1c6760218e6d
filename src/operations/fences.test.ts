/** What a run wrote that lost its task moves nothing that people see, on any replica, and is not lost. */

import { beforeEach, describe, expect, test } from 'vitest'
import { compareBytes, toHex } from '../base/bytes.ts'
import type { Ref } from '../core/history.ts'
import type { ActorKey, NodeId } from '../core/ids.ts'
import { PROTOCOL } from '../core/limits.ts'
import { type KeyPair, signingKeys } from '../log/keys.ts'
import { exchange, founded, joined, type TestClock, type TestPeer } from '../replica/cluster.fixture.ts'
import { Hand } from '../replica/hand.fixture.ts'
import { adopt, grantTo, revoke } from '../replica/membership.ts'
import { openPast } from '../replica/past.ts'
import { openReplica, type Replica } from '../replica/replica.ts'
import { liveOf } from '../replica/standing.ts'
import type { TaskRow } from '../replica/task-row.ts'
import { textOf } from '../replica/text.ts'
import { writeText } from '../replica/rewrite.ts'
import { done, refusal } from './operate.fixture.ts'

const TASK = 'WN-1'
const row = (replica: Replica): TaskRow => replica.views.task(replica.views.find(TASK) as NodeId) as TaskRow
const paths = (replica: Replica): string[] =>
  replica.views.documents.all.map((id) => replica.nodes.get(id)?.path as string).toSorted((a, b) => (a < b ? -1 : 1))
const body = (replica: Replica): string => {
  const node = replica.nodes.get(row(replica).id)
  return node ? textOf(node, 'body', replica.history) : ''
}

async function meet(...replicas: readonly Replica[]): Promise<void> {
  for (let round = 0; round < 2; round++)
    for (const from of replicas) for (const to of replicas) if (from !== to) await exchange(from, to)
}

let owner: Replica
let peer: TestPeer
let one: Replica
let two: Replica
let clock: TestClock
let all: Replica[]

beforeEach(async () => {
  ;({ owner, peer, clock } = await founded())
  done(owner, 'create_task', { title: 'Build it', status: 'ready', body: 'The plan.' })
  ;({ member: one } = await joined(owner, 7, clock, { role: 'agent' }))
  ;({ member: two } = await joined(owner, 8, clock, { role: 'agent' }))
  all = [owner, one, two]
  await meet(...all)
})

function begin(agent: Replica): void {
  for (const name of ['claim_task', 'confirm_task'] as const) done(agent, name, { id: TASK })
}

/** Everything that an agent writes: fields, sets, text, and a file. */
function work(agent: Replica, name: string): void {
  done(agent, 'update_task', { id: TASK, title: `by ${name}`, labels: [name] })
  done(agent, 'report_progress', { id: TASK, progress: name === 'one' ? 10 : 20, step: name })
  agent.transact(null, (tx) => writeText(agent, tx, row(agent).id, 'body', `The plan, by ${name}.`))
  done(agent, 'add_document', { id: TASK, path: `src/${name}.ts`, content: name })
}

/** Two who worked apart: who holds the task after, and who lost it. */
async function apart(): Promise<{ holder: Replica; loser: Replica; held: string; lost: string }> {
  for (const agent of [one, two]) begin(agent)
  work(one, 'one')
  work(two, 'two')
  await meet(...all)
  const isOne = row(owner).run?.agent === one.actor
  return isOne ? { holder: one, loser: two, held: 'one', lost: 'two' } : { holder: two, loser: one, held: 'two', lost: 'one' }
}

function expectOnly(name: string): void {
  for (const replica of all) {
    expect(row(replica)).toMatchObject({ title: `by ${name}`, labels: [name], progress: name === 'one' ? 10 : 20, conflicts: [] })
    expect(body(replica)).toBe(`The plan, by ${name}.`)
    expect(paths(replica)).toEqual([`src/${name}.ts`])
  }
}

async function expectAlike(): Promise<void> {
  const hashes = await Promise.all(all.map((replica) => replica.stateHash()))
  expect(new Set(hashes).size).toBe(1)
}

describe('of two who worked apart', () => {
  test('the fields, labels, text and files of one show, everywhere, and of the other nothing', async () => {
    const { held } = await apart()
    expectOnly(held)
    await expectAlike()
  })

  test('it stays so when the loser gives up, when the holder hands in and is accepted, and when it lets go', async () => {
    const { holder, loser, held } = await apart()
    done(loser, 'release_task', { id: TASK })
    await meet(...all)
    expectOnly(held)
    done(holder, 'submit_task', { id: TASK })
    await meet(...all)
    done(owner, 'accept_task', { id: TASK })
    await meet(...all)
    expectOnly(held)
    await expectAlike()
  })

  test('a run that goes on when the holder lets go shows what it did, and both did their part', async () => {
    const { holder, loser, lost } = await apart()
    done(holder, 'release_task', { id: TASK })
    await meet(...all)
    for (const replica of all) {
      expect(row(replica).run?.agent).toBe(loser.actor)
      expect(row(replica).labels).toEqual(['one', 'two'])
      expect(paths(replica)).toEqual(['src/one.ts', 'src/two.ts'])
    }
    await expectAlike()
    expect(lost).not.toBe('')
  })

  test('what people accept shows, whoever was before it', async () => {
    const { holder, loser, held, lost } = await apart()
    for (const agent of [holder, loser])
      agent.transact(null, (tx) =>
        tx.say(
          agent.nodes.get(row(agent).id) as never,
          'submit',
          agent.runsOf(row(agent).id).find((own) => own.agent === agent.actor)?.id as NodeId,
        ),
      )
    await meet(...all)
    expectOnly(held)
    const theirs = owner.runsOf(row(owner).id).find(({ agent }) => agent === loser.actor)
    done(owner, 'accept_task', { id: TASK, run: theirs?.id })
    await owner.settled()
    await meet(...all)
    expectOnly(lost)
    await expectAlike()
  })

  test('who began first gives way to who handed in, and what it did then does not come back with its giving up', async () => {
    for (const agent of [one, two]) begin(agent)
    work(one, 'one')
    work(two, 'two')
    const [first, second] = (await firstOf()) === one.actor ? [one, two] : [two, one]
    done(second, 'submit_task', { id: TASK })
    await meet(...all)
    done(owner, 'accept_task', { id: TASK })
    await meet(...all)
    done(first, 'release_task', { id: TASK })
    await meet(...all)
    expectOnly(second === one ? 'one' : 'two')
    await expectAlike()
  })

  /** Whose confirm comes first in the order that all agree on. */
  async function firstOf(): Promise<string | undefined> {
    await one.saved()
    await two.saved()
    const begun = [one, two].map((replica) => {
      const confirm = replica.nodes.get(row(replica).id)?.work?.runs[0]?.records.find(({ op }) => op === 'confirm')
      return {
        actor: replica.actor,
        ms: replica.history.msOf(confirm?.ref ?? 0),
        id: replica.history.idOf(Math.floor((confirm?.ref ?? 0) / 256)),
      }
    })
    return begun.toSorted((a, b) => a.ms - b.ms || compareBytes(a.id, b.id))[0]?.actor
  }

  test('who has handed in another task is not thereby free to write files for one that it lost', async () => {
    done(owner, 'create_task', { title: 'Before', status: 'ready' })
    await meet(...all)
    done(owner, 'create_task', { title: 'Before, too', status: 'ready' })
    await meet(...all)
    for (const [id, agent] of [
      ['WN-2', one],
      ['WN-3', two],
    ] as const)
      for (const name of ['claim_task', 'confirm_task', 'submit_task'] as const) done(agent, name, { id })
    await meet(...all)
    const { held } = await apart()
    expectOnly(held)
    await expectAlike()
  })

  test('what was lost is kept, and whoever may write it takes it up', async () => {
    const { loser, lost } = await apart()
    const fenced = done(owner, 'list_quarantine', {})
    expect(JSON.stringify(fenced)).toContain('fenced')
    const refs: Ref[] = [...owner.quarantine].flatMap(([ref, why]) => (why === 'fenced' ? [ref] : []))
    expect(refs.length).toBeGreaterThan(4)
    expect(adopt(owner, refs).ok).toBe(true)
    await owner.settled()
    await meet(...all)
    for (const replica of all) expect(paths(replica)).toContain(`src/${lost}.ts`)
    await expectAlike()
    expect(loser.quarantine.size).toBe(0)
  })

  test('who lost writes nothing more in that run, and is told so', async () => {
    const { loser, lost } = await apart()
    expect(refusal(loser, 'add_document', { id: TASK, path: 'src/more.ts' })).toBe('claim_held')
    expect(refusal(loser, 'update_task', { id: TASK, title: 'still mine' })).toBe('claim_held')
    expect(refusal(loser, 'report_progress', { id: TASK, progress: 99 })).toBe('claim_held')
    done(loser, 'release_task', { id: TASK })
    // Out of it, it is an agent like any other.
    done(loser, 'add_document', { id: TASK, path: 'src/more.ts' })
    expect(lost).not.toBe('')
  })

  test('a replica that opens again, from its log or from a snapshot, shows the same', async () => {
    const { held } = await apart()
    const before = await owner.stateHash()
    for (const isSnapshot of [false, true]) {
      if (isSnapshot) expect(await owner.snapshot()).toBe(true)
      await owner.saved()
      const again = await openReplica(owner.workspace, peer.ports)
      expect(await again.stateHash()).toBe(before)
      expect(row(again)).toMatchObject({ title: `by ${held}` })
      expect([...again.quarantine.values()].filter((why) => why === 'fenced').length).toBe(
        [...owner.quarantine.values()].filter((why) => why === 'fenced').length,
      )
    }
  })

  test('whoever looks at the past sees it by the fences of now', async () => {
    const { held, loser } = await apart()
    const past = await openPast(loser)
    await past.travel(loser.history.latest)
    const shown = past.views.task(row(loser).id)
    expect(shown).toMatchObject({ title: `by ${held}` })
    past.close()
  })
})

describe('runs that compete', () => {
  beforeEach(async () => {
    done(owner, 'update_task', { id: TASK, claimMode: 'competition' })
    await meet(...all)
  })

  test('are begun and handed in side by side, and of what is accepted alone something shows', async () => {
    begin(one)
    done(one, 'add_document', { id: TASK, path: 'src/one.ts', content: 'one' })
    await meet(...all)
    begin(two)
    expect(refusal(one, 'claim_task', { id: TASK })).toBe('claim_held')
    done(two, 'add_document', { id: TASK, path: 'src/two.ts', content: 'two' })
    for (const agent of [one, two]) done(agent, 'submit_task', { id: TASK })
    await meet(...all)
    for (const replica of all) {
      expect(row(replica)).toMatchObject({ status: 'in_review', candidates: 2 })
      expect(paths(replica)).toEqual(['src/one.ts', 'src/two.ts'])
    }
    const second = owner.runsOf(row(owner).id).find(({ agent }) => agent === two.actor)
    done(owner, 'accept_task', { id: TASK, run: second?.id })
    await meet(...all)
    for (const replica of all) await replica.settled()
    for (const replica of all) {
      expect(row(replica).status).toBe('done')
      expect(paths(replica)).toEqual(['src/two.ts'])
    }
    expect(
      owner
        .runsOf(row(owner).id)
        .map(({ state }) => state)
        .toSorted(),
    ).toEqual(['accepted', 'superseded'])
    // The other is kept, and taken up by whoever wants it.
    expect(
      adopt(
        owner,
        [...owner.quarantine].flatMap(([ref, why]) => (why === 'fenced' ? [ref] : [])),
      ).ok,
    ).toBe(true)
    await meet(...all)
    for (const replica of all) await replica.settled()
    expect(paths(one)).toEqual(['src/one.ts', 'src/two.ts'])
    await expectAlike()
  })

  test('do not make room for one that says so on a task that is not open to it', async () => {
    done(owner, 'update_task', { id: TASK, claimMode: 'optimistic' })
    await meet(...all)
    begin(one)
    await meet(...all)
    two.transact(null, (tx) => {
      const own = tx.create({ type: 'run', subject: row(two).id, fields: [] })
      for (const op of ['claim', 'confirm'] as const)
        tx.write({ op, node: row(two).id, run: own, epoch: 1, why: null, note: op === 'claim' ? { competes: true } : null })
      tx.set(row(two).id, 'title', 'mine')
    })
    await meet(...all)
    for (const replica of all) expect(row(replica)).toMatchObject({ title: 'Build it', run: { agent: one.actor } })
  })
})

describe('a run that others ended', () => {
  test('shows what they saw of it, and nothing that it wrote before it heard of its end', async () => {
    begin(one)
    done(one, 'update_task', { id: TASK, title: 'seen' })
    await meet(...all)
    clock.ms += PROTOCOL.leaseMs
    done(owner, 'stop_task', { id: TASK })
    await meet(owner, two)
    begin(two)
    await meet(owner, two)
    // Its tab comes back, and goes on where it was.
    work(one, 'one')
    one.transact(null, (tx) => tx.say(one.nodes.get(row(one).id) as never, 'submit', row(one).run?.id as NodeId))
    await meet(...all)
    for (const replica of all) {
      expect(row(replica)).toMatchObject({
        title: 'seen',
        labels: [],
        status: 'in_progress',
        candidates: 0,
        run: { agent: two.actor },
      })
      expect(paths(replica)).toEqual([])
      expect(body(replica)).toBe('The plan.')
    }
    await expectAlike()
  })
})

describe('nobody makes the work of others vanish for good', () => {
  async function thief(): Promise<{ hand: Hand; pair: KeyPair }> {
    const pair = await signingKeys(new Uint8Array(32).fill(9))
    expect(grantTo(owner, { key: pair.key, box: null }, { role: 'agent' })).toMatchObject({ ok: true })
    await meet(...all)
    return { hand: new Hand(pair, owner), pair }
  }

  test('a run that is dated back hides it until its agent is removed, also when the honest one gave way', async () => {
    const { hand, pair } = await thief()
    const heads = [...owner.history.heads]
    const [ms] = owner.history.latest
    clock.ms += 60_000
    begin(one)
    work(one, 'one')
    await meet(...all)
    expectOnly('one')
    const task = row(owner).id
    const { id: own, batch: first } = await hand.create({ type: 'run', subject: task }, '', { after: heads, hlc: [ms + 1, 0] })
    const said = (op: 'claim' | 'confirm') => [{ op, node: task, run: own, epoch: 1, why: null, note: null }, 'claim'] as const
    const second = await hand.edit([said('claim'), said('confirm')], { after: heads, hlc: [ms + 2, 0] })
    for (const replica of all) await replica.receive([first.wire, second.wire], 'hand')
    for (const replica of all) expect(row(replica)).toMatchObject({ title: 'Build it', labels: [], run: { id: own } })
    await expectAlike()
    done(one, 'release_task', { id: TASK })
    await meet(...all)
    expect(paths(owner)).toEqual([])
    const [held] = liveOf(owner.authority, toHex(pair.key) as ActorKey)
    expect(revoke(owner, held?.id as string, { frontier: heads }).ok).toBe(true)
    await meet(...all)
    for (const replica of all) await replica.settled()
    expectOnly('one')
    await expectAlike()
  })
})

test('what was written between two claims of one run is judged again when the first of them counts no more, in any order', async () => {
  const pair = await signingKeys(new Uint8Array(32).fill(9))
  for (const days of [1, 2])
    expect(grantTo(owner, { key: pair.key, box: null }, { role: 'agent', expires: clock.ms + days * 86_400_000 })).toMatchObject({
      ok: true,
    })
  await meet(...all)
  const hand = new Hand(pair, owner)
  const [kept, ended] = hand.held.map(({ id }) => id) as [string, string]
  const frontier = [...owner.history.heads]
  const task = row(owner).id
  done(one, 'claim_task', { id: TASK })
  done(one, 'confirm_task', { id: TASK })
  await meet(...all)
  clock.ms += 1000
  const { id: own, batch: first } = await hand.create({ type: 'run', subject: task }, '', { capability: kept })
  const claim = [{ op: 'claim', node: task, run: own, epoch: 1, why: null, note: null }, 'claim'] as const
  const second = await hand.edit([claim], { capability: ended, after: [], prev: first })
  const third = await hand.set(task, 'title', 'Between the claims', { capability: kept, after: [], prev: second })
  const fourth = await hand.edit([claim], { capability: kept, after: [], prev: third })
  const wires = [first, second, third, fourth].map(({ wire }) => wire)
  await two.receive(wires, 'hand')
  expect(row(two).title).toBe('Build it')
  expect(revoke(owner, ended, { frontier })).toMatchObject({ ok: true })
  await exchange(owner, one)
  for (const replica of [one, owner]) await replica.receive(wires, 'hand')
  await meet(...all)
  for (const replica of all) await replica.settled()
  const [hash, ...others] = await Promise.all(all.map((replica) => replica.stateHash()))
  expect(others).toEqual([hash, hash])
  for (const replica of all) expect(row(replica).title).toBe('Between the claims')
})

test('a run is claimed once, however often it is said again', async () => {
  const pair = await signingKeys(new Uint8Array(32).fill(11))
  expect(grantTo(owner, { key: pair.key, box: null }, { role: 'agent' })).toMatchObject({ ok: true })
  await meet(...all)
  const hand = new Hand(pair, owner)
  const task = row(owner).id
  const { id: own, batch } = await hand.create({ type: 'run', subject: task }, '')
  const claim = [{ op: 'claim', node: task, run: own, epoch: 1, why: null, note: null }, 'claim'] as const
  const again = await hand.edit([claim, claim], { after: [], prev: batch })
  const more = await hand.edit([claim], { after: [], prev: again })
  await owner.receive(
    [batch, again, more].map(({ wire }) => wire),
    'hand',
  )
  const records = owner.nodes.get(task)?.work?.runs.find(({ id }) => id === own)?.records ?? []
  expect(records.map(({ op }) => op)).toEqual(['claim'])
})
