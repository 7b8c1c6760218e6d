import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WorkNode } from '../core/fold.ts'
import type { NodeId } from '../core/ids.ts'
import { exchange, founded, joined } from './cluster.fixture.ts'
import type { Replica } from './replica.ts'
import { openText } from './text-session.ts'
import { textAfter, versionsOf, writtenBy } from './text-versions.ts'
import { textOf } from './text.ts'

const HOUR = 3_600_000

test('a version ends where another author writes, and where a pause begins', async () => {
  const { owner, member, clock, id } = await withDocument()
  write(owner, id, 'one')
  write(owner, id, 'one two')
  await exchange(owner, member)
  clock.ms += 1000
  write(member, id, 'one two three')
  await exchange(member, owner)
  clock.ms += 1000
  write(owner, id, 'zero one two three')
  await owner.saved()
  clock.ms += HOUR
  write(owner, id, 'zero')
  const versions = versionsOf(nodeIn(owner, id), 'content', owner.history)
  expect(versions.map(({ actor, edits }) => [actor === owner.actor, textAt(owner, id, edits)])).toEqual([
    [true, 'one two'],
    [false, 'one two three'],
    [true, 'zero one two three'],
    [true, 'zero'],
  ])
  expect(versions.every(({ counts }) => counts)).toBe(true)
})

test('each letter is of who wrote it', async () => {
  const { owner, member, clock, id } = await withDocument()
  write(owner, id, 'the cat sat')
  await exchange(owner, member)
  clock.ms += 1000
  write(member, id, 'the black cat sat')
  await exchange(member, owner)
  expect(authors(owner, id)).toEqual([
    ['the ', owner.actor],
    ['black ', member.actor],
    ['cat sat', owner.actor],
  ])
})

test('the last version is the text, and the pieces of its authors are as long as it, whatever was written', async () => {
  const hand = fc.record({
    by: fc.boolean(),
    text: fc.string({ unit: 'binary', maxLength: 30 }),
    later: fc.nat(2 * HOUR),
    meet: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(hand, { maxLength: 8 }), async (hands) => {
      const { owner, member, clock, id } = await withDocument()
      for (const { by, text, later, meet } of hands) {
        clock.ms += later
        write(by ? owner : member, id, text)
        if (meet) await exchange(by ? owner : member, by ? member : owner)
      }
      await exchange(owner, member)
      await exchange(member, owner)
      const node = nodeIn(owner, id)
      const now = textOf(node, 'content', owner.history)
      const versions = versionsOf(node, 'content', owner.history)
      expect(textAt(owner, id, versions.at(-1)?.edits ?? 0)).toBe(now)
      expect(versionsOf(nodeIn(member, id), 'content', member.history).map(({ edits }) => textAt(member, id, edits))).toEqual(
        versions.map(({ edits }) => textAt(owner, id, edits)),
      )
      expect(writtenBy(node, 'content', owner.history).reduce((sum, { length }) => sum + length, 0)).toBe(now.length)
    }),
    { numRuns: 20 },
  )
})

async function withDocument() {
  const { owner, clock } = await founded()
  const id = owner.transact('New', (tx) => tx.create({ type: 'document', path: 'a.md', fields: [] }))
  const { member } = await joined(owner, 7, clock)
  await exchange(owner, member)
  return { owner, member, clock, id }
}

/** Makes the text read like this, keeping what it begins and ends with. */
function write(replica: Replica, id: NodeId, text: string): void {
  const open = openText(replica, id, 'content')
  const before = open.text.toString()
  const whole = text.replace(/\p{Surrogate}/gu, '\uFFFD')
  let head = 0
  while (head < Math.min(before.length, whole.length) && before[head] === whole[head] && /[ -~]/.test(before[head] as string))
    head++
  let tail = 0
  const room = Math.min(before.length, whole.length) - head
  while (tail < room && before.at(-1 - tail) === whole.at(-1 - tail) && /[ -~]/.test(before.at(-1 - tail) as string)) tail++
  open.text.delete(head, before.length - tail - head)
  open.text.insert(head, whole.slice(head, whole.length - tail))
  open.close()
}

function nodeIn(replica: Replica, id: NodeId): WorkNode {
  return replica.nodes.get(id) as WorkNode
}

function textAt(replica: Replica, id: NodeId, edits: number): string {
  return textAfter(nodeIn(replica, id), 'content', replica.history, edits)
}

function authors(replica: Replica, id: NodeId): (readonly [string, string])[] {
  const text = textOf(nodeIn(replica, id), 'content', replica.history)
  let at = 0
  return writtenBy(nodeIn(replica, id), 'content', replica.history).map(({ length, ref }) => {
    at += length
    return [text.slice(at - length, at), replica.history.feedOf(Math.floor(ref / 256)).slice(0, 66)] as const
  })
}
