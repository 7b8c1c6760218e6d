/** The event stream as people read it, and the board as it was. */

import { afterEach, beforeEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { InputOf, OperationName } from '../../operations/table.ts'
import { exchange, founded, joined, type TestClock } from '../../replica/cluster.fixture.ts'
import { removeActor } from '../../replica/membership.ts'
import { describeSelf } from '../../replica/people.ts'
import type { Replica } from '../../replica/replica.ts'
import { showAt } from '../app.fixture.tsx'
import { links } from '../links.ts'
import { sessionOf } from '../task/open-task.fixture.tsx'
import { done } from '../../operations/operate.fixture.ts'

const MINUTE = 60_000

let owner: Replica
let member: Replica
let clock: TestClock
let close: () => void = () => undefined
beforeEach(async () => {
  ;({ owner, clock } = await founded(1, { ms: Date.now() - 60 * MINUTE }))
  describeSelf(owner, { name: 'Ada Byron', color: '#5b5bd6' })
  member = (await joined(owner, 7, clock)).member
  describeSelf(member, { name: 'Grace Hopper', color: '#0a7d5a' })
  await exchange(member, owner)
  await later('create_task', { title: 'First', status: 'ready' })
  await later('update_task', { id: 'WN-1', status: 'done' })
})
afterEach(() => close())

test('events are told in words, the newest first; more stand on top when they come', async () => {
  await show('activity')
  const events = page.getByRole('list', { name: 'Events' }).getByRole('listitem')
  await expect.element(events.first()).toHaveTextContent(/Ada Byron moved it to Done.*WN-1 First/)
  await later('create_task', { title: 'Second' })
  await expect.element(events.first()).toHaveTextContent(/Ada Byron created it.*WN-2 Second/)
})

test('the stream is filtered by who, by kind and by task, and what is asked for stands in the address', async () => {
  done(member, 'create_task', { title: 'Of Grace' })
  await exchange(member, owner)
  await show('activity')
  const events = page.getByRole('list', { name: 'Events' })
  await expect.element(events).toHaveTextContent(/Of Grace/)
  await userEvent.fill(page.getByRole('textbox', { name: 'Filter by task' }), 'WN-1')
  await expect.element(events).not.toHaveTextContent(/Of Grace/)
  await expect.element(events).toHaveTextContent(/moved it to Done/)
  await userEvent.click(page.getByRole('button', { name: 'Show all events' }))
  await userEvent.hover(page.getByRole('combobox', { name: 'Filter by who' }))
  await userEvent.selectOptions(page.getByRole('combobox', { name: 'Filter by who' }), 'Grace Hopper')
  await expect.element(events).not.toHaveTextContent(/moved it to Done/)
  await expect.element(events).toHaveTextContent(/Of Grace/)
  expect(location.hash).toContain('who=')
})

test('what counts no more is found by itself, and says why', async () => {
  await exchange(owner, member)
  removeActor(owner, member.actor)
  done(member, 'create_task', { title: 'Too late' })
  await exchange(member, owner)
  await show('activity')
  await userEvent.click(page.getByRole('checkbox', { name: 'Only what does not count' }))
  const events = page.getByRole('list', { name: 'Events' }).getByRole('listitem')
  await expect.element(events.first()).toHaveTextContent(/Grace Hopper/)
  await expect.element(page.getByRole('list', { name: 'Events' })).not.toHaveTextContent(/Ada Byron moved it/)
})

test('the past is the board as it was, a change at a time, to read and not to write', async () => {
  await show('past')
  const [ready, finished] = [page.getByRole('region', { name: 'Ready' }), page.getByRole('region', { name: 'Done' })]
  await expect.element(finished.getByRole('listitem', { name: /First/ })).toBeVisible()
  await userEvent.click(page.getByRole('button', { name: 'The change before' }))
  await expect.element(ready.getByRole('listitem', { name: /First/ })).toBeVisible()
  expect(page.getByRole('textbox', { name: /Add a task to/ }).elements()).toHaveLength(0)
  expect(page.getByRole('button', { name: 'New task' }).elements()).toHaveLength(0)
  await userEvent.click(page.getByRole('button', { name: 'The change before' }))
  await expect.element(page.getByRole('listitem', { name: /First/ })).not.toBeInTheDocument()
  await userEvent.click(page.getByRole('button', { name: 'Latest' }))
  await expect.element(finished.getByRole('listitem', { name: /First/ })).toBeVisible()
})

async function show(view: 'activity' | 'past'): Promise<void> {
  const session = await sessionOf(owner)
  close = await showAt(session, links[view](session.workspaceId))
}

/** A minute after the last, and saved: a step in time of its own. */
async function later<N extends OperationName>(name: N, input: InputOf<N>): Promise<void> {
  clock.ms += MINUTE
  done(owner, name, input)
  await owner.saved()
}
