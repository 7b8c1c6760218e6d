import { afterEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { type ShownApp, showBoard } from '../app.fixture.tsx'

let app: ShownApp
afterEach(() => app.close())

test('the header says whether work is saved and shared', async () => {
  app = await showBoard(0)
  const sync = page.getByRole('status', { name: 'Sync' })
  await expect.element(sync).toHaveTextContent('2 peers, all changes saved and shared')
  app.session.sync.set({ ...app.session.sync.get(), save: { pending: 3, problem: 'The disk is full.' } })
  await expect.element(sync).toHaveTextContent('Not saved: The disk is full.')
  await userEvent.click(page.getByRole('button', { name: 'Retry' }))
  await expect.element(sync).not.toHaveTextContent('Not saved')
})

test('an invite link is made for the role that is chosen, once for each', async () => {
  app = await showBoard(0)
  await userEvent.click(page.getByRole('button', { name: 'Invite' }))
  const link = page.getByRole('textbox', { name: 'Invite link' })
  await expect.element(link).toHaveValue('https://worknode.example/#join=member-invite')
  await userEvent.click(page.getByRole('radio', { name: /Admin/ }))
  await expect.element(link).toHaveValue('https://worknode.example/#join=admin-invite')
})

test('working offline is a switch on the network page', async () => {
  app = await showBoard(0)
  await userEvent.click(page.getByRole('link', { name: 'Network' }))
  await userEvent.click(page.getByRole('switch', { name: 'Work offline' }))
  await expect.element(page.getByRole('status', { name: 'Sync' })).toHaveTextContent('Offline, all changes saved here')
  await expect.element(page.getByRole('switch', { name: 'Work offline' })).toBeChecked()
})

test('one’s name is set in the settings', async () => {
  app = await showBoard(0)
  await userEvent.click(page.getByRole('button', { name: 'Settings of Ada Byron' }))
  await userEvent.fill(page.getByRole('textbox', { name: 'Your name' }), 'Countess')
  await userEvent.click(page.getByRole('radio', { name: 'Green' }))
  await userEvent.click(page.getByRole('button', { name: 'Save' }))
  expect(app.session.people.get().find(({ self }) => self)).toMatchObject({ name: 'Countess', color: '#17764a' })
  await expect.element(page.getByRole('button', { name: 'Settings of Countess' })).toBeVisible()
})

test('the theme is chosen on this device and remembered', async () => {
  app = await showBoard(0)
  await userEvent.click(page.getByRole('button', { name: /^Theme: as the system/ }))
  await userEvent.click(page.getByRole('button', { name: /^Theme: light/ }))
  expect(getComputedStyle(document.documentElement).colorScheme).toBe('dark')
  app.close()
  app = await showBoard(0)
  await userEvent.click(page.getByRole('button', { name: /^Theme: dark/ }))
  expect(document.documentElement.dataset['theme']).toBeUndefined()
})
