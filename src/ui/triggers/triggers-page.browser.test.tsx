import { afterEach, beforeEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { exchange, founded, joined, type TestClock } from '../../replica/cluster.fixture.ts'
import type { Replica } from '../../replica/replica.ts'
import { run } from '../../operations/table.ts'
import { showAt } from '../app.fixture.tsx'
import { links } from '../links.ts'
import { sessionOf } from '../task/open-task.fixture.tsx'

let owner: Replica
let clock: TestClock
let close: () => void = () => undefined
beforeEach(async () => ({ owner, clock } = await founded(1, { ms: Date.now() })))
afterEach(() => close())

test('a trigger is made, is off, is switched on, changed and deleted, and comes back', async () => {
  await show(owner)
  await userEvent.click(page.getByRole('button', { name: 'New trigger' }))
  await userEvent.fill(page.getByLabelText('Name'), 'Test what is done')
  await userEvent.selectOptions(page.getByLabelText('Then'), 'Create a task')
  await userEvent.fill(page.getByLabelText('Title'), 'Test it')
  await userEvent.click(page.getByRole('button', { name: 'Save' }))
  const line = page.getByRole('listitem', { name: 'Test what is done' })
  await expect.element(line).toHaveTextContent('On “Tasks: completed”: create the task “Test it”.')
  await expect.element(line).toHaveTextContent('Off')
  const toggle = page.getByRole('switch', { name: 'Test what is done is on' })
  await userEvent.click(toggle)
  await expect.element(toggle).toBeChecked()
  await expect.element(line).toHaveTextContent(/On · carried out by/)
  await userEvent.click(page.getByRole('button', { name: 'Change Test what is done' }))
  await userEvent.selectOptions(page.getByLabelText('When'), 'A run goes silent')
  await userEvent.selectOptions(page.getByLabelText('Silent for'), '30 minutes')
  await userEvent.click(page.getByRole('button', { name: 'Save' }))
  await expect.element(line).toHaveTextContent('When a run leaves no sign for 30 minutes: create the task “Test it”.')
  await expect.element(toggle).not.toBeChecked()
  await userEvent.click(page.getByRole('button', { name: 'Delete Test what is done' }))
  await expect.element(line).not.toBeInTheDocument()
  await userEvent.click(page.getByRole('button', { name: 'Undo' }))
  await expect.element(line).toBeVisible()
})

test('who may not change the workspace sees triggers and no switches that work', async () => {
  const { member } = await joined(owner, 7, clock, { role: 'viewer' })
  run({ replica: owner }, 'save_trigger', { name: 'Watch', when: { on: 'deadline', minutes: 60 }, action: { do: 'pause' } })
  await exchange(owner, member)
  await show(member)
  await expect.element(page.getByRole('switch', { name: 'Watch is on' })).toBeDisabled()
  await expect.element(page.getByRole('button', { name: 'New trigger' })).not.toBeInTheDocument()
})

async function show(replica: Replica): Promise<void> {
  const session = await sessionOf(replica)
  close = await showAt(session, links.triggers(session.workspaceId))
}
