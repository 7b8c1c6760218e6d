import { afterEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { type ShownApp, showBoard } from '../app.fixture.tsx'
import { links } from '../links.ts'

let app: ShownApp | undefined
afterEach(() => {
  app?.close()
  app = undefined
})

async function shown(): Promise<ShownApp> {
  app = await showBoard(0)
  location.hash = `#${links.files(app.session.workspaceId)}`
  return app
}

test('a document that is made is open at once, and one that a peer makes comes into the tree by itself', async () => {
  const { session } = await shown()
  await expect.element(page.getByRole('heading', { name: 'No documents yet' })).toBeVisible()
  await page.getByRole('button', { name: 'New document' }).click()
  await page.getByLabelText('Path').fill('docs/../plan.md')
  await page.getByRole('button', { name: 'Create document' }).click()
  await expect.element(page.getByRole('alert')).toHaveTextContent('A path is relative')
  await page.getByLabelText('Path').fill('docs/plan.md')
  await page.getByLabelText('Content', { exact: true }).fill('# Plan')
  await page.getByRole('button', { name: 'Create document' }).click()
  await expect.element(page.getByRole('article', { name: 'docs/plan.md' })).toBeVisible()
  await session.replica.saved()
  await session.remote((replica) => {
    replica.transact('Other', (tx) => tx.create({ type: 'document', path: 'docs/other.md', fields: [] }))
  })
  await expect.element(page.getByRole('treeitem', { name: 'other.md' })).toBeVisible()
})

test('writing in a document changes nothing of the tree', async () => {
  const { session } = await shown()
  const made = session.run('create_document', { path: 'a.md', content: 'One' })
  await expect.element(page.getByRole('treeitem', { name: 'a.md' })).toBeVisible()
  const before = session.replica.views.documents.all
  if (made.ok) session.run('update_document', { id: made.value.id, content: 'Two' })
  expect(session.replica.views.documents.all).toBe(before)
})

test('two documents at one path are two rows, each with its own address', async () => {
  const { session } = await shown()
  session.run('create_document', { path: 'a.md', content: 'One' })
  session.replica.transact('Apart', (tx) => tx.create({ type: 'document', path: 'a.md', fields: [] }))
  await expect.poll(() => page.getByRole('treeitem', { name: 'a.md' }).elements().length).toBe(2)
})

test('history tells the runs of different hands apart, and a document that is not here says so', async () => {
  const { session } = await shown()
  const made = session.run('create_document', { path: 'a.txt', content: 'one\ntwo\n' })
  if (!made.ok) throw new Error(made.refusal.detail)
  location.hash = `#${links.file(session.workspaceId, made.value.id)}`
  await page.getByRole('tab', { name: 'Content' }).click()
  await userEvent.keyboard('{ArrowRight}')
  await expect.element(page.getByRole('tab', { name: 'History' })).toHaveFocus()
  await expect.element(page.getByRole('region', { name: 'What changed' })).toHaveTextContent('2 lines added, 0 lines removed')
  location.hash = `#${links.file(session.workspaceId, '00000000-0000-8000-8000-000000000000')}`
  await expect.element(page.getByRole('heading', { name: 'This document is not here' })).toBeVisible()
})
