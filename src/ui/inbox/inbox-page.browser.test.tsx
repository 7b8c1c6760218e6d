import { afterEach, beforeEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { exchange, founded, joined, type TestClock } from '../../replica/cluster.fixture.ts'
import { describeSelf } from '../../replica/people.ts'
import type { Replica } from '../../replica/replica.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import type { InviteSpec } from '../../replica/workspace.ts'
import { showAt } from '../app.fixture.tsx'
import { links } from '../links.ts'
import type { PeerRow } from '../session.ts'
import { sessionOf } from '../task/open-task.fixture.tsx'
import { settable } from '../test-session.ts'
import { done } from '../../operations/operate.fixture.ts'

const MINUTE = 60_000

let owner: Replica
let clock: TestClock
let close: () => void = () => undefined
let seed = 20
beforeEach(async () => {
  ;({ owner, clock } = await founded(1, { ms: Date.now() - 48 * 60 * MINUTE }))
  describeSelf(owner, { name: 'Ada Byron', color: '#5b5bd6' })
})
afterEach(() => close())

test('an empty inbox says so, and what will come', async () => {
  await show()
  await expect.element(page.getByRole('heading', { name: 'Nothing needs you' })).toBeVisible()
  await expect.element(page.getByText('questions that somebody has to answer')).toBeVisible()
  await expect.element(page.getByRole('link', { name: 'Inbox', exact: true })).toHaveAttribute('aria-current', 'page')
})

test('a question is counted in the sidebar, answered with one of its options, and gone; what was asked oneself waits for others', async () => {
  const agent = await join('coder-1')
  task('Build it')
  await meet(agent)
  const { id } = done(agent, 'ask_task', { id: 'WN-1', question: 'Which **port**?', options: ['80', '8080'] })
  done(owner, 'ask_task', { id: 'WN-1', question: 'Is anybody there?' })
  task('Another')
  done(owner, 'ask_task', { id: 'WN-2', question: 'And there?' })
  await meet(agent)
  await show()
  await expect.element(page.getByRole('link', { name: 'Inbox 1 needs you' })).toBeVisible()
  const item = page.getByRole('listitem', { name: 'Question WN-1 Build it' })
  await expect.element(item.getByRole('article', { name: 'Question by coder-1' })).toHaveTextContent('Which port?')
  await expect.element(page.getByText('Others can deal with these (1)')).toBeVisible()
  await userEvent.click(item.getByRole('button', { name: '8080' }))
  await expect.element(page.getByRole('link', { name: 'Inbox', exact: true })).toBeVisible()
  await exchange(owner, agent)
  expect(agent.views.questions.has(id)).toBe(false)
})

test('a question is answered in one’s own words, where it lets one', async () => {
  const agent = await join('coder-1')
  task('Build it')
  await meet(agent)
  done(agent, 'ask_task', { id: 'WN-1', question: 'Which port?', options: ['80'], freeForm: false })
  done(agent, 'ask_task', { id: 'WN-1', question: 'Which host?' })
  await meet(agent)
  await show()
  const item = page.getByRole('listitem', { name: 'Question WN-1' })
  await expect.element(item).toBeVisible()
  expect(item.getByRole('textbox', { name: 'Answer' }).elements()).toHaveLength(1)
  await userEvent.fill(item.getByRole('textbox', { name: 'Answer' }), 'localhost')
  await userEvent.keyboard('{Control>}{Enter}{/Control}')
  await expect.element(item.getByRole('article')).toHaveTextContent('Which port?')
  expect(item.getByRole('textbox', { name: 'Answer' }).elements()).toHaveLength(0)
})

test('handed-in work is shown with its evidence and documents, sent back with words, and accepted', async () => {
  const agent = await join('coder-1')
  const id = task('Build it')
  await meet(agent)
  begin(agent)
  agent.transact(null, (tx) => tx.create({ type: 'document', path: 'src/server.ts', fields: [] }))
  submit(agent, 'It **runs**.', ['npm test'])
  await meet(agent)
  await show()
  const item = page.getByRole('listitem', { name: 'Review WN-1 Build it' })
  const work = item.getByRole('article', { name: 'Work of coder-1' })
  await expect.element(work).toHaveTextContent(/It runs\./)
  await expect.element(work.getByRole('list', { name: 'Checked, as its agent says' })).toHaveTextContent('npm test')
  await expect.element(work.getByRole('list', { name: 'Documents' })).toHaveTextContent('src/server.ts')
  await userEvent.click(work.getByRole('button', { name: 'Send back …' }))
  await userEvent.fill(work.getByRole('textbox', { name: 'What is missing' }), 'The docs.')
  await userEvent.click(work.getByRole('button', { name: 'Send back', exact: true }))
  await expect.element(item).not.toBeInTheDocument()
  expect(row(id)).toMatchObject({ status: 'in_progress', run: { said: 'The docs.' } })
  await meet(agent)
  submit(agent, 'With docs.')
  await meet(agent)
  await userEvent.click(page.getByRole('listitem', { name: 'Review WN-1' }).getByRole('button', { name: 'Accept' }))
  await expect.element(page.getByRole('heading', { name: 'Nothing needs you' })).toBeVisible()
  expect(row(id).status).toBe('done')
})

test('what a run changed in a document is shown line by line, and what was there before it is not', async () => {
  const agent = await join('coder-1')
  const { id: document } = done(owner, 'create_document', { path: 'src/server.ts', content: 'one\ntwo\nthree\n' })
  task('Build it')
  clock.ms += MINUTE
  await meet(agent)
  begin(agent)
  done(agent, 'update_document', { id: document, content: 'one\nzwei\nthree\n' })
  submit(agent, 'Translated.')
  await meet(agent)
  await show()
  const documents = page.getByRole('list', { name: 'Documents' })
  await userEvent.click(documents.getByRole('button', { name: /src\/server.ts/ }))
  const changed = documents.getByRole('region', { name: 'What changed' })
  await expect.element(changed).toHaveTextContent('1 line added, 1 line removed')
  await expect.element(changed.getByRole('row', { name: /Added: zwei/ })).toBeVisible()
  await expect.element(changed.getByRole('row', { name: /Removed: two/ })).toBeVisible()
  await expect.element(documents.getByRole('link', { name: 'Open in Files' })).toBeVisible()
})

test('two that finished apart stand beside each other, and the one that is meant is accepted', async () => {
  const [one, two] = [await join('coder-1'), await join('coder-2')]
  const id = task('Build it')
  await meet(one, two)
  for (const agent of [one, two]) {
    begin(agent)
    submit(agent, `By ${agent === one ? 'one' : 'two'}.`)
  }
  await meet(one, two)
  await show()
  const work = (name: string) => page.getByRole('article', { name: `Work of ${name}` })
  await expect.element(work('coder-1')).toBeVisible()
  const [left, right] = ['coder-1', 'coder-2'].map((name) => work(name).element().getBoundingClientRect())
  expect(left?.top).toBe(right?.top)
  await userEvent.click(work('coder-2').getByRole('button', { name: 'Accept' }))
  await expect.element(page.getByRole('heading', { name: 'Nothing needs you' })).toBeVisible()
  const accepted = owner.runsOf(id).find(({ state }) => state === 'accepted')
  expect(accepted?.agent).toBe(two.actor)
})

test('a silent run is shown with honest words unless its agent is here, put away until there is more, and freed', async () => {
  const agent = await join('coder-1')
  clock.ms = Date.now() - 20 * MINUTE
  const id = task('Build it')
  await meet(agent)
  begin(agent)
  await meet(agent)
  clock.ms = Date.now()
  const people = settable<readonly PeerRow[]>([
    { name: 'coder-1', color: '#0a7d5a', actor: agent.actor, task: null, self: false },
  ])
  await show({ people })
  await expect.element(page.getByRole('heading', { name: 'Nothing needs you' })).toBeVisible()
  people.set([])
  const item = page.getByRole('listitem', { name: 'Silent WN-1 Build it' })
  await expect.element(item).toHaveTextContent(/No sign for 20 min\. Its claim has lapsed/)
  await userEvent.click(item.getByRole('button', { name: 'Not now' }))
  await expect.element(item).not.toBeInTheDocument()
  // Another matter of the same work brings it back, and it is one item.
  clock.ms = Date.now() - 19 * MINUTE
  done(agent, 'ask_task', { id: 'WN-1', question: 'Which port?' })
  clock.ms = Date.now()
  await exchange(agent, owner)
  const both = page.getByRole('listitem', { name: 'Question WN-1 Build it' })
  await expect.element(both).toHaveTextContent(/Which port\?.*No sign for 1[89] min/)
  await userEvent.click(both.getByRole('button', { name: 'Free the task …' }))
  await userEvent.click(page.getByRole('dialog').getByRole('button', { name: 'Stop it' }))
  await expect.element(both).not.toHaveTextContent(/No sign/)
  expect(row(id)).toMatchObject({ status: 'ready', run: null })
})

test('what failed says why, and is set aside; what stands untouched goes back; what costs too much is stopped', async () => {
  const [one, two] = [await join('coder-1'), await join('coder-2')]
  clock.ms = Date.now() - 26 * 60 * MINUTE
  const [failed, stuck, costly] = [task('Cannot be'), task('By hand', 'in_progress'), task('Dear')]
  await meet(one, two)
  begin(one)
  done(one, 'release_task', { id: 'WN-1', failed: true, note: 'No compiler here.' })
  clock.ms = Date.now()
  begin(two, 'WN-3')
  done(two, 'report_progress', { id: 'WN-3', usage: { inputTokens: 1, outputTokens: 1, costMicros: 2_500_000 } })
  owner.transact(null, (tx) =>
    tx.create({
      type: 'agent',
      fields: [
        ['actor', two.actor],
        ['limits', { costMicros: 1_000_000 }],
      ],
    }),
  )
  await meet(one, two)
  await show()
  const items = page.getByRole('list', { name: 'Needs you' }).getByRole('listitem')
  await expect.element(items.nth(0)).toHaveTextContent(/Failed.*coder-1 could not do it:No compiler here\./)
  await expect
    .element(items.nth(1))
    .toHaveTextContent(/Over budget.*coder-2 has spent \$2\.50 on it, and a run .* may cost \$1\.00/)
  await expect.element(items.nth(2)).toHaveTextContent(/Untouched.*nobody has touched it for 26 h/)
  await userEvent.click(page.getByRole('button', { name: 'Set it aside' }))
  await userEvent.click(page.getByRole('button', { name: 'Back to Ready' }))
  await userEvent.click(page.getByRole('button', { name: 'Stop it …' }))
  await userEvent.click(page.getByRole('dialog').getByRole('button', { name: 'Stop it' }))
  await expect.element(page.getByRole('heading', { name: 'Nothing needs you' })).toBeVisible()
  expect([failed, stuck, costly].map((id) => row(id).status)).toEqual(['backlog', 'ready', 'ready'])
})

test('a field that was written twice apart is settled in place', async () => {
  const agent = await join('coder-1')
  const id = task('Old')
  await meet(agent)
  done(owner, 'update_task', { id, title: 'Of Ada' })
  done(agent, 'update_task', { id, title: 'Of the agent' })
  await meet(agent)
  await show()
  await expect.element(page.getByRole('listitem', { name: /^Conflict WN-1/ })).toBeVisible()
  await userEvent.click(page.getByRole('button', { name: 'Keep Of Ada' }))
  await expect.element(page.getByRole('heading', { name: 'Nothing needs you' })).toBeVisible()
  expect(row(id)).toMatchObject({ title: 'Of Ada', conflicts: [] })
})

test('rights that end within a day are given for longer', async () => {
  clock.ms = Date.now()
  const agent = await join('coder-1', { role: 'agent', files: ['src/**'], expires: Date.now() + 150 * MINUTE })
  await show()
  const item = page.getByRole('listitem', { name: 'Ends soon The rights of coder-1' })
  await expect.element(item).toHaveTextContent(/Agent: ends in 2 h/)
  await userEvent.click(item.getByRole('button', { name: '8 hours longer' }))
  await expect.element(item).toHaveTextContent(/ends in 10 h/)
  await exchange(owner, agent)
  expect(agent.held.some(({ grant }) => grant.globs?.includes('src/**') && grant.expires !== null)).toBe(true)
})

test('decisions about rights stand here as on the page of people', async () => {
  const agent = await join('coder-1')
  task('Build it')
  await meet(agent)
  for (let n = 0; n < 5; n++) done(agent, 'create_task', { title: `Written by it ${n}` })
  const [held] = owner.authority.registry.heldBy(agent.actor)
  done(owner, 'revoke_capability', { id: held?.id as string })
  await exchange(agent, owner)
  await show()
  const item = page.getByRole('listitem', { name: /changes by coder-1 do not count/ })
  await expect.element(item).toBeVisible()
  await userEvent.click(item.getByRole('button', { name: 'Leave it so' }))
  await expect.element(page.getByRole('heading', { name: 'Nothing needs you' })).toBeVisible()
})

test('all of it by keys: from item to item, the number of an option, letters, and Enter for the task', async () => {
  const agent = await join('coder-1')
  task('First')
  task('Second')
  await meet(agent)
  begin(agent)
  submit(agent, 'Done.')
  done(agent, 'ask_task', { id: 'WN-2', question: 'Which port?', options: ['80', '8080'] })
  await meet(agent)
  await show()
  const question = page.getByRole('listitem', { name: 'Question WN-2' })
  const review = page.getByRole('listitem', { name: 'Review WN-1' })
  await expect.element(question).toBeVisible()
  await userEvent.keyboard('j')
  await expect.element(question).toHaveFocus()
  await userEvent.keyboard('{ArrowDown}')
  await expect.element(review).toHaveFocus()
  await userEvent.keyboard('k2')
  await expect.element(question).not.toBeInTheDocument()
  // The one in its place has the focus.
  await expect.element(review).toHaveFocus()
  await userEvent.keyboard('s')
  await userEvent.keyboard('More tests{Control>}{Enter}{/Control}')
  await expect.element(page.getByRole('heading', { name: 'Nothing needs you' })).toBeVisible()
  await exchange(owner, agent)
  submit(agent, 'Again.')
  await exchange(agent, owner)
  await expect.element(review).toBeVisible()
  await userEvent.keyboard('j{Enter}')
  await expect.element(page.getByRole('complementary', { name: 'First' })).toBeVisible()
  history.back()
  await expect.element(review).toBeVisible()
  await userEvent.keyboard('ja')
  await expect.element(page.getByRole('heading', { name: 'Nothing needs you' })).toBeVisible()
})

test('of hundreds of items few are elements; keys reach the last one, and words that were not sent stay', async () => {
  const agent = await join('coder-1')
  const count = 120
  for (let n = 1; n <= count; n++) task(`Number ${n}`)
  await meet(agent)
  for (let n = 1; n <= count; n++) done(agent, 'ask_task', { id: `WN-${n}`, question: 'Which port?' })
  await meet(agent)
  await show()
  const list = page.getByRole('list', { name: 'Needs you' })
  await expect.element(page.getByRole('heading', { name: `${count} things need you` })).toBeVisible()
  await expect.element(list.getByRole('listitem').first()).toHaveAttribute('aria-setsize', `${count}`)
  expect(list.getByRole('listitem').elements().length).toBeLessThan(40)
  const first = list.getByRole('listitem').first()
  const name = first.element().querySelector('a')?.textContent ?? ''
  await userEvent.fill(first.getByRole('textbox', { name: 'Answer' }), 'Not sent')
  first.element().focus()
  for (let n = 1; n < count; n++) {
    await userEvent.keyboard('j')
    await expect.poll(() => document.activeElement?.ariaPosInSet).toBe(`${n + 1}`)
  }
  expect(list.getByRole('listitem').elements().length).toBeLessThan(40)
  await expect.element(list.getByRole('listitem', { name }).getByRole('textbox', { name: 'Answer' })).toHaveValue('Not sent')
})

async function join(name: string, spec: InviteSpec = { role: 'agent' }): Promise<Replica> {
  const { member } = await joined(owner, seed++, clock, spec)
  describeSelf(member, { name, color: '#0a7d5a' })
  await exchange(member, owner)
  return member
}

async function meet(...agents: readonly Replica[]): Promise<void> {
  for (const agent of agents) await exchange(agent, owner)
  for (const agent of agents) await exchange(owner, agent)
}

async function show(rest: Parameters<typeof sessionOf>[1] = {}): Promise<void> {
  const session = await sessionOf(owner, rest)
  close = await showAt(session, links.inbox(session.workspaceId))
}

function task(title: string, status: TaskRow['status'] = 'ready'): TaskRow['id'] {
  return done(owner, 'create_task', { title, status }).id
}

function row(id: TaskRow['id']): TaskRow {
  return owner.views.task(id) as TaskRow
}

function begin(agent: Replica, id = 'WN-1'): void {
  done(agent, 'claim_task', { id })
  done(agent, 'confirm_task', { id })
}

function submit(agent: Replica, summary: string, checks: string[] = []): void {
  done(agent, 'submit_task', { id: 'WN-1', summary, checks })
}
