/** What the inbox makes of the log for the one who looks: what is theirs to do, who is here, what they put away. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LOCAL } from '../../core/limits.ts'
import { exchange, founded, joined, type TestClock } from '../../replica/cluster.fixture.ts'
import { askForAdmin } from '../../replica/people.ts'
import type { Replica } from '../../replica/replica.ts'
import type { PeerRow, Session } from '../session.ts'
import { settable } from '../test-session.ts'
import { type Entry, inboxIn, type InboxWatch } from './inbox-watch.ts'
import { done } from '../../operations/operate.fixture.ts'

let owner: Replica
let agent: Replica
let clock: TestClock
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  ;({ owner, clock } = await founded())
  ;({ member: agent } = await joined(owner, 7, clock, { role: 'agent' }))
  done(owner, 'create_task', { title: 'Build it', status: 'ready' })
  await exchange(owner, agent)
})
afterEach(() => vi.useRealTimers())

test('what was put away comes back when there is more of it, and not when there is less', async () => {
  const { watch, shown } = watching(owner)
  const [first, second] = [ask('Which port?'), ask('Which host?')]
  await exchange(agent, owner)
  expect(shown()).toEqual(['question'])
  watch.putOff(watch.get()[0] as Entry)
  expect(shown()).toEqual([])
  done(owner, 'answer_question', { id: first, answer: '80' })
  expect(shown()).toEqual([])
  ask('Which user?')
  await exchange(agent, owner)
  expect(shown()).toEqual(['question'])
  watch.putOff(watch.get()[0] as Entry)
  done(owner, 'answer_question', { id: second, answer: 'localhost' })
  expect(shown()).toEqual([])
})

test('whoever is here is not silent, whatever the log has of them', async () => {
  const { people, shown } = watching(owner, [peer(agent)])
  done(agent, 'claim_task', { id: 'WN-1' })
  done(agent, 'confirm_task', { id: 'WN-1' })
  await exchange(agent, owner)
  clock.ms += LOCAL.silentRunMs
  vi.advanceTimersByTime(30_000)
  expect(shown()).toEqual([])
  people.set([])
  expect(shown()).toEqual(['stalled'])
  people.set([peer(agent)])
  expect(shown()).toEqual([])
})

test('only what one may do counts as one’s own: nobody answers or judges oneself', async () => {
  const [mine, theirs] = [watching(agent), watching(owner)]
  done(agent, 'claim_task', { id: 'WN-1' })
  done(agent, 'confirm_task', { id: 'WN-1' })
  ask('Which port?')
  done(agent, 'submit_task', { id: 'WN-1' })
  await exchange(agent, owner)
  expect(mine.shown()).toEqual(['question'])
  expect(mine.watch.get().map(({ mayAct }) => mayAct)).toEqual([false])
  expect(theirs.watch.get().map(({ mayAct }) => mayAct)).toEqual([true])
})

test('decisions and rights that end stand among the matters of tasks by their urgency', async () => {
  const { member: grace } = await joined(owner, 8, clock, { role: 'viewer' })
  askForAdmin(grace, true)
  await joined(owner, 9, clock, { role: 'agent', expires: clock.ms + LOCAL.expiringMs })
  await joined(owner, 10, clock, { role: 'agent', expires: clock.ms + LOCAL.expiringMs + 60_000 })
  await exchange(grace, owner)
  const { shown } = watching(owner)
  done(owner, 'update_task', { id: 'WN-1', title: 'One' })
  done(agent, 'update_task', { id: 'WN-1', title: 'Two' })
  ask('Which port?')
  await exchange(agent, owner)
  expect(shown()).toEqual(['question', 'decision', 'conflict', 'expiring'])
  clock.ms += 60_000
  vi.advanceTimersByTime(30_000)
  expect(shown()).toEqual(['question', 'decision', 'conflict', 'expiring', 'expiring'])
})

function watching(replica: Replica, here: readonly PeerRow[] = []) {
  const people = settable(here)
  const watch: InboxWatch = inboxIn({ replica, people } as unknown as Session)
  watch.subscribe(() => undefined)
  const shown = (): string[] => {
    // Looks are put off a little.
    vi.advanceTimersByTime(2000)
    return watch.get().map((entry) => (entry.kind === 'task' ? (entry.of.concerns[0]?.kind as string) : entry.kind))
  }
  return { watch, people, shown }
}

function ask(question: string): string {
  return done(agent, 'ask_task', { id: 'WN-1', question }).id
}

function peer({ actor }: Replica): PeerRow {
  return { name: 'coder-1', color: '#0a7d5a', actor, task: null, self: false }
}
