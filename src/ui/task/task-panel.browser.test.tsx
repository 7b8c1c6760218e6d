import { afterEach, beforeEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness'
import { Doc } from 'yjs'
import { run } from '../../operations/table.ts'
import { exchange, founded, joined } from '../../replica/cluster.fixture.ts'
import type { Replica } from '../../replica/replica.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import { settable } from '../test-session.ts'
import { sessionOf, type ShownTask, showTask } from './open-task.fixture.tsx'

const shown: ShownTask[] = []
beforeEach(() => page.viewport(1280, 900))
afterEach(() => {
  for (const task of shown.splice(0)) task.close()
})

test('the panel is named by the task’s title, which is edited in place', async () => {
  const { owner } = await founded()
  create(owner, { title: 'Old words' })
  await open(owner)
  const panel = page.getByRole('complementary', { name: 'Old words' })
  await expect.element(panel).toBeVisible()
  expect(document.activeElement).toBe(panel.element())
  const title = page.getByRole('textbox', { name: 'Title' })
  await userEvent.fill(title, 'New words')
  await userEvent.keyboard('{Enter}')
  expect(row(owner).title).toBe('New words')
  await expect.element(page.getByRole('complementary', { name: 'New words' })).toBeVisible()
  await userEvent.fill(title, '')
  await userEvent.keyboard('{Enter}')
  await expect.element(page.getByRole('alert')).toHaveTextContent('A task needs a title')
  expect(row(owner).title).toBe('New words')
})

test('Escape takes back a draft first, and closes the task then', async () => {
  const { owner } = await founded()
  create(owner, { title: 'Stays' })
  const task = await open(owner)
  const title = page.getByRole('textbox', { name: 'Title' })
  await userEvent.fill(title, 'Draft')
  await userEvent.keyboard('{Escape}')
  await expect.element(title).toHaveValue('Stays')
  expect(task.path()).toContain('/task/WN-1')
  await userEvent.keyboard('{Escape}')
  expect(task.path()).toMatch(/\/board$/)
  expect(row(owner).title).toBe('Stays')
})

test('status, priority, assignees and labels are set and shown', async () => {
  const { owner } = await founded()
  create(owner, { title: 'Fields' })
  await open(owner)
  await userEvent.selectOptions(page.getByRole('combobox', { name: 'Status' }), 'In review')
  await userEvent.selectOptions(page.getByRole('combobox', { name: 'Priority' }), 'High')
  await userEvent.fill(page.getByRole('combobox', { name: 'Assign somebody' }), 'grace')
  await userEvent.keyboard('{Enter}')
  await userEvent.fill(page.getByRole('combobox', { name: 'Add label' }), 'sync')
  await userEvent.click(page.getByRole('option', { name: 'New label “sync”' }))
  expect(row(owner)).toMatchObject({ status: 'in_review', priority: 1, assignees: ['Grace Hopper'], labels: ['sync'] })
  await userEvent.click(page.getByRole('button', { name: 'Remove sync' }))
  expect(row(owner).labels).toEqual([])
})

test('two people write in one description at once, see each other’s cursor, and end with the same text', async () => {
  const { owner, member } = await pair({ title: 'Together', body: 'middle' })
  const [a, b] = linkedAwareness()
  const one = showTask(await sessionOf(owner, { awareness: settable<Awareness | null>(a) }), 'WN-1', 'mine')
  const two = showTask(await sessionOf(member, { awareness: settable<Awareness | null>(b) }), 'WN-1', 'theirs')
  shown.push(one, two)
  const [mine, theirs] = [page.getByTestId('mine'), page.getByTestId('theirs')]
  await userEvent.click(mine.getByRole('button', { name: 'Edit' }))
  const editor = mine.getByRole('textbox', { name: 'Description' })
  await expect.element(editor).toHaveFocus()
  await userEvent.keyboard('{Control>}{Home}{/Control}start ')
  await userEvent.click(theirs.getByRole('button', { name: 'Edit' }))
  const other = theirs.getByRole('textbox', { name: 'Description' })
  await expect.element(other).toHaveFocus()
  await userEvent.keyboard('{Control>}{End}{/Control} end')
  await userEvent.click(mine.getByRole('button', { name: 'Done' }))
  await userEvent.click(theirs.getByRole('button', { name: 'Done' }))
  await swap(owner, member)
  for (const side of [mine, theirs]) await expect.element(side.getByText('start middle end')).toBeVisible()
  await userEvent.click(mine.getByRole('button', { name: 'Edit' }))
  await expect.element(mine.getByRole('textbox', { name: 'Description' })).toHaveFocus()
  b.setLocalStateField('cursor', await publishedCursor(a))
  await expect.element(mine.getByText('Grace', { exact: true })).toBeInTheDocument()
})

test('what a peer writes appears in the editor while one types, and nothing typed is lost', async () => {
  const { owner, member } = await pair({ title: 'Live', body: 'body' })
  await open(owner)
  await userEvent.click(page.getByRole('button', { name: 'Edit' }))
  const editor = page.getByRole('textbox', { name: 'Description' })
  await expect.element(editor).toHaveFocus()
  await userEvent.keyboard('{Control>}{End}{/Control} typed')
  const { openText } = await import('../../replica/text-session.ts')
  const theirs = openText(member, row(member).id, 'body')
  theirs.text.insert(0, 'peer: ')
  theirs.close()
  await member.saved()
  await exchange(member, owner)
  await expect.element(editor).toHaveTextContent('peer: body typed')
  await userEvent.keyboard('!{Escape}')
  await expect.element(page.getByText('peer: body typed!')).toBeVisible()
  await expect.element(page.getByRole('button', { name: 'Edit' })).toHaveFocus()
  await swap(owner, member)
  const got = run({ replica: member }, 'get_task', { id: 'WN-1' })
  expect(got.ok && got.value.body).toBe('peer: body typed!')
})

test('a cursor that is none, and a colour that is more than one, do no harm', async () => {
  const { owner } = await founded()
  create(owner, { title: 'Hostile', body: 'words' })
  const [a, b] = linkedAwareness()
  b.setLocalState({
    user: { name: 'x'.repeat(5000), color: 'red;background:url(https://evil.example)' },
    cursor: { anchor: { item: { client: -1, clock: -5 } }, head: 7 },
  })
  shown.push(showTask(await sessionOf(owner, { awareness: settable<Awareness | null>(a) }), 'WN-1'))
  await userEvent.click(page.getByRole('button', { name: 'Edit' }))
  const editor = page.getByRole('textbox', { name: 'Description' })
  await expect.element(editor).toHaveFocus()
  b.setLocalStateField('cursor', await publishedCursor(a))
  await expect.element(page.getByText('x'.repeat(40), { exact: true })).toBeInTheDocument()
  expect(document.body.innerHTML).not.toContain('evil.example')
})

test('a description is shown as Markdown, and never as markup of its author', async () => {
  const { owner } = await founded()
  create(owner, {
    title: 'Safe',
    body: '# Plan\n\n<img src=x onerror="window.hacked=1"> **bold** [link](https://example.com) [bad](javascript:alert(1)) ![pixel](https://evil.example/p.png)',
  })
  const { host } = await open(owner)
  await expect.element(page.getByRole('heading', { name: 'Plan' })).toBeVisible()
  await expect.element(page.getByRole('link', { name: 'link' })).toHaveAttribute('rel', 'noopener noreferrer nofollow')
  expect(host.querySelector('img')).toBeNull()
  expect([...host.querySelectorAll('a')].every((a) => !a.href.startsWith('javascript'))).toBe(true)
})

test('a conflict shows both values and who wrote them, and a choice settles it for everybody', async () => {
  const { owner, member } = await pair({ title: 'One' })
  run({ replica: owner }, 'update_task', { id: 'WN-1', title: 'Owner says' })
  run({ replica: member }, 'update_task', { id: 'WN-1', title: 'Member says' })
  await swap(owner, member)
  await open(owner)
  const conflict = page.getByRole('region', { name: 'Conflict: Title' })
  await expect.element(conflict).toHaveTextContent('Ada Byron')
  await expect.element(conflict).toHaveTextContent(`key ${member.actor.slice(2, 6)}`)
  await userEvent.click(conflict.getByRole('button', { name: 'Keep Owner says' }))
  await expect.element(conflict).not.toBeInTheDocument()
  await swap(owner, member)
  expect([row(owner), row(member)].map(({ title, conflicts }) => [title, conflicts.length])).toEqual([
    ['Owner says', 0],
    ['Owner says', 0],
  ])
})

test('checks are added, ticked, reworded and removed', async () => {
  const { owner } = await founded()
  create(owner, { title: 'Checks' })
  await open(owner)
  await userEvent.fill(page.getByRole('textbox', { name: 'Add a check' }), 'Works offline')
  await userEvent.keyboard('{Enter}')
  await userEvent.fill(page.getByRole('textbox', { name: 'Add a check' }), 'Documented')
  await userEvent.keyboard('{Enter}')
  await userEvent.click(page.getByRole('checkbox', { name: 'Works offline' }))
  await userEvent.fill(page.getByRole('textbox', { name: 'Words of the check Documented' }), 'Documented well')
  await userEvent.keyboard('{Enter}')
  expect(row(owner).checks).toMatchObject([
    { text: 'Works offline', done: true },
    { text: 'Documented well', done: false },
  ])
  await expect.element(page.getByText('1 of 2')).toBeVisible()
  await userEvent.click(page.getByRole('button', { name: 'Remove Works offline' }))
  expect(row(owner).checks).toHaveLength(1)
})

test('a dependency that would close a circle is refused in words, beside the field', async () => {
  const { owner } = await founded()
  create(owner, { title: 'First' })
  create(owner, { title: 'Second', dependencies: [{ to: 'WN-1' }] })
  await open(owner)
  const field = page.getByRole('combobox', { name: 'Add a dependency' })
  await userEvent.fill(field, 'second')
  await userEvent.keyboard('{Enter}')
  await expect.element(page.getByRole('alert')).toHaveTextContent('each would wait on the other')
  create(owner, { title: 'Third' })
  await userEvent.fill(field, 'WN-3')
  await userEvent.keyboard('{Enter}')
  await expect.element(page.getByText('waits on 1')).toBeVisible()
  await expect.element(page.getByRole('alert')).not.toBeInTheDocument()
})

test('what stands around the task is drawn, with the longest open chain, and follows what is done elsewhere', async () => {
  const { owner } = await founded()
  create(owner, { title: 'Last', status: 'ready' })
  create(owner, { title: 'Middle', status: 'ready' })
  create(owner, { title: 'First', status: 'ready' })
  for (const [id, to] of [
    ['WN-1', 'WN-2'],
    ['WN-2', 'WN-3'],
  ] as const)
    run({ replica: owner }, 'link_task', { id, to })
  await open(owner)
  const picture = page.getByRole('figure', { name: 'What waits on what' })
  await expect.element(picture).toHaveTextContent('Longest open chain: 3 tasks.')
  await expect.element(picture.getByRole('link', { name: 'WN-3 First, Ready' })).toBeVisible()
  run({ replica: owner }, 'update_task', { id: 'WN-3', status: 'done' })
  await expect.element(picture).toHaveTextContent('Longest open chain: 2 tasks.')
})

test('a subtask is added and completed', async () => {
  const { owner } = await founded()
  create(owner, { title: 'Parent' })
  await open(owner)
  await userEvent.fill(page.getByRole('textbox', { name: 'Add a subtask' }), 'Child')
  await userEvent.keyboard('{Enter}')
  await userEvent.click(page.getByRole('checkbox', { name: 'Complete Child' }))
  expect(owner.views.task(owner.views.find('WN-2') as never)).toMatchObject({ status: 'done', parent: row(owner).id })
})

test('a comment is written, shown with its author, and taken back', async () => {
  const { owner } = await founded()
  create(owner, { title: 'Talk' })
  await open(owner)
  await userEvent.fill(page.getByRole('textbox', { name: 'Comment' }), 'Seen on **staging**')
  await userEvent.keyboard('{Control>}{Enter}{/Control}')
  const comments = page.getByRole('region', { name: 'Comments' })
  await expect.element(comments.getByText('Ada Byron')).toBeVisible()
  await expect.element(comments.getByText('staging')).toBeVisible()
  await userEvent.click(comments.getByRole('button', { name: 'Delete comment' }))
  await expect.element(comments.getByText('staging')).not.toBeInTheDocument()
  await userEvent.click(page.getByRole('button', { name: 'Undo' }))
  await expect.element(comments.getByText('staging')).toBeVisible()
})

test('the task tells its story in plain words', async () => {
  const { owner } = await founded()
  create(owner, { title: 'Story' })
  await open(owner)
  await userEvent.selectOptions(page.getByRole('combobox', { name: 'Status' }), 'In review')
  const activity = page.getByRole('region', { name: 'Activity' })
  await expect.element(activity).toHaveTextContent('Ada Byron moved it to In review')
  await expect.element(activity).toHaveTextContent('Ada Byron created it')
})

test('a deleted task says so and comes back', async () => {
  const { owner } = await founded()
  create(owner, { title: 'Gone' })
  const task = await open(owner)
  await userEvent.click(page.getByRole('button', { name: 'Delete task' }))
  expect([row(owner).deleted, task.path().endsWith('/board')]).toEqual([true, true])
  await userEvent.click(page.getByRole('button', { name: 'Restore' }))
  expect(row(owner).deleted).toBe(false)
})

test('a task that is not here yet opens by itself when it comes', async () => {
  const { owner, clock } = await founded()
  const { member } = await joined(owner, 7, clock)
  shown.push(showTask(await sessionOf(member), 'WN-1'))
  await expect.element(page.getByText('WN-1 is not here')).toBeVisible()
  create(owner, { title: 'Came late' })
  await owner.saved()
  await exchange(owner, member)
  await expect.element(page.getByRole('complementary', { name: 'Came late' })).toBeVisible()
})

async function open(replica: Replica): Promise<ShownTask> {
  const task = showTask(await sessionOf(replica), 'WN-1')
  shown.push(task)
  await expect.element(page.getByRole('complementary')).toBeVisible()
  return task
}

function create(replica: Replica, input: Parameters<typeof run<'create_task'>>[2]): void {
  const made = run({ replica }, 'create_task', input)
  if (!made.ok) throw new Error(made.refusal.detail)
}

function row(replica: Replica): TaskRow {
  return replica.views.task(replica.views.find('WN-1') as never) as TaskRow
}

async function pair(input: Parameters<typeof run<'create_task'>>[2]): Promise<{ owner: Replica; member: Replica }> {
  const { owner, clock } = await founded()
  create(owner, input)
  await owner.saved()
  const { member } = await joined(owner, 7, clock)
  clock.ms += 1000
  return { owner, member }
}

async function swap(a: Replica, b: Replica): Promise<void> {
  await Promise.all([a.saved(), b.saved()])
  await exchange(a, b)
  await exchange(b, a)
}

/** Two people’s presence, each told at once what the other says. */
/** The editor says where its cursor is a moment after it has the focus. */
async function publishedCursor(awareness: Awareness): Promise<object> {
  const cursor = (): unknown => awareness.getLocalState()?.['cursor']
  await expect.poll(cursor).toBeTruthy()
  return cursor() as object
}

function linkedAwareness(): [Awareness, Awareness] {
  const pair: [Awareness, Awareness] = [new Awareness(new Doc()), new Awareness(new Doc())]
  const [a, b] = pair
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.on('update', ({ added, updated, removed }: Record<'added' | 'updated' | 'removed', number[]>, origin: unknown) => {
      if (origin !== 'link') applyAwarenessUpdate(to, encodeAwarenessUpdate(from, [...added, ...updated, ...removed]), 'link')
    })
  }
  a.setLocalState({ user: { name: 'Ada', color: '#5b5bd6' } })
  b.setLocalState({ user: { name: 'Grace', color: '#0a7d5a' } })
  return pair
}
