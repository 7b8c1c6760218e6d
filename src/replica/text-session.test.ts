import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { Doc, encodeStateAsUpdate } from 'yjs'
import { type Bytes, fromHex } from '../base/bytes.ts'
import type { NodeId } from '../core/ids.ts'
import { memoryDisk, memoryStore } from '../store/memory-store.ts'
import { exchange, founded, joined, type TestClock, testPeer, type TestPeer } from './cluster.fixture.ts'
import { openReplica, type Replica } from './replica.ts'
import { type Later, type OpenText, openText } from './text-session.ts'
import { initialText, textClientId, textName, textOf } from './text.ts'

const opened: OpenText[] = []
afterEach(() => {
  for (const text of opened.splice(0)) text.close()
})

test('what is typed is in the log after a pause, as one change', async () => {
  const { owner, id } = await withTask('')
  const timer = manual()
  const body = open(owner, id, timer.later)
  for (const letter of 'Hello') body.text.insert(body.text.length, letter)
  expect([body.unsent, stored(owner, id)]).toEqual([true, ''])
  timer.fire()
  expect([body.unsent, stored(owner, id)]).toEqual([false, 'Hello'])
  expect(owner.nodes.get(id)?.texts['body']).toHaveLength(1)
})

test('typing goes on where an earlier tab of the same person left off', async () => {
  const { owner, id, peer } = await withTask('One')
  await owner.saved()
  const again = await openReplica(owner.workspace, peer.ports)
  const body = open(again, id)
  body.text.insert(3, ' two')
  body.flush()
  body.text.insert(0, 'Zero ')
  body.flush()
  expect(stored(again, id)).toBe('Zero One two')
})

test('closing writes what was typed', async () => {
  const { owner, id } = await withTask('')
  const body = openText(owner, id, 'body', () => () => {})
  body.text.insert(0, 'Last words')
  body.close()
  expect(stored(owner, id)).toBe('Last words')
})

test('a paste larger than a batch is written in pieces, no character is parted', async () => {
  const { owner, member, id } = await withPair('')
  const words = '𝄞音a'.repeat(60_000)
  const body = open(owner, id)
  body.text.insert(0, words)
  body.text.delete(0, 4)
  body.flush()
  expect(owner.nodes.get(id)?.texts['body']?.length).toBeGreaterThan(3)
  for (const { update } of owner.nodes.get(id)?.texts['body'] ?? []) expect(update.length).toBeLessThanOrEqual(200_000)
  await swap(owner, member)
  expect(stored(member, id)).toBe(words.slice(4))
})

test('two who type in one text see each other’s words without losing their own', async () => {
  const { owner, member, id, clock } = await withPair('middle')
  const [a, b] = [open(owner, id), open(member, id)]
  clock.ms += 1000
  a.text.insert(0, 'start ')
  b.text.insert(6, ' end')
  a.flush()
  await owner.saved()
  await exchange(owner, member)
  expect([b.text.toString(), b.unsent]).toEqual(['start middle end', true])
  b.flush()
  await swap(owner, member)
  expect([a.text.toString(), b.text.toString()]).toEqual(['start middle end', 'start middle end'])
})

test('an edit that comes late takes its place in the live text, which stays the same document', async () => {
  const { owner, member, id, clock } = await withPair('text')
  const b = open(member, id)
  const { doc } = b
  clock.ms += 1000
  const a = open(owner, id)
  a.text.insert(0, 'early ')
  a.flush()
  clock.ms += 1000
  b.text.insert(4, ' late')
  b.flush()
  b.text.insert(9, '!')
  await swap(owner, member)
  expect([b.text.toString(), a.text.toString()]).toEqual(['early text late!', 'early text late!'])
  expect(b.doc).toBe(doc)
})

test('words typed while something else of the same tab writes the field are carried over', async () => {
  const { owner, id } = await withTask('body')
  const [one, two] = [open(owner, id), open(owner, id)]
  let replaced = 0
  two.onReplaced(() => replaced++)
  two.text.insert(4, ' of two')
  one.text.insert(0, 'one’s ')
  one.flush()
  two.flush()
  expect(stored(owner, id)).toBe('one’s body of two')
  expect([one.text.toString(), two.text.toString(), replaced]).toEqual([stored(owner, id), stored(owner, id), 1])
})

test('any number of people typing at once read the same text, in whatever order it reached them', async () => {
  const turn = fc.record({
    who: fc.nat(2),
    act: fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ insert: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }), at: fc.nat(40) }),
      },
      { weight: 2, arbitrary: fc.record({ remove: fc.integer({ min: 1, max: 8 }), at: fc.nat(40) }) },
      { weight: 2, arbitrary: fc.constant('flush' as const) },
      { weight: 3, arbitrary: fc.record({ hear: fc.nat(2) }) },
    ),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { minLength: 5, maxLength: 30 }), async (turns) => {
      const { owner, member, id, clock } = await withPair('Once')
      const { member: third } = await joined(owner, 9, clock)
      await swap(owner, third)
      const people = [owner, member, third]
      const texts = people.map((person) => open(person, id))
      for (const { who, act } of turns) {
        clock.ms += who
        const { text } = texts[who] as OpenText
        if (act === 'flush') texts[who]?.flush()
        else if ('hear' in act) await settle(people[act.hear] as Replica, people[who] as Replica)
        else if ('insert' in act) text.insert(Math.min(act.at, text.length), act.insert)
        else text.delete(Math.min(act.at, text.length), Math.min(act.remove, text.length - Math.min(act.at, text.length)))
      }
      for (const text of texts) text.flush()
      for (let round = 0; round < 2; round++)
        for (const from of people) for (const to of people) if (from !== to) await settle(from, to)
      const shown = texts.map((text) => text.text.toString())
      expect(new Set([...shown, ...people.map((person) => stored(person, id))]).size).toBe(1)
      for (const text of opened.splice(0)) text.close()
    }),
    { numRuns: 15 },
  )
})

test('what is not a next word of its author’s own hand does nothing, in any order', async () => {
  const { owner, member, id, clock } = await withPair('Truth')
  const foreign = wordsBy(textClientId(owner.feedName, id, 'body'), id, 'forged ')
  const gapped = wordsBy(textClientId(member.feedName, id, 'body'), id, 'gap', 'ped')[1] as Bytes
  clock.ms += 10
  for (const update of [...foreign, gapped, fromHex('ffffffff'), fromHex(''), fromHex('0000')]) {
    member.transact(null, (tx) => tx.text(id, 'body', update))
    await member.saved()
    clock.ms += 10
  }
  const honest = open(member, id)
  honest.text.insert(5, ', still')
  honest.flush()
  clock.ms += 10
  const reply = open(owner, id)
  reply.text.insert(0, 'The ')
  reply.flush()
  const before = await expectSameInAnyOrder([owner, member], id)
  expect(before).toBe('The Truth, still')
  await swap(owner, member)
  expect([reply.text.toString(), honest.text.toString()]).toEqual([before, before])
})

test('of a forked feed one branch is read, on every replica and in every order', async () => {
  const { owner, id, clock } = await withTask('Base')
  await owner.saved()
  clock.ms += 10
  const { member, peer: memberPeer } = await joined(owner, 7, clock)
  const mine = open(member, id)
  mine.text.insert(4, ' one')
  mine.flush()
  await member.saved()
  // The profile is copied: from here two tabs go on as the same feed.
  const copy = await copyOf(member, memberPeer)
  const branches = [member, copy].map((replica, i) => {
    clock.ms += 10
    const text = i === 0 ? mine : open(replica, id)
    text.text.insert(text.text.length, i === 0 ? ' left' : ' right')
    text.flush()
    text.text.insert(0, i === 0 ? '<' : '>')
    text.flush()
    return text
  })
  await Promise.all([member.saved(), copy.saved()])
  clock.ms += 10
  const other = open(owner, id)
  other.text.insert(0, 'owner ')
  other.flush()
  await owner.saved()
  const text = await expectSameInAnyOrder([owner, member, copy], id)
  // Who typed at one place at once stands first in either order; one branch is read, whole.
  expect(text).toMatch(/^(?:owner <|<owner )Base one left$|^(?:owner >|>owner )Base one right$/)
  for (const from of [member, copy]) await exchange(from, owner)
  expect(other.text.toString()).toBe(text)
  // A branch that is no longer read is taken off the screen; its words are not lost, they stay in the log.
  await exchange(owner, member)
  await exchange(owner, copy)
  for (const branch of branches) expect(branch.text.toString()).toBe(text)
})

/** Receives everything these replicas hold in some twenty orders, each in fresh hands; answers the text all agree on. */
async function expectSameInAnyOrder(replicas: readonly Replica[], id: NodeId): Promise<string> {
  const wires = new Map<string, Bytes>()
  for (const replica of replicas)
    for await (const page of replica.exportLog()) for (const wire of page) wires.set(String(wire), wire)
  const results = new Set<string>()
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([...wires.values()], { minLength: wires.size, maxLength: wires.size }),
      async (order) => {
        const fresh = await freshReplica(replicas[0] as Replica)
        for (const wire of order) await fresh.receive([wire], 'peer')
        results.add(stored(fresh, id))
      },
    ),
    { numRuns: 20 },
  )
  expect(results.size).toBe(1)
  return [...results][0] as string
}

/** Updates that a client would write, one for each of its words. */
function wordsBy(client: number, id: NodeId, ...words: string[]): Bytes[] {
  const doc = new Doc({ gc: false })
  doc.clientID = client
  const updates: Bytes[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update as Bytes))
  const text = doc.getText(textName(id, 'body'))
  for (const word of words) text.insert(text.length, word)
  expect(encodeStateAsUpdate(doc).length).toBeGreaterThan(2)
  return updates
}

async function withTask(body: string): Promise<{ owner: Replica; id: NodeId; clock: TestClock; peer: TestPeer }> {
  const { owner, clock, peer } = await founded()
  const id = owner.transact(null, (tx) => {
    const task = tx.create({ type: 'task', number: 1, fields: [['title', 'Text']] })
    for (const update of initialText(body, owner.feedName, task, 'body')) tx.text(task, 'body', update)
    return task
  })
  return { owner, id, clock, peer }
}

async function withPair(body: string): Promise<{ owner: Replica; member: Replica; id: NodeId; clock: TestClock }> {
  const { owner, id, clock } = await withTask(body)
  await owner.saved()
  const { member } = await joined(owner, 7, clock)
  return { owner, member, id, clock }
}

async function freshReplica(like: Replica): Promise<Replica> {
  const peer = await testPeer(1234, like.workspace, { ms: Date.UTC(2026, 0, 2) })
  return openReplica(like.workspace, peer.ports)
}

/** A second replica on a copy of the disk, which goes on with the same feed. */
async function copyOf(replica: Replica, peer: TestPeer): Promise<Replica> {
  const [last] = replica.history.heads
  const head = { seq: replica.history.seqOf(last as number), id: replica.history.idOf(last as number) }
  const store = memoryStore({ disk: memoryDisk() })
  const feed = replica.feedName.slice(66)
  for await (const page of replica.exportLog()) await store.append(page, { key: replica.actor, feed, expect: null, head })
  return openReplica(replica.workspace, { ...peer.ports, store, openFeed: async () => ({ feed, head, release: async () => {} }) })
}

function open(replica: Replica, id: NodeId, later: Later = () => () => {}): OpenText {
  const text = openText(replica, id, 'body', later)
  opened.push(text)
  return text
}

function stored(replica: Replica, id: NodeId): string {
  const node = replica.nodes.get(id)
  return node ? textOf(node, 'body', replica.history) : ''
}

async function settle(from: Replica, to: Replica): Promise<void> {
  await from.saved()
  await exchange(from, to)
  await to.saved()
}

async function swap(a: Replica, b: Replica): Promise<void> {
  await settle(a, b)
  await settle(b, a)
}

/** A timer the test fires. */
function manual(): { later: Later; fire: () => void } {
  let waiting: (() => void) | null = null
  return {
    later: (run) => {
      waiting = run
      return () => (waiting = null)
    },
    fire: () => waiting?.(),
  }
}
