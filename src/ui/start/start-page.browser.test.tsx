import { afterEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { refuse } from '../../base/result.ts'
import { showStart } from '../app.fixture.tsx'
import type { Home, Session } from '../session.ts'
import { createTestHome, createTestSession, settable } from '../test-session.ts'

let close: () => void
afterEach(() => close())

test('a new workspace is named, made and shown', async () => {
  const opened = settable<Session | null>(null)
  const session = await createTestSession(0, 'Research')
  const home = { ...createTestHome(), create: async () => opened.set(session) }
  close = await showStart(home, opened)
  await expect.element(page.getByRole('heading', { name: 'Worknode' })).toBeVisible()
  await userEvent.click(page.getByRole('button', { name: 'New workspace' }))
  await userEvent.keyboard('Research{Enter}')
  await expect.element(page.getByRole('region', { name: 'Board' })).toBeVisible()
  expect(location.hash).toBe(`#/w/${session.workspaceId}/board`)
})

test('the workspaces of this profile are links, the last opened first', async () => {
  const home = createTestHome()
  home.workspaces.set([
    { id: 'aa', name: 'Older', openedAt: 1000 },
    { id: 'bb', name: 'Newer', openedAt: Date.now() },
  ])
  close = await showStart(home)
  const links = page.getByRole('region', { name: 'On this device' }).getByRole('link')
  await expect.element(links.first()).toHaveAccessibleName(/Newer/)
  await userEvent.click(links.nth(1))
  expect(home.asked).toContain('open aa')
})

test('an invite that came with the address is taken up by a click, not before', async () => {
  const home = { ...createTestHome(), pendingLink: '#join=secret' }
  close = await showStart(home)
  const join = page.getByRole('button', { name: 'Join workspace' })
  await expect.element(join).toBeVisible()
  expect(home.asked).toEqual([])
  await userEvent.click(join)
  expect(home.asked).toEqual(['join #join=secret'])
})

test('joining says how far it is, and what to do when nobody answers', async () => {
  let settle: (result: Awaited<ReturnType<Home['join']>>) => void = () => undefined
  const join: Home['join'] = (_link, onProgress) => {
    onProgress('Fetching 12 of 40 …')
    return new Promise((resolve) => {
      settle = resolve
    })
  }
  close = await showStart({ ...createTestHome(), join })
  await userEvent.click(page.getByRole('button', { name: 'Join with a link' }))
  await userEvent.fill(page.getByRole('textbox', { name: 'Invite link' }), 'https://example.com/#join=x')
  await userEvent.click(page.getByRole('button', { name: 'Join workspace' }))
  await expect.element(page.getByText('Fetching 12 of 40 …')).toBeVisible()
  settle(refuse({ code: 'unavailable', detail: 'Nobody who is in the workspace was online.' }))
  await expect
    .element(page.getByRole('alert'))
    .toHaveTextContent(/Nobody who is in the workspace was online\. Nothing on this device was changed.*try again/)
  await expect.element(page.getByRole('button', { name: 'Try again' })).toBeEnabled()
})

test('cancelling ends the attempt to join', async () => {
  let ended = false
  const join: Home['join'] = (_link, _onProgress, signal) => {
    signal.addEventListener('abort', () => (ended = true))
    return new Promise(() => undefined)
  }
  close = await showStart({ ...createTestHome(), pendingLink: '#join=x', join })
  await userEvent.click(page.getByRole('button', { name: 'Join workspace' }))
  await userEvent.click(page.getByRole('button', { name: 'Cancel' }))
  expect(ended).toBe(true)
  await expect.element(page.getByRole('button', { name: 'Join workspace' })).toBeEnabled()
})

test('a plan is imported once, with counts', async () => {
  let progress: (done: number, total: number) => void = () => undefined
  let imports = 0
  const importPlan: Home['importPlan'] = (_file, onProgress) => {
    imports++
    progress = onProgress
    return new Promise(() => undefined)
  }
  close = await showStart({ ...createTestHome(), importPlan })
  await userEvent.upload(page.getByLabelText('Plan to import'), new File(['{}'], 'plan.jsonl'))
  await expect.element(page.getByRole('heading', { name: 'Importing plan.jsonl' })).toBeVisible()
  progress(1204, 3003)
  await expect.element(page.getByText('1,204 of 3,003 tasks')).toBeVisible()
  await expect.element(page.getByRole('progressbar')).toHaveAttribute('value', '1204')
  expect(imports).toBe(1)
})

test('a plan that cannot be read is said to be so, and nothing is lost', async () => {
  close = await showStart({
    ...createTestHome(),
    importPlan: async () => refuse({ code: 'invalid', detail: 'Line 3 is no JSON.' }),
  })
  await userEvent.upload(page.getByLabelText('Plan to import'), new File(['x'], 'plan.jsonl'))
  await expect.element(page.getByRole('alert')).toHaveTextContent(/Line 3 is no JSON\. Your file was only read/)
  await userEvent.click(page.getByRole('button', { name: 'Back' }))
  await expect.element(page.getByRole('button', { name: 'Import a plan' })).toBeVisible()
})

test('an address whose workspace is not here says so', async () => {
  const open: Home['open'] = async () => {
    throw new Error('This browser does not know the workspace.')
  }
  close = await showStart({ ...createTestHome(), open })
  location.hash = '#/w/abc/board'
  await expect.element(page.getByText('This browser does not know the workspace.')).toBeVisible()
  await userEvent.click(page.getByRole('link', { name: 'Go to the start page' }))
  await expect.element(page.getByRole('button', { name: 'New workspace' })).toBeVisible()
})

test('an account is restored from its file, with words on the way and what came of it', async () => {
  const home = createTestHome()
  let settle: (result: Awaited<ReturnType<Home['restoreAccount']>>) => void = () => undefined
  const asked: string[] = []
  const restoreAccount: Home['restoreAccount'] = (file, passphrase, onProgress) => {
    asked.push(`${file.name} ${passphrase}`)
    onProgress('Restoring Apollo (1 of 2) …')
    return new Promise((resolve) => (settle = resolve))
  }
  close = await showStart({ ...home, restoreAccount })
  await userEvent.click(page.getByRole('button', { name: 'Restore an account' }))
  await userEvent.upload(page.getByLabelText('Account file'), new File(['x'], 'mine.worknode'))
  await userEvent.fill(page.getByLabelText('Passphrase'), 'wrong one')
  await userEvent.click(page.getByRole('button', { name: 'Restore', exact: true }))
  await expect.element(page.getByText('Restoring Apollo (1 of 2) …')).toBeVisible()
  settle(refuse({ code: 'unauthorized', detail: 'The passphrase is not the one that this file was saved with.' }))
  await expect.element(page.getByRole('alert')).toHaveTextContent('The passphrase is not the one')
  await userEvent.fill(page.getByLabelText('Passphrase'), 'right one')
  await userEvent.click(page.getByRole('button', { name: 'Restore', exact: true }))
  settle({ ok: true, value: '2 workspaces are here again.' })
  await expect.element(page.getByText('2 workspaces are here again.')).toBeVisible()
  home.workspaces.set([{ id: 'aa', name: 'Apollo', openedAt: 1000 }])
  await expect.element(page.getByRole('link', { name: /Apollo/ })).toBeVisible()
  await userEvent.click(page.getByRole('button', { name: 'Done' }))
  expect(asked).toEqual(['mine.worknode wrong one', 'mine.worknode right one'])
  await expect.element(page.getByRole('button', { name: 'New workspace' })).toBeVisible()
})
