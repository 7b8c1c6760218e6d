import { afterEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import decodeQR from 'qr/decode.js'
import { toHex } from '../../base/bytes.ts'
import { capabilityId } from '../../core/capability.ts'
import { boxOf, inviteKeys, keyPairOf } from '../../log/keys.ts'
import { encodeInvite } from '../../replica/invite.ts'
import { closeInvite } from '../../replica/membership.ts'
import { publishInvite } from '../../replica/workspace.ts'
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

test('a link as a QR code says what the link says, dark on light in either theme', async () => {
  app = await showBoard(0)
  await userEvent.click(page.getByRole('button', { name: 'Invite' }))
  await expect
    .element(page.getByRole('textbox', { name: 'Invite link' }))
    .toHaveValue('https://worknode.example/#join=member-invite')
  const toggle = page.getByRole('button', { name: 'QR code' })
  await userEvent.click(toggle)
  await expect.element(toggle).toHaveAttribute('aria-pressed', 'true')
  const code = page.getByRole('img', { name: 'Invite link as a QR code' })
  await expect.element(code).toBeVisible()
  expect(decodeQR(await pixelsOf(code.element() as SVGSVGElement))).toBe('https://worknode.example/#join=member-invite')
  await userEvent.click(toggle)
  await expect.element(code).not.toBeInTheDocument()
})

test('an agent’s link is made for the files and the time that were chosen, and not before they are right', async () => {
  app = await showBoard(0)
  await userEvent.click(page.getByRole('button', { name: 'Invite' }))
  await userEvent.click(page.getByRole('radio', { name: /Agent/ }))
  await expect.element(page.getByRole('textbox', { name: 'Invite link' })).not.toBeInTheDocument()
  const files = page.getByRole('textbox', { name: 'Files it may write' })
  await userEvent.fill(files, 'src/api/**\n../secrets')
  await expect.element(page.getByRole('alert')).toHaveTextContent('“../secrets” is no pattern')
  await expect.element(page.getByRole('button', { name: 'Make a link' })).toBeDisabled()
  await userEvent.fill(files, 'src/api/**\ndocs/*.md')
  const path = page.getByRole('textbox', { name: 'Try a path' })
  await userEvent.fill(path, 'src/api/users.ts')
  await expect.element(page.getByText('May write it, by src/api/**.')).toBeVisible()
  await userEvent.fill(path, 'docs/deep/a.md')
  await expect.element(page.getByText('May not write it: none of the patterns names this path.')).toBeVisible()
  await userEvent.selectOptions(page.getByRole('combobox', { name: 'Ends after' }), '1 day')
  await userEvent.click(page.getByRole('button', { name: 'Make a link' }))
  await expect
    .element(page.getByRole('textbox', { name: 'Invite link' }))
    .toHaveValue('https://worknode.example/#join=agent-invite')
  expect(app.session.invited.at(-1)).toMatchObject({ kind: 'agent', files: ['src/api/**', 'docs/*.md'] })
  const hours = ((app.session.invited.at(-1)?.expires ?? 0) - Date.now()) / 3_600_000
  expect(hours).toBeGreaterThan(23.9)
  expect(hours).toBeLessThanOrEqual(24)
})

test('whoever is invited as an admin is said to come in as a viewer, until codes were compared', async () => {
  app = await showBoard(0)
  await userEvent.click(page.getByRole('button', { name: 'Invite' }))
  await userEvent.click(page.getByRole('radio', { name: /Admin/ }))
  await expect.element(page.getByRole('dialog')).toHaveTextContent(/come in as a viewer.*admit them on the People page/)
})

test('a link that somebody has used is not shown again', async () => {
  app = await showBoard(0)
  const { replica } = app.session
  const seed = crypto.getRandomValues(new Uint8Array(32))
  const { signing, agreement } = await inviteKeys(seed)
  const [pair, box] = [await keyPairOf(signing), await boxOf(agreement)]
  const link = `https://worknode.example/#join=${encodeInvite({ workspace: replica.workspace, secret: new Uint8Array(16), seed, signalling: [], batches: [] })}`
  const granted = publishInvite(replica, { role: 'member' }, { key: pair.key, box: box.key })
  app.session.nextLink.set(link)
  await userEvent.click(page.getByRole('button', { name: 'Invite' }))
  await expect.element(page.getByRole('textbox', { name: 'Invite link' })).toHaveValue(link)
  if (!granted.ok) throw new Error(granted.refusal.detail)
  app.session.nextLink.set(null)
  closeInvite(replica, toHex(capabilityId(granted.value)))
  await expect.element(page.getByRole('dialog')).toHaveTextContent('This link was used, or closed')
  await userEvent.click(page.getByRole('button', { name: 'Make another link' }))
  await expect
    .element(page.getByRole('textbox', { name: 'Invite link' }))
    .toHaveValue('https://worknode.example/#join=member-invite')
})

test('another device is linked by a link that is made when it is asked for', async () => {
  app = await showBoard(0)
  await openSettings()
  expect(app.session.invited).toEqual([])
  await userEvent.click(page.getByRole('button', { name: 'Make a link for a device' }))
  await expect
    .element(page.getByRole('textbox', { name: 'Device link' }))
    .toHaveValue('https://worknode.example/#join=device-invite')
  expect(app.session.invited).toEqual([{ kind: 'device' }])
})

test('an account is saved under a passphrase that is typed twice, and says what cannot be written after restoring', async () => {
  app = await showBoard(0)
  await openSettings()
  const [first, second] = [
    page.getByRole('textbox', { name: 'Passphrase', exact: true }),
    page.getByRole('textbox', { name: 'Passphrase again' }),
  ]
  // A password field has no role before it is shown.
  await userEvent.click(page.getByRole('checkbox', { name: 'Show' }))
  await userEvent.fill(first, 'short')
  await expect.element(page.getByText('Too short: 8 characters at least.')).toBeVisible()
  const save = page.getByRole('button', { name: 'Download the account file' })
  await userEvent.fill(first, 'correct horse battery')
  await userEvent.fill(second, 'correct horse batteries')
  await userEvent.click(save)
  await expect.element(page.getByRole('alert')).toHaveTextContent('The two are not the same.')
  expect(app.session.saved).toEqual([])
  await userEvent.fill(second, 'correct horse battery')
  await userEvent.click(save)
  await expect.element(page.getByText(/1 workspace in it can only be read after restoring/)).toBeVisible()
  expect(app.session.saved).toEqual(['correct horse battery'])
})

test('the settings say what is lost when the browser is cleared, with what nobody else has', async () => {
  app = await showBoard(0)
  app.session.sync.set({ ...app.session.sync.get(), unshared: 3 })
  await openSettings()
  const part = page.getByRole('region', { name: 'If this browser’s storage is cleared' })
  await expect.element(part).toHaveTextContent(/Lost: the keys of this device.*the 3 changes that no peer has yet/)
  await expect.element(part).toHaveTextContent(/Not lost: everything that reached somebody else/)
  await expect.element(part).toHaveTextContent(/This browser (?:promised|may)/)
})

test('the founder is told why they cannot leave', async () => {
  app = await showBoard(0)
  await openSettings()
  await expect.element(page.getByRole('region', { name: 'Leave this workspace' })).toHaveTextContent(/cannot leave it/)
})

async function openSettings(): Promise<void> {
  await userEvent.click(page.getByRole('button', { name: 'Settings of Ada Byron' }))
  await expect.element(page.getByRole('dialog', { name: 'Settings' })).toBeVisible()
}

/** What a camera sees. */
async function pixelsOf(drawing: SVGSVGElement): Promise<ImageData> {
  const text = new XMLSerializer().serializeToString(drawing)
  const image = new Image(400, 400)
  image.src = `data:image/svg+xml,${encodeURIComponent(text)}`
  await image.decode()
  const canvas = Object.assign(document.createElement('canvas'), { width: 400, height: 400 })
  const context = canvas.getContext('2d') as CanvasRenderingContext2D
  context.drawImage(image, 0, 0, 400, 400)
  return context.getImageData(0, 0, 400, 400)
}
