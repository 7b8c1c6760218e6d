import { afterEach, beforeEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { type ShownApp, showBoard } from '../app.fixture.tsx'
import { links } from '../links.ts'
import { COMMANDS } from './catalogue.ts'
import { resetKeys } from './own-keys.ts'

let app: ShownApp
beforeEach(async () => {
  app = await showBoard(0)
  await expect.element(page.getByRole('region', { name: 'Backlog' })).toBeVisible()
})
afterEach(() => {
  app.close()
  resetKeys()
})

const sheet = () => page.getByRole('dialog', { name: 'Keyboard' })

test('the sheet has every command that has a key', async () => {
  await userEvent.keyboard('?')
  for (const { title, keys } of COMMANDS)
    if (keys.length > 0) await expect.element(sheet().getByText(title, { exact: true }).first()).toBeInTheDocument()
})

test('keys go to views, one after the other', async () => {
  await userEvent.keyboard('gp')
  await expect.poll(() => location.hash).toBe(`#${links.people(app.session.workspaceId)}`)
  await userEvent.keyboard('gn')
  await expect.poll(() => location.hash).toBe(`#${links.network(app.session.workspaceId)}`)
  await userEvent.keyboard('gb')
  await expect.poll(() => location.hash).toBe(`#${links.board(app.session.workspaceId)}`)
})

test('a key is changed, works at once, is shown beside its button, and is given back', async () => {
  await userEvent.keyboard('?')
  await userEvent.click(page.getByRole('button', { name: 'Change keys' }))
  await userEvent.click(page.getByRole('button', { name: 'Change the key of “New task”, now C' }))
  await userEvent.keyboard('n{Enter}')
  await expect.element(page.getByRole('button', { name: 'Change the key of “New task”, now N' })).toBeVisible()
  await userEvent.keyboard('{Escape}')
  await expect.element(sheet()).not.toBeInTheDocument()
  await userEvent.keyboard('c')
  await expect.element(page.getByRole('dialog')).not.toBeInTheDocument()
  await expect.element(page.getByRole('button', { name: 'New task' })).toHaveAttribute('title', 'New task (N)')
  await userEvent.keyboard('n')
  await expect.element(page.getByRole('dialog', { name: 'New task' })).toBeVisible()
  await userEvent.keyboard('{Escape}?')
  await userEvent.click(page.getByRole('button', { name: 'Reset all keys' }))
  await userEvent.keyboard('{Escape}c')
  await expect.element(page.getByRole('dialog', { name: 'New task' })).toBeVisible()
})

test('a key that is taken is refused, with whose it is', async () => {
  await userEvent.keyboard('?')
  await userEvent.click(page.getByRole('button', { name: 'Change keys' }))
  await userEvent.click(page.getByRole('button', { name: 'Change the key of “Filter tasks”, now /' }))
  await userEvent.keyboard('c{Enter}')
  await expect.element(sheet()).toHaveTextContent('C already means “New task”. Choose another, or change that one first.')
  await userEvent.keyboard('{Escape}')
  await expect.element(page.getByRole('button', { name: 'Change the key of “Filter tasks”, now /' })).toBeVisible()
})

test('a command is left without a key', async () => {
  await userEvent.keyboard('?')
  await userEvent.click(page.getByRole('button', { name: 'Change keys' }))
  await userEvent.click(page.getByRole('button', { name: /Change the key of “New task”/ }))
  await userEvent.keyboard('{Backspace}')
  await expect.element(page.getByRole('button', { name: 'Change the key of “New task”, now none' })).toBeVisible()
  await userEvent.keyboard('{Escape}c')
  await expect.element(page.getByRole('dialog')).not.toBeInTheDocument()
})
