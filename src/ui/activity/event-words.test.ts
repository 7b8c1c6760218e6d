/** Events in words, read from a real log. */

import { expect, test } from 'vitest'
import { signingKeys } from '../../log/keys.ts'
import { founded, joined } from '../../replica/cluster.fixture.ts'
import { ANY_EVENT, readEventsBefore } from '../../replica/event-pages.ts'
import { grantTo, removeActor } from '../../replica/membership.ts'
import { duration } from '../times.ts'
import { tellEvent, verdictWords } from './event-words.ts'

test('who did what to what, for tasks, comments and rights', async () => {
  const { owner, clock } = await founded(1)
  const { member } = await joined(owner, 7, clock)
  const task = owner.transact(null, (tx) => tx.create({ type: 'task', number: 1, fields: [['title', 'Parse weeks']] }))
  owner.transact(null, (tx) => tx.set(task, 'status', 'done'))
  owner.transact(null, (tx) => tx.create({ type: 'comment', subject: task, number: 1, fields: [] }))
  const pair = await signingKeys(new Uint8Array(32).fill(3))
  grantTo(owner, { key: pair.key, box: null }, { role: 'viewer' })
  removeActor(owner, member.actor)
  await owner.saved()
  const people = [{ actor: member.actor, name: 'Grace' }]
  const { events } = await readEventsBefore(owner, ANY_EVENT, owner.history.count, 1000)
  const told = events
    .toReversed()
    .map((read) => tellEvent(owner, people, read))
    .map(({ text, task: about }) => (about ? `${text}: ${about.key} ${about.title}` : text))
  const { key } = owner.views.task(task) ?? { key: '' }
  expect(told[0]).toBe('founded the workspace')
  expect(told).toEqual(
    expect.arrayContaining([
      'let in whoever comes by an invite',
      'let in Grace',
      `created it: ${key} Parse weeks`,
      `moved it to Done: ${key} Parse weeks`,
      `commented: ${key} Parse weeks`,
      expect.stringMatching(/^let in key [0-9a-f]{4}·[0-9a-f]{2}$/),
      'ended rights of Grace',
    ]),
  )
})

test('a verdict says why, and that somebody kept it all the same', () => {
  expect(verdictWords({ why: null, adopted: false })).toBeNull()
  expect(verdictWords({ why: 'right', adopted: false })?.long).toBe(
    'It does not count and changes nothing. They may not do this kind of thing.',
  )
  expect(verdictWords({ why: 'right', adopted: true })).toEqual({
    short: 'kept',
    long: 'It counts, because somebody kept it. By itself it would not: they may not do this kind of thing.',
  })
})

test.each([
  [4200, '4 s'],
  [90_000, '2 min'],
  [5_400_000, '1.5 h'],
  [4 * 86_400_000, '4 days'],
])('%i ms is %s', (ms, words) => {
  expect(duration(ms)).toBe(words)
})
