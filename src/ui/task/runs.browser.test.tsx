/** Questions and runs in an open task: answered, judged and stopped in place. */

import { afterEach, beforeEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { exchange, founded, joined } from '../../replica/cluster.fixture.ts'
import { describeSelf } from '../../replica/people.ts'
import type { Replica } from '../../replica/replica.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import { sessionOf, type ShownTask, showTask } from './open-task.fixture.tsx'
import { done } from '../../operations/operate.fixture.ts'

let shown: ShownTask | null = null
let owner: Replica
let agent: Replica
beforeEach(async () => {
  await page.viewport(1280, 900)
  const { owner: first, clock } = await founded(1, { ms: Date.now() - 3_600_000 })
  owner = first
  ;({ member: agent } = await joined(owner, 7, clock, { role: 'agent' }))
  describeSelf(agent, { name: 'coder-1', color: '#0a7d5a' })
  done(owner, 'create_task', { title: 'Build it', status: 'ready' })
  await meet()
  done(agent, 'claim_task', { id: 'WN-1' })
  done(agent, 'confirm_task', { id: 'WN-1' })
  done(agent, 'report_progress', {
    id: 'WN-1',
    step: 'Reading the code',
    usage: { inputTokens: 1000, outputTokens: 50, costMicros: 2_500_000 },
  })
  await meet()
})
afterEach(() => shown?.close())

test('a run says who, what step, what it cost, and is stopped after one has said so', async () => {
  await open(owner)
  const line = page.getByRole('region', { name: 'Runs' }).getByRole('listitem', { name: 'Run of coder-1: working' })
  await expect
    .element(line)
    .toHaveTextContent(/Reading the code · \$2\.50, 1,050 tokens.*No sign for (1 h|59 min)\. Its claim has lapsed/)
  await userEvent.click(line.getByRole('button', { name: 'Stop' }))
  expect(row().run).not.toBeNull()
  await userEvent.click(page.getByRole('dialog', { name: 'Stop the work of coder-1?' }).getByRole('button', { name: 'Stop it' }))
  await expect.element(page.getByRole('listitem', { name: 'Run of coder-1: stopped' })).toBeVisible()
  expect(row()).toMatchObject({ status: 'ready', run: null })
})

test('handed-in work is accepted in the panel; its agent may not judge it', async () => {
  done(agent, 'submit_task', { id: 'WN-1', summary: 'It runs.' })
  await meet()
  await open(agent)
  await expect.element(page.getByRole('article', { name: 'Work of coder-1' })).toHaveTextContent(/nobody judges their own work/)
  expect(page.getByRole('button', { name: 'Accept' }).elements()).toHaveLength(0)
  shown?.close()
  await open(owner)
  await userEvent.click(page.getByRole('button', { name: 'Accept' }))
  const line = page.getByRole('listitem', { name: 'Run of coder-1: accepted' })
  await userEvent.click(line.getByText('What it handed in'))
  await expect.element(line).toHaveTextContent('It runs.')
  expect(row().status).toBe('done')
})

test('questions stand apart from comments, and are answered in place', async () => {
  done(agent, 'ask_task', { id: 'WN-1', question: 'Which port?', options: ['80', '8080'] })
  done(owner, 'comment_task', { id: 'WN-1', body: 'Only a remark.' })
  await meet()
  await open(owner)
  const questions = page.getByRole('region', { name: 'Questions' })
  await expect.element(questions).toHaveTextContent(/1 waits for an answer/)
  await userEvent.click(questions.getByRole('button', { name: '80', exact: true }))
  await expect.element(questions).toHaveTextContent(/80answered by/)
  await expect.element(questions).not.toHaveTextContent(/waits/)
  const comments = page.getByRole('region', { name: 'Comments' })
  await expect.element(comments).toHaveTextContent('Only a remark.')
  await expect.element(comments).not.toHaveTextContent('Which port?')
})

async function meet(): Promise<void> {
  await exchange(agent, owner)
  await exchange(owner, agent)
}

async function open(replica: Replica): Promise<void> {
  shown = showTask(await sessionOf(replica), 'WN-1')
}

function row(): TaskRow {
  return owner.views.task(owner.views.find('WN-1') as TaskRow['id']) as TaskRow
}
