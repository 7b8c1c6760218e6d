import { afterEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { Status } from '../../core/fields.ts'
import { type ShownApp, showBoard } from '../app.fixture.tsx'
import type { TestSession } from '../test-session.ts'

let app: ShownApp
let session: TestSession
afterEach(() => app.close())

async function show(tasks: number, width?: number): Promise<void> {
  app = await showBoard(tasks, width)
  session = app.session
  await expect.element(page.getByRole('region', { name: 'Backlog' })).toBeVisible()
}

const column = (name: string) => page.getByRole('region', { name, exact: true })
const cards = (name: string) => column(name).getByRole('listitem')
const card = (key: string) => page.getByRole('listitem', { name: new RegExp(`^${key} `) })
const cardLink = (key: string) => card(key).getByRole('link')
const keysIn = (status: Status): (string | undefined)[] =>
  session.replica.views.column(status).map((id) => session.replica.views.task(id)?.key)
const notifications = () => page.getByRole('region', { name: 'Notifications' })
const focusedKey = (): string | undefined =>
  document.activeElement?.closest('[role="listitem"]')?.getAttribute('aria-label')?.split(' ')[0]

async function addTasks(status: Status, ...titles: string[]): Promise<void> {
  for (const title of titles) expect(session.run('create_task', { title, status }).ok).toBe(true)
  for (const title of titles) await expect.element(page.getByRole('link', { name: title, exact: true })).toBeInTheDocument()
}

test('every column is a region with a list, and the board says what to do while it is empty', async () => {
  await show(0)
  for (const name of ['Backlog', 'Ready', 'In progress', 'Blocked', 'In review', 'Done']) {
    await expect.element(column(name).getByRole('list')).toBeInTheDocument()
  }
  await expect.element(page.getByRole('region', { name: 'Cancelled' })).not.toBeInTheDocument()
  await expect.element(page.getByText('Write the first task')).toBeVisible()
})

test('quick add puts a task at the top of its column and waits for the next', async () => {
  await show(0)
  const input = page.getByRole('textbox', { name: 'Add a task to Ready' })
  await userEvent.click(input)
  await userEvent.keyboard('First{Enter}Second{Enter}')
  await expect.element(cards('Ready').first()).toHaveAccessibleName(/^WN-2 Second/)
  expect(document.activeElement).toBe(input.element())
  expect(keysIn('ready')).toEqual(['WN-2', 'WN-1'])
})

test('the form makes a task with all its fields', async () => {
  await show(0)
  await userEvent.click(page.getByRole('button', { name: 'New task' }))
  await userEvent.fill(page.getByRole('textbox', { name: 'Title' }), 'Write the guide')
  await userEvent.fill(page.getByRole('textbox', { name: 'Description' }), 'With **pictures**')
  await userEvent.selectOptions(page.getByRole('combobox', { name: 'Status' }), 'In progress')
  await userEvent.selectOptions(page.getByRole('combobox', { name: 'Priority' }), 'Urgent')
  await userEvent.fill(page.getByRole('combobox', { name: 'Assignees' }), 'Ada, coder-1')
  await userEvent.click(page.getByRole('button', { name: 'Create task' }))
  await expect
    .element(cards('In progress').first())
    .toHaveAccessibleName(/^WN-1 Write the guide, priority urgent, assigned to Ada, coder-1/)
  expect(session.run('get_task', { id: 'WN-1' })).toMatchObject({ ok: true, value: { body: 'With **pictures**' } })
})

test('the menu moves a task, the notice takes it back, and the focus stays with the task', async () => {
  await show(0)
  await addTasks('ready', 'One', 'Two')
  await userEvent.hover(card('WN-1'))
  await userEvent.click(page.getByRole('button', { name: 'Actions for WN-1' }))
  await userEvent.click(page.getByRole('menuitem', { name: 'Move to …' }))
  await userEvent.click(page.getByRole('menuitem', { name: 'Move to Done' }))
  await expect.element(cards('Done').first()).toHaveAccessibleName(/^WN-1/)
  await expect.poll(focusedKey).toBe('WN-1')
  await userEvent.click(notifications().getByRole('button', { name: 'Undo' }))
  await expect.element(cards('Ready').first()).toHaveAccessibleName(/^WN-1/)
  expect(keysIn('done')).toEqual([])
})

test('the menu is worked by keys alone', async () => {
  await show(0)
  await addTasks('ready', 'One')
  cardLink('WN-1').element().focus()
  await userEvent.keyboard('m')
  await expect.element(page.getByRole('menuitem', { name: 'Open' })).toHaveFocus()
  await userEvent.keyboard('a{ArrowRight}')
  await expect.element(page.getByRole('menuitemcheckbox').first()).toHaveFocus()
  await userEvent.keyboard('{Enter}')
  await expect.element(card('WN-1')).toHaveAccessibleName(/assigned to Ada Byron/)
  await userEvent.keyboard('{Escape}{Escape}')
  await expect.element(page.getByRole('menu')).not.toBeInTheDocument()
  await expect.poll(focusedKey).toBe('WN-1')
})

test('a deleted task comes back where it was', async () => {
  await show(0)
  await addTasks('ready', 'One', 'Two', 'Three')
  cardLink('WN-2').element().focus()
  await userEvent.keyboard('m')
  await userEvent.click(page.getByRole('menuitem', { name: 'Delete' }))
  await expect.element(card('WN-2')).not.toBeInTheDocument()
  await expect.poll(focusedKey).toBe('WN-3')
  await userEvent.click(notifications().getByRole('button', { name: 'Undo' }))
  await expect.element(card('WN-2')).toBeVisible()
  expect(keysIn('ready')).toEqual(['WN-1', 'WN-2', 'WN-3'])
})

test('a drag puts a card before the one it is dropped on, in another column and in its own', async () => {
  await show(0)
  await addTasks('ready', 'One')
  await addTasks('in_progress', 'Two', 'Three')
  await userEvent.dragAndDrop(card('WN-1'), card('WN-3'), {
    sourcePosition: { x: 60, y: 12 },
    targetPosition: { x: 60, y: 8 },
    steps: 8,
  })
  await expect.poll(() => keysIn('in_progress')).toEqual(['WN-2', 'WN-1', 'WN-3'])
  expect(keysIn('ready')).toEqual([])
  await userEvent.dragAndDrop(card('WN-3'), card('WN-2'), {
    sourcePosition: { x: 60, y: 12 },
    targetPosition: { x: 60, y: 8 },
    steps: 8,
  })
  await expect.poll(() => keysIn('in_progress')).toEqual(['WN-3', 'WN-2', 'WN-1'])
  // A drop never opens the card.
  expect(location.hash).toMatch(/board$/)
})

test('a drag onto the ground of a column puts the card at its end', async () => {
  await show(0)
  await addTasks('ready', 'One')
  await addTasks('in_progress', 'Two', 'Three')
  await userEvent.dragAndDrop(card('WN-1'), column('In progress'), {
    sourcePosition: { x: 60, y: 12 },
    targetPosition: { x: 60, y: 700 },
    steps: 8,
  })
  await expect.poll(() => keysIn('in_progress')).toEqual(['WN-2', 'WN-3', 'WN-1'])
})

test('keys walk over the cards, move one, order it, and take it back', async () => {
  await show(0)
  await addTasks('ready', 'One', 'Two', 'Three')
  await addTasks('done', 'Four')
  cardLink('WN-1').element().focus()
  await userEvent.keyboard('j')
  await expect.poll(focusedKey).toBe('WN-2')
  await userEvent.keyboard('{ArrowRight}')
  await expect.poll(focusedKey).toBe('WN-4')
  await userEvent.keyboard('hk')
  await userEvent.keyboard(']')
  await expect.poll(() => keysIn('in_progress')).toEqual(['WN-1'])
  await expect.poll(focusedKey).toBe('WN-1')
  await userEvent.keyboard('{Control>}z{/Control}')
  await expect.poll(() => keysIn('ready')).toEqual(['WN-1', 'WN-2', 'WN-3'])
  await expect.poll(focusedKey).toBe('WN-1')
  await userEvent.keyboard('{Control>}{Shift>}z{/Shift}{/Control}')
  await expect.poll(() => keysIn('in_progress')).toEqual(['WN-1'])
  await userEvent.keyboard('{[}')
  await expect.poll(() => keysIn('in_progress')).toEqual([])
  await userEvent.keyboard('{Alt>}{ArrowDown}{/Alt}')
  await expect.poll(() => keysIn('ready')).toEqual(['WN-2', 'WN-1', 'WN-3'])
  await expect.poll(focusedKey).toBe('WN-1')
})

test('keys do nothing while somebody types', async () => {
  await show(0)
  await addTasks('ready', 'One')
  await userEvent.click(page.getByRole('textbox', { name: 'Add a task to Ready' }))
  await userEvent.keyboard('c/m')
  await expect.element(page.getByRole('dialog')).not.toBeInTheDocument()
  await expect.element(page.getByRole('textbox', { name: 'Add a task to Ready' })).toHaveValue('c/m')
})

test('the filter leaves what has all the words, and keys walk over that', async () => {
  await show(0)
  await addTasks('ready', 'Fix the parser', 'Write docs', 'Fix the docs')
  await userEvent.keyboard('/')
  await userEvent.keyboard('docs fix')
  await expect.element(card('WN-1')).not.toBeInTheDocument()
  await expect.element(card('WN-3')).toBeVisible()
  await expect.element(column('Ready').getByText('1/3')).toBeVisible()
  await userEvent.keyboard('{Escape}')
  await expect.element(card('WN-1')).toBeVisible()
})

test('tasks are filtered by a label', async () => {
  await show(0)
  await addTasks('ready', 'One', 'Two')
  session.run('label_task', { id: 'WN-2', label: 'bug' })
  const choice = page.getByRole('combobox', { name: 'Filter by label' })
  choice.element().focus()
  await expect.element(page.getByRole('option', { name: 'bug' })).toBeInTheDocument()
  await userEvent.selectOptions(choice, 'bug')
  await expect.element(card('WN-1')).not.toBeInTheDocument()
  await expect.element(card('WN-2')).toBeVisible()
})

test('what somebody else moves is said, and the card under the focus keeps it', async () => {
  await show(0)
  await addTasks('ready', 'One')
  await session.replica.saved()
  cardLink('WN-1').element().focus()
  await session.remote((other) => {
    const id = other.views.find('WN-1')!
    other.transact(null, (tx) => tx.set(id, 'status', 'done'))
  })
  await expect.element(cards('Done').first()).toHaveAccessibleName(/^WN-1/)
  await expect.poll(focusedKey).toBe('WN-1')
  await expect.element(page.getByText('WN-1 One was moved to Done')).toBeInTheDocument()
})

test('a column of thousands holds few elements, and the keyboard reaches its end', async () => {
  await show(0)
  session.replica.transact(null, (tx) => {
    for (let i = 0; i < 3000; i++) {
      const order = `b${String(i).padStart(4, '0')}V`
      tx.create({
        type: 'task',
        number: i + 1,
        fields: [
          ['title', `Task ${i}`],
          ['status', 'ready'],
          ['order', order],
        ],
      })
    }
  })
  await expect.element(column('Ready').getByText('3,000')).toBeVisible()
  await expect.element(cardLink('WN-1')).toBeVisible()
  expect(cards('Ready').elements().length).toBeLessThan(60)
  cardLink('WN-1').element().focus()
  for (let i = 0; i < 40; i++) await userEvent.keyboard('j')
  await expect.poll(focusedKey).toBe('WN-41')
  await expect.element(card('WN-41')).toBeInViewport()
})

test('a task opens beside the board; Escape closes it and the card has the focus', async () => {
  await show(0)
  await addTasks('ready', 'One')
  await userEvent.click(cardLink('WN-1'))
  await expect.element(page.getByRole('complementary', { name: 'One' })).toBeVisible()
  expect(location.hash).toMatch(/\/task\/WN-1$/)
  await userEvent.keyboard('{Escape}')
  await expect.element(page.getByRole('complementary', { name: 'One' })).not.toBeInTheDocument()
  await expect.poll(focusedKey).toBe('WN-1')
})

test('on a phone nothing runs out of the page', async () => {
  await show(40, 390)
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390)
  await expect.element(page.getByRole('status', { name: 'Sync' })).toBeVisible()
  await userEvent.click(page.getByRole('button', { name: 'Menu' }))
  await userEvent.click(page.getByRole('link', { name: 'Network' }))
  await expect.element(page.getByRole('switch', { name: 'Work offline' })).toBeVisible()
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390)
})
