/** The page of insights over small histories of agents: charts, tables beside them, and what changes while one looks. */

import { afterEach, beforeEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { exchange, founded, joined, type TestClock } from '../../replica/cluster.fixture.ts'
import { describeSelf } from '../../replica/people.ts'
import type { Replica } from '../../replica/replica.ts'
import { showAt } from '../app.fixture.tsx'
import { links } from '../links.ts'
import { sessionOf } from '../task/open-task.fixture.tsx'
import { done } from '../../operations/operate.fixture.ts'

const MINUTE = 60_000

let owner: Replica
let clock: TestClock
let close: () => void = () => undefined
beforeEach(async () => {
  ;({ owner, clock } = await founded(1, { ms: Date.now() - 48 * 60 * MINUTE }))
  describeSelf(owner, { name: 'Ada Byron', color: '#5b5bd6' })
})
afterEach(() => close())

test('with nothing done it says what will be learnt here', async () => {
  await show()
  await expect.element(page.getByText(/There is nothing to learn from yet/)).toBeVisible()
})

test('without agents nothing is said of runs', async () => {
  done(owner, 'create_task', { title: 'By hand', status: 'done' })
  await owner.saved()
  await show()
  await expect.element(figure('By person and agent')).toHaveTextContent('Ada Byron has completed most: 1 task.')
  expect(page.getByRole('region', { name: 'Runs by agent' }).elements()).toHaveLength(0)
  expect(page.getByText('Duplicate starts').elements()).toHaveLength(0)
})

test('runs are told by agent and by outcome, with what was wasted; a chart is a table as well', async () => {
  const [one, two] = [await join(7, 'coder-1'), await join(8, 'coder-2')]
  for (const title of ['First', 'Second']) done(owner, 'create_task', { title, status: 'ready' })
  await meet(one, two)
  await begin(one, 'WN-1')
  clock.ms += 30 * MINUTE
  done(one, 'report_progress', { id: 'WN-1', usage: { inputTokens: 10, outputTokens: 10, costMicros: 3_000_000 } })
  done(one, 'submit_task', { id: 'WN-1', summary: 'It runs.' })
  await begin(two, 'WN-2')
  clock.ms += 5 * MINUTE
  done(two, 'report_progress', { id: 'WN-2', usage: { inputTokens: 10, outputTokens: 10, costMicros: 1_000_000 } })
  done(two, 'release_task', { id: 'WN-2', failed: true, note: 'No compiler.' })
  await meet(one, two)
  await show()
  const tile = (name: string) => page.getByText(name, { exact: true }).element().parentElement
  await expect.element(page.getByText('Duplicate starts')).toBeVisible()
  expect(tile('Runs')).toHaveTextContent('2')
  expect(tile('Cost of runs')).toHaveTextContent('$4.00')
  expect(tile('Of it wasted')).toHaveTextContent('$1.00')
  await expect.element(figure('By outcome')).toHaveTextContent('1 run of 2 began and came to nothing')
  await expect.element(figure('By outcome')).toHaveTextContent('They cost $1.00, 25 % of the whole.')
  await expect.element(figure('From claim to start')).toHaveTextContent('No two have begun one task at once.')
  const agents = figure('Runs by agent')
  await expect.element(agents).toHaveTextContent('No run has been accepted yet.')

  // What is accepted while one looks shows by itself: the run, its agent, and the task that is done by it.
  done(owner, 'accept_task', { id: 'WN-1' })
  await owner.saved()
  await expect.element(agents).toHaveTextContent('coder-1 has most accepted: 1 run of 1.')
  await userEvent.click(agents.getByRole('button', { name: 'Show as a table' }))
  await expect
    .element(agents.getByRole('row', { name: /^coder-1/ }))
    .toHaveTextContent(/coder-1112.*30 min000.*30 min\$3\.00\$3\.00/)
  await expect.element(agents.getByRole('row', { name: /^coder-2/ })).toHaveTextContent(/coder-210.*not known/)
  await expect.element(figure('By person and agent')).toHaveTextContent('coder-1 has completed most: 1 task.')
  await expect.element(figure('By runs that it took')).toHaveTextContent('those with 1 run were done most often: 100 %')
  await expect.element(figure('By time that agents worked on it')).toHaveTextContent('less than 1 h of work')
})

test('conflicts are told by field and by pair', async () => {
  const { member } = await joined(owner, 9, clock)
  describeSelf(member, { name: 'Grace Hopper', color: '#0a7d5a' })
  done(owner, 'create_task', { title: 'First', status: 'ready' })
  await meet(member)
  done(owner, 'update_task', { id: 'WN-1', title: 'Of Ada' })
  done(member, 'update_task', { id: 'WN-1', title: 'Of Grace' })
  await meet(member)
  await show()
  await expect.element(figure('By field')).toHaveTextContent('Most often over the title.')
  const pairs = figure('By pair')
  await expect.element(pairs).toHaveTextContent(/Most often between (Ada Byron and Grace Hopper|Grace Hopper and Ada Byron)\./)
  await userEvent.click(pairs.getByRole('button', { name: 'Show as a table' }))
  await expect.element(pairs.getByRole('table')).toHaveTextContent(/Conflicts.*1/)
})

function figure(name: string) {
  return page.getByRole('region', { name, exact: true })
}

async function join(seed: number, name: string): Promise<Replica> {
  const { member } = await joined(owner, seed, clock, { role: 'agent' })
  describeSelf(member, { name, color: '#0a7d5a' })
  await exchange(member, owner)
  return member
}

async function meet(...others: readonly Replica[]): Promise<void> {
  for (const other of others) await exchange(other, owner)
  for (const other of others) await exchange(owner, other)
}

async function begin(agent: Replica, id: string): Promise<void> {
  done(agent, 'claim_task', { id })
  done(agent, 'confirm_task', { id })
  await agent.saved()
}

async function show(): Promise<void> {
  const session = await sessionOf(owner)
  close = await showAt(session, links.insights(session.workspaceId))
}
