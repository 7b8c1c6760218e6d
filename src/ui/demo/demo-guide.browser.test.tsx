/** The guide of the demo: where it shows, and for whom it accepts. */

import { afterEach, beforeEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { GOAL } from '../../agents/scenario/plan.ts'
import { type InputOf, type OperationName, type OutputOf, run } from '../../operations/table.ts'
import { exchange, founded, joined, type TestClock } from '../../replica/cluster.fixture.ts'
import type { Replica } from '../../replica/replica.ts'
import { nameWorkspace } from '../../replica/workspace.ts'
import { showAt } from '../app.fixture.tsx'
import { links } from '../links.ts'
import { sessionOf } from '../task/open-task.fixture.tsx'

let owner: Replica
let clock: TestClock
let close: () => void = () => undefined
beforeEach(async () => {
  localStorage.clear()
  ;({ owner, clock } = await founded(1, { ms: Date.now() }))
})
afterEach(() => close())

const guide = () => page.getByRole('region', { name: 'Demo swarm' })
const accepts = () => guide().getByRole('checkbox', { name: 'Accept work for me' })

test('it shows wherever agents of the demo are, whatever the workspace is called and came to be called', async () => {
  nameWorkspace(owner, 'Our flat')
  begin(owner)
  await show(owner)
  await expect.element(guide()).toHaveTextContent('Scripted demo')
  nameWorkspace(owner, 'Our house')
  await expect.poll(() => document.title).toContain('Our house')
  await expect.element(guide()).toBeVisible()
})

test('a workspace that is only called so shows none, also with a task of that name', async () => {
  nameWorkspace(owner, 'Demo swarm')
  does(owner, 'create_agent', { name: 'Thinker', model: 'claude-sonnet-4-5' })
  does(owner, 'create_task', { ...GOAL, status: 'ready' })
  await show(owner)
  await expect.element(page.getByRole('region', { name: 'Board', exact: true })).toBeVisible()
  await expect.element(guide()).not.toBeInTheDocument()
})

test('it accepts for who began the demo, and for nobody else until they want it', async () => {
  begin(owner)
  const { member } = await joined(owner, 7, clock, { role: 'member' })
  await exchange(owner, member)
  await show(member)
  await expect.element(accepts()).not.toBeChecked()
  close()
  await show(owner)
  await expect.element(accepts()).toBeChecked()
  for (const step of ['claim_task', 'confirm_task'] as const) does(member, step, { id: 'WN-1' })
  does(member, 'submit_task', { id: 'WN-1', summary: 'Planned.' })
  await exchange(member, owner)
  await expect.poll(() => owner.views.task(owner.views.find('WN-1') as never)?.status, { timeout: 10_000 }).toBe('done')
})

test('the choice is that of this browser: kept when the page is opened anew, and followed by its other tabs', async () => {
  begin(owner)
  const session = await sessionOf(owner)
  close = await showAt(session, links.board(session.workspaceId))
  await userEvent.click(accepts())
  await expect.element(accepts()).not.toBeChecked()
  close()
  close = await showAt(session, links.board(session.workspaceId))
  await expect.element(accepts()).not.toBeChecked()
  // Another tab stores its choice, and this one hears of it.
  const key = Object.keys(localStorage).find((name) => name.includes('demo-accepts')) as string
  localStorage.setItem(key, 'on')
  dispatchEvent(new StorageEvent('storage', { key, newValue: 'on' }))
  await expect.element(accepts()).toBeChecked()
})

/** An agent of the demo, and the goal. */
function begin(replica: Replica): void {
  does(replica, 'create_agent', { name: 'Coordinator', role: 'coordinator', model: 'scripted: demo' })
  does(replica, 'create_task', { ...GOAL, status: 'ready' })
}

function does<N extends OperationName>(replica: Replica, name: N, input: InputOf<N>): OutputOf<N> {
  const done = run({ replica }, name, input)
  if (!done.ok) throw new Error(`${name}: ${done.refusal.detail}`)
  return done.value
}

async function show(replica: Replica): Promise<void> {
  const session = await sessionOf(replica)
  close = await showAt(session, links.board(session.workspaceId))
}
