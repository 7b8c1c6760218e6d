import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { NodeId } from '../../core/ids.ts'
import { type ShownApp, showBoard } from '../app.fixture.tsx'
import { links } from '../links.ts'

/** A desktop that keeps what it shows, and a person who says yes when asked. */
class Desktop extends EventTarget {
  static permission: NotificationPermission = 'default'
  static asked = 0
  static readonly shown: Desktop[] = []
  static async requestPermission(): Promise<NotificationPermission> {
    Desktop.asked++
    return (Desktop.permission = 'granted')
  }
  readonly title: string
  readonly body: string
  constructor(title: string, { body = '' }: NotificationOptions) {
    super()
    this.title = title
    this.body = body
    Desktop.shown.push(this)
  }
  close(): void {
    Desktop.shown.splice(Desktop.shown.indexOf(this), 1)
  }
}

let app: ShownApp
let id: NodeId
const visibility = vi.spyOn(document, 'visibilityState', 'get')

beforeEach(async () => {
  vi.stubGlobal('Notification', Desktop)
  Desktop.permission = 'default'
  Desktop.asked = 0
  Desktop.shown.length = 0
  visibility.mockReturnValue('visible')
  app = await showBoard(0)
  const made = app.session.run('create_task', { title: 'One' })
  if (!made.ok) throw new Error(made.refusal.detail)
  id = made.value.id
  await app.session.replica.saved()
  await expect.element(page.getByRole('listitem', { name: /^WN-1 / })).toBeVisible()
})
afterEach(() => {
  app.close()
  localStorage.removeItem('worknode.desktop-notices')
})

const look = (state: DocumentVisibilityState): void => {
  visibility.mockReturnValue(state)
  document.dispatchEvent(new Event('visibilitychange'))
}
const writeApart = (title: string): Promise<void> =>
  app.session.remote((other) => {
    other.transact(null, (tx) => tx.set(id, 'title', `${title} there`))
    app.session.replica.transact(null, (tx) => tx.set(id, 'title', `${title} here`))
  })
const allow = async (): Promise<void> => {
  await userEvent.click(page.getByRole('button', { name: /^Settings of/ }))
  expect(Desktop.asked).toBe(0)
  await userEvent.click(page.getByRole('switch', { name: 'Notify me on the desktop' }))
  await expect.element(page.getByRole('switch', { name: 'Notify me on the desktop' })).toBeChecked()
  expect(Desktop.asked).toBe(1)
  await userEvent.keyboard('{Escape}')
}

test('while the page is looked at it says what needs somebody, and leads there', async () => {
  await allow()
  await writeApart('Two')
  const notices = page.getByRole('region', { name: 'Notifications' })
  await expect.element(notices).toHaveTextContent(/Two versions of the title of WN-1/)
  expect(Desktop.shown).toEqual([])
  await userEvent.click(notices.getByRole('button', { name: 'See' }))
  expect(location.hash).toBe(`#${links.task(app.session.workspaceId, 'WN-1')}`)
})

test('in the background the desktop says it once, and no more when it is settled', async () => {
  await allow()
  look('hidden')
  await writeApart('Two')
  await expect
    .poll(() => Desktop.shown.map(({ title, body }) => [title, body]))
    .toEqual([['Apollo · Worknode', expect.stringMatching(/^Two versions of the title of WN-1/)]])
  app.session.run('update_task', { id, priority: 0 })
  expect(Desktop.shown).toHaveLength(1)
  app.session.run('resolve_conflict', { id, field: 'title', choice: 0 })
  await expect.poll(() => Desktop.shown).toEqual([])
})

test('nobody is asked, and nothing is on the desktop, before somebody wants it', async () => {
  look('hidden')
  await writeApart('Two')
  expect([Desktop.asked, Desktop.shown.length]).toEqual([0, 0])
  look('visible')
  await expect.element(page.getByRole('region', { name: 'Notifications' })).toHaveTextContent(/Two versions of the title/)
})

test('a browser that refuses is said to, and the switch stays off', async () => {
  Desktop.permission = 'denied'
  await userEvent.click(page.getByRole('button', { name: /^Settings of/ }))
  const toggle = page.getByRole('switch', { name: 'Notify me on the desktop' })
  await expect.element(toggle).toBeDisabled()
  await expect.element(toggle).not.toBeChecked()
  await expect.element(page.getByText('This browser refuses notifications of this site.')).toBeVisible()
})
