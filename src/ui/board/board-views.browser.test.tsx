/** Filters, columns by assignee, lanes, many tasks at once, saved views, limits. */

import { afterEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { Status } from '../../core/fields.ts'
import type { NodeId } from '../../core/ids.ts'
import { type ShownApp, showBoard } from '../app.fixture.tsx'
import type { InputOf } from '../../operations/table.ts'
import type { TestSession } from '../test-session.ts'

let app: ShownApp
let session: TestSession
afterEach(() => {
  app.close()
  localStorage.clear()
})

async function show(query = ''): Promise<void> {
  app = await showBoard(0)
  session = app.session
  if (query !== '') location.hash += `?${query}`
  await expect.element(page.getByRole('region', { name: 'Board', exact: true })).toBeVisible()
}

function add(...tasks: (InputOf<'create_task'> | string)[]): void {
  for (const task of tasks) expect(session.run('create_task', typeof task === 'string' ? { title: task } : task).ok).toBe(true)
}

const column = (name: string) => page.getByRole('region', { name, exact: true })
const card = (key: string) => page.getByRole('listitem', { name: new RegExp(`^${key} `) })
const link = (key: string) => card(key).getByRole('link')
const cardIn = (name: string, key: string) => column(name).getByRole('listitem', { name: new RegExp(`^${key} `) })
const row = (key: string) => session.replica.views.task(session.replica.views.find(key) as NodeId)
const keysIn = (status: Status): (string | undefined)[] =>
  session.replica.views.column(status).map((id) => session.replica.views.task(id)?.key)
const chips = (): string[] =>
  page
    .getByRole('list', { name: 'Filters' })
    .getByRole('listitem')
    .elements()
    .map((chip) => chip.textContent)
const notifications = () => page.getByRole('region', { name: 'Notifications' })
const filter = () => page.getByRole('combobox', { name: 'Filter tasks' })
const query = (): string => decodeURIComponent(location.hash.split('?')[1] ?? '').replaceAll('+', ' ')
const bulk = () => page.getByRole('toolbar', { name: 'Selected tasks' })

test('an address says what is shown; its terms stand as chips, and each can be let go of', async () => {
  await show('q=label:bug+-status:done+parser')
  add({ title: 'Fix the parser', labels: ['bug'] }, { title: 'The parser again', labels: ['bug'], status: 'done' }, 'Parser docs')
  await expect.element(card('WN-1')).toBeVisible()
  expect(card('WN-2').elements()).toHaveLength(0)
  expect(card('WN-3').elements()).toHaveLength(0)
  expect(chips()).toEqual(['label:bug', '-status:done'])
  await expect.element(filter()).toHaveValue('parser')
  await userEvent.click(page.getByRole('button', { name: 'Remove the filter -status:done' }))
  await expect.element(card('WN-2')).toBeVisible()
  expect(query()).toBe('q=label:bug parser')
  await userEvent.click(page.getByRole('button', { name: 'Show all tasks' }))
  await expect.element(card('WN-3')).toBeVisible()
  expect(query()).toBe('')
})

test('what is typed filters at once; a whole term becomes a chip, and the words get into the address', async () => {
  await show()
  add({ title: 'One', status: 'ready' }, { title: 'Two', status: 'ready', assignees: ['Ada Byron'] }, 'Three')
  await expect.element(card('WN-3')).toBeVisible()
  await userEvent.keyboard('/')
  await userEvent.keyboard('status:ready')
  await expect.element(card('WN-3')).not.toBeInTheDocument()
  expect(query()).toBe('')
  await userEvent.keyboard(' tw')
  await expect.element(card('WN-1')).not.toBeInTheDocument()
  expect(chips()).toEqual(['status:ready'])
  await expect.element(filter()).toHaveValue('tw')
  await expect.poll(query).toBe('q=status:ready tw')
  // Escape lets go of the words, backspace in the empty field of the last chip.
  await userEvent.keyboard('{Escape}')
  await expect.element(card('WN-1')).toBeVisible()
  await userEvent.keyboard('/{Backspace}')
  await expect.element(card('WN-3')).toBeVisible()
})

test('suggestions are taken by keys alone', async () => {
  await show()
  add({ title: 'One', assignees: ['Ada Byron'] }, { title: 'Two', assignees: ['coder-1'] })
  await expect.element(card('WN-2')).toBeVisible()
  await userEvent.keyboard('/')
  await userEvent.keyboard('-ag')
  await expect.element(page.getByRole('option', { name: /^agent:/ })).toBeVisible()
  await userEvent.keyboard('{ArrowDown}{Enter}')
  await expect.element(filter()).toHaveValue('-agent:')
  await userEvent.keyboard('ada')
  await expect
    .element(page.getByRole('listbox', { name: 'What can be asked' }).getByRole('option', { name: 'Ada Byron' }))
    .toHaveAttribute('aria-selected', 'true')
  await userEvent.keyboard('{Enter}')
  await expect.poll(chips).toEqual(['-agent:"Ada Byron"'])
  await expect.element(card('WN-1')).not.toBeInTheDocument()
  await expect.element(card('WN-2')).toBeVisible()
})

test('a term that is not understood asks nothing, and says why', async () => {
  await show('q=status:soon+is:mine')
  add({ title: 'One', assignees: ['Ada Byron'] }, 'Two')
  await expect.element(card('WN-1')).toBeVisible()
  await expect.element(page.getByText('“status:” does not know “soon”')).toBeVisible()
  expect(card('WN-2').elements()).toHaveLength(0)
})

test('a filter stays while a task is opened and closed, and the browser goes back through what was asked', async () => {
  await show('q=label:bug')
  add({ title: 'One', labels: ['bug'] }, 'Two')
  await userEvent.click(link('WN-1'))
  await expect.element(page.getByRole('complementary', { name: 'One' })).toBeVisible()
  expect(query()).toBe('q=label:bug')
  await userEvent.keyboard('{Escape}')
  await expect.element(page.getByRole('complementary', { name: 'One' })).not.toBeInTheDocument()
  expect(chips()).toEqual(['label:bug'])
  await userEvent.click(page.getByRole('button', { name: 'Show all tasks' }))
  await expect.element(card('WN-2')).toBeVisible()
  history.back()
  await expect.element(card('WN-2')).not.toBeInTheDocument()
})

test('a filtered board follows what changes, here and elsewhere', async () => {
  await show('q=has:question')
  add('One')
  const id = session.replica.views.find('WN-1') as NodeId
  await session.replica.saved()
  await session.remote((other) => {
    other.transact(null, (tx) => tx.create({ type: 'comment', subject: id, fields: [['question', { options: [] }]] }))
  })
  await expect.element(card('WN-1')).toHaveAccessibleName(/1 question without an answer/)
  const [comment] = session.replica.views.commentsOn(id)
  session.replica.transact(null, (tx) => tx.set(comment as NodeId, 'answer', { text: 'yes' }))
  await expect.element(card('WN-1')).not.toBeInTheDocument()
})

test('by assignee: a column for each, nobody first; a drag hands over, a key too, and undo takes it back', async () => {
  await show('group=agent')
  session.run('create_agent', { name: 'coder-1' })
  add('One', { title: 'Two', assignees: ['Grace Hopper', 'coder-1'] })
  for (const name of ['Nobody', 'Ada Byron', 'Grace Hopper', 'coder-1']) await expect.element(column(name)).toBeVisible()
  await expect.element(cardIn('Grace Hopper', 'WN-2')).toBeVisible()
  await expect.element(cardIn('coder-1', 'WN-2')).toBeVisible()
  await userEvent.dragAndDrop(cardIn('Nobody', 'WN-1'), column('coder-1'), {
    sourcePosition: { x: 60, y: 12 },
    targetPosition: { x: 60, y: 500 },
    steps: 8,
  })
  await expect.poll(() => row('WN-1')?.assignees).toEqual(['coder-1'])
  // From one to another leaves the others who have it.
  await userEvent.dragAndDrop(cardIn('Grace Hopper', 'WN-2'), column('Ada Byron'), {
    sourcePosition: { x: 60, y: 12 },
    targetPosition: { x: 60, y: 500 },
    steps: 8,
  })
  await expect.poll(() => row('WN-2')?.assignees).toEqual(['Ada Byron', 'coder-1'])
  await userEvent.click(notifications().getByRole('button', { name: 'Undo' }).last())
  await expect.poll(() => row('WN-2')?.assignees).toEqual(['Grace Hopper', 'coder-1'])
  await expect.element(cardIn('coder-1', 'WN-1')).toBeVisible()
  cardIn('coder-1', 'WN-1').getByRole('link').element().focus()
  await userEvent.keyboard('{[}')
  await expect.poll(() => row('WN-1')?.assignees).toEqual(['Ada Byron'])
})

test('a task added in the column of somebody is theirs', async () => {
  await show('group=agent')
  session.run('create_agent', { name: 'coder-1' })
  await userEvent.click(page.getByRole('textbox', { name: 'Add a task for coder-1' }))
  await userEvent.keyboard('Write it{Enter}')
  await expect.element(cardIn('coder-1', 'WN-1')).toBeVisible()
})

test('lanes by priority: a drag into another lane and column changes both in one step', async () => {
  await show('lanes=priority')
  add({ title: 'One', priority: 0 }, { title: 'Two', priority: 3, status: 'ready' })
  const cell = (name: string) => page.getByRole('list', { name, exact: true })
  await expect.element(cell('Backlog, Urgent').getByRole('listitem')).toBeVisible()
  const target = page.getByRole('region', { name: 'Lane Low' }).getByRole('listitem', { name: /^WN-2/ })
  await userEvent.dragAndDrop(card('WN-1'), target, {
    sourcePosition: { x: 60, y: 12 },
    targetPosition: { x: 60, y: 8 },
    steps: 8,
  })
  await expect.poll(() => [row('WN-1')?.status, row('WN-1')?.priority]).toEqual(['ready', 3])
  expect(keysIn('ready')).toEqual(['WN-1', 'WN-2'])
  await userEvent.click(notifications().getByRole('button', { name: 'Undo' }))
  await expect.poll(() => [row('WN-1')?.status, row('WN-1')?.priority]).toEqual(['backlog', 0])
})

test('lanes by parent: keys walk from lane to lane, and a lane can be closed', async () => {
  await show('lanes=parent')
  add('Parent', { title: 'Child', parent: 'WN-1' })
  const lane = page.getByRole('region', { name: 'Lane WN-1 Parent' })
  await expect.element(lane.getByRole('listitem', { name: /^WN-2/ })).toBeVisible()
  link('WN-2').element().focus()
  await userEvent.keyboard('j')
  await expect.element(link('WN-1')).toHaveFocus()
  await userEvent.click(lane.getByRole('button', { name: /WN-1 Parent/ }))
  await expect.element(card('WN-2')).not.toBeInTheDocument()
})

test('columns and lanes are chosen from the menu and stay in the address', async () => {
  await show()
  add({ title: 'One', assignees: ['Ada Byron'] })
  await userEvent.click(page.getByRole('button', { name: 'Display' }))
  await userEvent.click(page.getByRole('menuitemcheckbox', { name: 'Lanes by assignee' }))
  await expect.element(page.getByRole('region', { name: 'Lane Ada Byron' })).toBeVisible()
  expect(query()).toBe('lanes=agent')
  await userEvent.click(page.getByRole('menuitemcheckbox', { name: 'Columns by assignee' }))
  await expect.element(column('Ada Byron')).toBeVisible()
  expect(query()).toBe('group=agent')
})

test('many are selected by mouse and by key, and changed as one step with one way back', async () => {
  await show()
  add(...['One', 'Two', 'Three', 'Four', 'Five'].map((title) => ({ title, status: 'ready' })))
  await expect.element(card('WN-5')).toBeVisible()
  await userEvent.click(link('WN-1'), { modifiers: ['Control'] })
  await userEvent.click(link('WN-3'), { modifiers: ['Shift'] })
  await expect.element(bulk()).toHaveTextContent('3 tasks selected')
  link('WN-2').element().focus()
  await userEvent.keyboard('x')
  await expect.element(bulk()).toHaveTextContent('2 tasks selected')
  await expect.element(card('WN-3')).toHaveAccessibleName(/, selected$/)
  expect(location.hash).not.toContain('/task/')
  await userEvent.click(bulk().getByRole('button', { name: 'Move' }))
  await userEvent.click(page.getByRole('menuitem', { name: 'Move to Done' }))
  await expect.poll(() => keysIn('done')).toEqual(['WN-1', 'WN-3'])
  await expect.element(notifications().getByText('2 tasks moved to Done')).toBeVisible()
  await userEvent.click(notifications().getByRole('button', { name: 'Undo' }))
  await expect.poll(() => keysIn('ready')).toEqual(['WN-1', 'WN-2', 'WN-3', 'WN-4', 'WN-5'])
  expect(session.replica.nextUndo).not.toMatchObject({ label: expect.stringMatching('2 tasks') as string })
})

test('the whole column is selected, labelled and deleted; Escape lets go', async () => {
  await show()
  add(...['One', 'Two', 'Three'].map((title) => ({ title, status: 'ready' })), 'Elsewhere')
  await expect.element(card('WN-3')).toBeVisible()
  link('WN-1').element().focus()
  await userEvent.keyboard('{Control>}a{/Control}')
  await expect.element(bulk()).toHaveTextContent('3 tasks selected')
  await userEvent.click(bulk().getByRole('button', { name: 'Label' }))
  await userEvent.click(page.getByRole('menuitem', { name: 'New label …' }))
  await userEvent.fill(page.getByRole('textbox', { name: 'Label' }), 'bug')
  await userEvent.keyboard('{Enter}')
  await expect.poll(() => [row('WN-1')?.labels, row('WN-3')?.labels, row('WN-4')?.labels]).toEqual([['bug'], ['bug'], []])
  await userEvent.click(bulk().getByRole('button', { name: 'Assign' }))
  await userEvent.click(page.getByRole('menuitem', { name: 'Assign to Grace Hopper' }))
  await expect.poll(() => row('WN-2')?.assignees).toEqual(['Grace Hopper'])
  await userEvent.click(bulk().getByRole('button', { name: 'Delete' }))
  await expect.element(card('WN-1')).not.toBeInTheDocument()
  await expect.element(bulk()).not.toBeInTheDocument()
  await userEvent.click(notifications().getByRole('button', { name: 'Undo' }).last())
  await expect.element(card('WN-3')).toBeVisible()
  await userEvent.click(page.getByRole('button', { name: 'Actions for the column Ready' }))
  await userEvent.click(page.getByRole('menuitem', { name: 'Select all 3 tasks' }))
  await expect.element(bulk()).toBeVisible()
  link('WN-1').element().focus()
  await userEvent.keyboard('{Escape}')
  await expect.element(bulk()).not.toBeInTheDocument()
})

test('what is selected is dragged together', async () => {
  await show()
  add(...['One', 'Two', 'Three'].map((title) => ({ title, status: 'ready' })), { title: 'Four', status: 'in_progress' })
  await expect.element(card('WN-4')).toBeVisible()
  await userEvent.click(link('WN-1'), { modifiers: ['Control'] })
  await userEvent.click(link('WN-3'), { modifiers: ['Control'] })
  await userEvent.dragAndDrop(card('WN-3'), card('WN-4'), {
    sourcePosition: { x: 60, y: 12 },
    targetPosition: { x: 60, y: 8 },
    steps: 8,
  })
  await expect.poll(() => keysIn('in_progress')).toEqual(['WN-1', 'WN-3', 'WN-4'])
})

test('another filter lets go of what it hides', async () => {
  await show()
  add({ title: 'One', labels: ['bug'] }, 'Two')
  await expect.element(card('WN-2')).toBeVisible()
  await userEvent.click(link('WN-1'), { modifiers: ['Control'] })
  await userEvent.click(link('WN-2'), { modifiers: ['Control'] })
  location.hash += '?q=label:bug'
  await expect.element(bulk()).toHaveTextContent('1 task selected')
})

test('a view is saved for oneself or for all, opened, renamed and deleted', async () => {
  await show('q=status:ready')
  add({ title: 'One', status: 'ready' }, 'Two')
  const views = () => page.getByRole('button', { name: 'Views' })
  const save = async (name: string, whom: string): Promise<void> => {
    await userEvent.click(views())
    await userEvent.click(page.getByRole('menuitem', { name: 'Save this view …' }))
    await userEvent.fill(page.getByRole('textbox', { name: 'Name' }), name)
    await userEvent.click(page.getByRole('radio', { name: whom }))
    await userEvent.click(page.getByRole('button', { name: 'Save view' }))
  }
  await save('Can start', 'everybody here')
  await userEvent.click(page.getByRole('button', { name: 'Show all tasks' }))
  await expect.element(card('WN-2')).toBeVisible()
  location.hash += '?lanes=priority'
  await expect.element(page.getByRole('region', { name: 'Lane Urgent' })).toBeVisible()
  await save('Urgency', 'me, in this browser')
  await userEvent.click(views())
  await userEvent.click(page.getByRole('menuitem', { name: 'Can start' }))
  await expect.poll(query).toBe('q=status:ready')
  await expect.element(card('WN-2')).not.toBeInTheDocument()
  await userEvent.click(views())
  await userEvent.click(page.getByRole('menuitem', { name: 'Rename or delete …' }))
  await userEvent.fill(page.getByRole('textbox', { name: 'Name of the view Can start' }), 'Startable')
  await userEvent.keyboard('{Enter}')
  await expect.element(page.getByRole('textbox', { name: 'Name of the view Startable' })).toBeVisible()
  await userEvent.click(page.getByRole('button', { name: 'Delete the view Urgency' }))
  await userEvent.keyboard('{Escape}')
  await userEvent.click(views())
  await expect.element(page.getByRole('menuitem', { name: 'Startable' })).toBeVisible()
  expect(page.getByRole('menuitem', { name: 'Urgency' }).elements()).toHaveLength(0)
  await userEvent.click(page.getByRole('menuitem', { name: 'All tasks' }))
  await expect.element(card('WN-2')).toBeVisible()
})

test('a column says when it holds more than was agreed', async () => {
  await show()
  add({ title: 'One', status: 'ready' }, { title: 'Two', status: 'ready' })
  await userEvent.click(page.getByRole('button', { name: 'Actions for the column Ready' }))
  await userEvent.click(page.getByRole('menuitem', { name: 'Set a limit …' }))
  await userEvent.fill(page.getByRole('spinbutton', { name: 'At most' }), '2')
  await userEvent.click(page.getByRole('button', { name: 'Set limit' }))
  await expect.element(column('Ready').getByTitle('At most 2 tasks, as agreed here')).toBeVisible()
  add({ title: 'Three', status: 'ready' })
  await expect.element(column('Ready').getByTitle(/^More than the 2 tasks agreed on/)).toBeVisible()
})

test('a task in one line: what is understood is shown before it is made', async () => {
  await show()
  add('Parent')
  const input = page.getByRole('textbox', { name: 'Add a task to Ready' })
  await userEvent.click(input)
  await userEvent.keyboard('Fix it #bug !p1 @grace >wn-1')
  await expect.element(input).toHaveAccessibleDescription('#bug High @Grace Hopper part of WN-1 Parent')
  await userEvent.keyboard('{Enter}')
  await expect
    .poll(() => row('WN-2'))
    .toMatchObject({
      title: 'Fix it',
      labels: ['bug'],
      priority: 1,
      assignees: ['Grace Hopper'],
      parent: session.replica.views.find('WN-1'),
    })
  await userEvent.keyboard('Again >wn-9')
  await expect.element(column('Ready').getByText('There is no WN-9 here')).toBeVisible()
  await userEvent.keyboard('{Enter}')
  await expect.element(notifications().getByText('There is no task WN-9 here.')).toBeVisible()
  await expect.element(input).toHaveValue('Again >wn-9')
})
