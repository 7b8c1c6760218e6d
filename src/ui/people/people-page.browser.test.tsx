import { afterEach, beforeEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { exchange, founded, joined, type TestClock, type TestPeer } from '../../replica/cluster.fixture.ts'
import { askForAdmin, claimDevice, describeSelf } from '../../replica/people.ts'
import { openReplica, type Replica } from '../../replica/replica.ts'
import { type InviteSpec, publishInvite } from '../../replica/workspace.ts'
import { memoryStore } from '../../store/memory-store.ts'
import { showAt } from '../app.fixture.tsx'
import { links } from '../links.ts'
import type { Session } from '../session.ts'
import { sessionOf } from '../task/open-task.fixture.tsx'
import { done } from '../../operations/operate.fixture.ts'

let owner: Replica
let clock: TestClock
let close: () => void = () => undefined
beforeEach(async () => {
  ;({ owner, clock } = await founded(1, { ms: Date.now() - 7_200_000 }))
  describeSelf(owner, { name: 'Ada Byron', color: '#5b5bd6' })
})
afterEach(() => close())

test('people stand with their devices under one name, agents apart, each with what they may and who let them in', async () => {
  const { member: phone } = await joined(owner, 5, clock, 'device')
  claimDevice(phone, owner.actor)
  await exchange(phone, owner)
  const grace = await join('Grace', { role: 'member' })
  await join('coder-1', { role: 'agent', files: ['src/**'], expires: Date.now() + 3.5 * 3_600_000 }, grace.replica)
  await exchange(grace.replica, owner)
  await show()
  const people = page.getByRole('region', { name: 'People' })
  await expect
    .element(people.getByRole('listitem', { name: /^Ada Byron/ }))
    .toHaveTextContent(/you.*Owner.*founded it.*2 devices/)
  await expect.element(people.getByRole('listitem', { name: /^Grace/ })).toHaveTextContent(/Member.*let in by Ada Byron/)
  const agent = page.getByRole('region', { name: 'Agents' }).getByRole('listitem', { name: /^coder-1/ })
  await expect.element(agent).toHaveTextContent(/ends in 3 h.*Creates and edits tasks.*let in by Grace/)
  await expect.element(agent.getByRole('list', { name: 'Files it may write' })).toHaveTextContent('src/**')
  await userEvent.click(page.getByRole('button', { name: 'Details of Ada Byron' }))
  const devices = page.getByRole('list', { name: 'Devices of Ada Byron' }).getByRole('listitem')
  await expect.element(devices.nth(1)).toHaveTextContent(/Remove this device/)
  expect(devices.elements()).toHaveLength(2)
})

test('who goes by a name that somebody else has is shown with their key', async () => {
  const impostor = await join('Ada Byron', { role: 'member' })
  await show()
  await expect
    .element(page.getByRole('region', { name: 'People' }).getByRole('listitem').nth(1))
    .toHaveTextContent(`key ${impostor.replica.actor.slice(2, 6)}`)
})

test('who asks to become an admin is counted in the sidebar, shown with the code, and admitted', async () => {
  const grace = await join('Grace', { role: 'viewer' })
  askForAdmin(grace.replica, true)
  await exchange(grace.replica, owner)
  await show()
  await expect.element(page.getByRole('link', { name: 'People 1 needs a decision' })).toBeVisible()
  const item = page.getByRole('listitem', { name: 'Grace asks to become an admin' })
  await expect.element(item).toHaveTextContent(/[0-9A-Z]{5}-[0-9A-Z]{5}/)
  await userEvent.click(item.getByRole('button', { name: 'Admit as admin' }))
  await expect.element(page.getByRole('listitem', { name: /^Grace/ })).toHaveTextContent('Admin')
  await expect.element(page.getByRole('link', { name: 'People', exact: true })).toBeVisible()
  await exchange(owner, grace.replica)
  expect(grace.replica.may('delete', 'task')).toBe(true)
  // Its keys are sealed to the box that the viewer came with.
  expect(grace.replica.held[0]?.grant.audienceBox).toEqual(grace.peer.box.key)
})

test('“not now” puts it off and says what becomes of it', async () => {
  const grace = await join('Grace', { role: 'viewer' })
  askForAdmin(grace.replica, true)
  await exchange(grace.replica, owner)
  await show()
  const item = page.getByRole('listitem', { name: 'Grace asks to become an admin' })
  await expect.element(item).toHaveTextContent(/go on asking. To end it, remove them/)
  await userEvent.click(item.getByRole('button', { name: 'Not now' }))
  await expect.element(item).not.toBeInTheDocument()
  await expect.element(page.getByRole('link', { name: 'People', exact: true })).toBeVisible()
})

test('removing counts what would go, does it, and takes it back', async () => {
  const grace = await join('Grace', { role: 'member' })
  await work(grace.replica, 2)
  await show()
  await choose('Actions for Grace', 'Remove')
  const dialog = page.getByRole('dialog', { name: 'Remove Grace?' })
  await expect.element(dialog).toHaveTextContent(/can change nothing here any more/)
  await userEvent.click(dialog.getByRole('radio', { name: /Also drop work/ }))
  await userEvent.selectOptions(dialog.getByRole('combobox', { name: 'Drop work done' }), 'since they joined')
  await expect.element(dialog).toHaveTextContent('2 changes would no longer count')
  await userEvent.click(dialog.getByRole('button', { name: 'Remove Grace' }))
  await expect.poll(() => [...owner.views.tasks()].length).toBe(0)
  await expect.element(page.getByRole('listitem', { name: /^Grace/ })).not.toBeInTheDocument()
  await expect.element(page.getByText('Removed Grace. 2 changes no longer count.')).toBeVisible()
  await userEvent.click(page.getByRole('button', { name: 'Undo', exact: true }))
  await expect.element(page.getByRole('listitem', { name: /^Grace/ })).toHaveTextContent('Member')
  await expect.poll(() => [...owner.views.tasks()].length).toBe(2)
})

test('by default the work stays, and so do those whom they let in', async () => {
  const grace = await join('Grace', { role: 'member' })
  await join('Bob', { role: 'member' }, grace.replica)
  await exchange(grace.replica, owner)
  await work(grace.replica, 1)
  await show()
  await choose('Actions for Grace', 'Remove')
  const dialog = page.getByRole('dialog')
  await expect.element(dialog).toHaveTextContent('Whom they let in: Bob')
  await userEvent.click(dialog.getByRole('button', { name: 'Remove Grace' }))
  await expect.element(page.getByRole('listitem', { name: /^Grace/ })).not.toBeInTheDocument()
  await expect.element(page.getByRole('listitem', { name: /^Bob/ })).toBeVisible()
  expect([...owner.views.tasks()]).toHaveLength(1)
})

test('whom they let in goes along where that is asked', async () => {
  const grace = await join('Grace', { role: 'member' })
  await join('Bob', { role: 'member' }, grace.replica)
  await exchange(grace.replica, owner)
  await show()
  await choose('Actions for Grace', 'Remove')
  await userEvent.click(page.getByRole('checkbox', { name: /Also end what they granted to others \(1 goes/ }))
  await userEvent.click(page.getByRole('button', { name: 'Remove Grace' }))
  await expect.element(page.getByRole('listitem', { name: /^Bob/ })).not.toBeInTheDocument()
})

test('work that does not count is told in words, kept in part, and let go again', async () => {
  const grace = await join('Grace', { role: 'member' })
  const before = clock.ms
  await work(grace.replica, 2)
  end(grace.replica, before)
  await owner.settled()
  await show()
  const item = page.getByRole('listitem', { name: '2 changes by Grace do not count' })
  await expect.element(item).toHaveTextContent('Their rights were ended as of before it')
  await userEvent.click(item.getByRole('button', { name: 'Look at the changes' }))
  await expect.element(item.getByRole('checkbox', { name: /Task 0 created it/ })).toBeChecked()
  await userEvent.click(item.getByRole('checkbox', { name: /Task 1 created it/ }))
  await userEvent.click(item.getByRole('button', { name: 'Keep 1 of 2 changes' }))
  await expect.poll(() => titles(owner)).toEqual(['Task 0'])
  await expect.element(page.getByRole('listitem', { name: '1 change by Grace does not count' })).toBeVisible()
  await userEvent.click(page.getByRole('button', { name: 'Undo', exact: true }))
  await expect.poll(() => titles(owner)).toEqual([])
  await expect.element(page.getByRole('listitem', { name: '2 changes by Grace do not count' })).toBeVisible()
})

test('what was kept can be let go long after, from the list of what ended', async () => {
  const grace = await join('Grace', { role: 'member' })
  const before = clock.ms
  await work(grace.replica, 1)
  end(grace.replica, before)
  done(owner, 'adopt_changes', { changes: done(owner, 'list_quarantine', {}).map(({ change }) => change) })
  await owner.settled()
  await show()
  await userEvent.click(page.getByText('Ended, and work kept (2)'))
  const list = page.getByRole('list', { name: 'Ended, and work kept' })
  await expect.element(list).toHaveTextContent(/1 change by Grace kept.*Grace.*Member.*by Ada Byron, enough/)
  await userEvent.click(list.getByRole('button', { name: 'Take back' }))
  await expect.poll(() => titles(owner)).toEqual([])
})

test('a revocation that cut much is one item with what it cut, and is undone', async () => {
  const grace = await join('Grace', { role: 'member' })
  const before = clock.ms
  await work(grace.replica, 6)
  end(grace.replica, before)
  await owner.settled()
  await show()
  const items = page.getByRole('region', { name: 'Needs a decision' }).getByRole('listitem')
  await expect.element(items.first()).toHaveTextContent(/6 changes by Grace do not count.*You ended their rights/)
  expect(items.elements()).toHaveLength(1)
  await userEvent.click(page.getByRole('button', { name: 'Undo: keep their work' }))
  await expect.poll(() => titles(owner).length).toBe(6)
  await expect.element(page.getByRole('region', { name: 'Needs a decision' })).not.toBeInTheDocument()
  expect(owner.authority.registry.heldBy(grace.replica.actor).some((one) => owner.authority.isLive(one))).toBe(false)
})

test('what a removed admin had ended is ended again in one’s own name', async () => {
  const admin = await join('Mary', { role: 'admin' })
  const agent = await join('coder-1', { role: 'agent' })
  await exchange(owner, admin.replica)
  const before = clock.ms
  clock.ms += 1000
  const capability = owner.authority.registry.heldBy(agent.replica.actor)[0]?.id as string
  done(admin.replica, 'revoke_capability', { id: capability })
  await exchange(admin.replica, owner)
  clock.ms += 1000
  end(admin.replica, before)
  await show()
  await userEvent.click(page.getByRole('button', { name: 'Re-affirm: end it again' }))
  await expect.element(page.getByRole('listitem', { name: /^coder-1/ })).not.toBeInTheDocument()
})

test('a device with two histories is explained, with the evidence, and can be removed', async () => {
  const grace = await join('Grace', { role: 'member' })
  await exchange(owner, grace.replica)
  const ids = await forkOf(grace.peer)
  await show()
  const item = page.getByRole('listitem', { name: 'A device of Grace has two histories' })
  await expect.element(item).toHaveTextContent(/copied browser profile.*somebody else who got hold of the key/)
  await userEvent.click(item.getByText('Evidence'))
  for (const id of ids) await expect.element(item.getByText(id)).toBeVisible()
  await userEvent.click(item.getByRole('button', { name: 'Remove this device' }))
  await userEvent.click(page.getByRole('dialog').getByRole('button', { name: 'Remove this device' }))
  await expect.element(item).not.toBeInTheDocument()
  await expect.element(page.getByRole('listitem', { name: /^Grace/ })).not.toBeInTheDocument()
})

test('a path is tried on every agent, and the pattern that names it stands out', async () => {
  await join('coder-1', { role: 'agent', files: ['src/api/**', 'docs/*.md'] })
  await join('writer', { role: 'agent', files: ['docs/**'] })
  await join('reader', { role: 'agent' })
  await show()
  await userEvent.fill(page.getByRole('textbox', { name: 'Try a path' }), 'src/api/users.ts')
  const agents = page.getByRole('region', { name: 'Agents' })
  const agent = (name: string) => agents.getByRole('listitem', { name })
  await expect.element(agent('coder-1')).toHaveTextContent('May write it.')
  await expect.element(agent('coder-1').getByText('src/api/**')).toHaveAttribute('data-match')
  await expect.element(agent('coder-1').getByText('docs/*.md')).not.toHaveAttribute('data-match')
  await expect.element(agent('writer')).toHaveTextContent('May not write it: none of its patterns names this path.')
  await expect.element(agent('reader')).toHaveTextContent(/Every file.*May write it/)
  await expect.element(agents).toHaveTextContent('2 of 3 agents may write it.')
  await userEvent.fill(page.getByRole('textbox', { name: 'Try a path' }), '../etc')
  await expect.element(agents).toHaveTextContent('This is no path of a project')
})

test('a viewer sees the same and may do none of it', async () => {
  await join('coder-1', { role: 'agent', files: ['src/**'] })
  const asks = await join('Grace', { role: 'viewer' })
  askForAdmin(asks.replica, true)
  await exchange(asks.replica, owner)
  const viewer = await join('Vera', { role: 'viewer' })
  await exchange(owner, viewer.replica)
  await show(viewer.replica)
  await userEvent.click(page.getByText('Nothing for you to decide (1)'))
  await expect.element(page.getByRole('listitem', { name: 'Grace asks to become an admin' })).toHaveTextContent('An admin has to')
  await expect.element(page.getByRole('listitem', { name: 'coder-1' })).toBeVisible()
  const labels = page
    .getByRole('button')
    .elements()
    .map((button) => button.getAttribute('aria-label') ?? button.textContent)
  expect(labels.filter((label) => /Actions|Invite|Grant|Admit|Remove|Close |Keep/.test(label))).toEqual([])
  await expect.element(page.getByRole('link', { name: 'People', exact: true })).toBeVisible()
})

test('an open invite is closed once that was asked', async () => {
  const key = new Uint8Array(33).fill(1)
  publishInvite(owner, { role: 'agent', files: ['src/**'], expires: Date.now() + 1_800_500 }, { key, box: null })
  await show()
  const invite = page.getByRole('listitem', { name: 'Invite: Agent' })
  await expect.element(invite).toHaveTextContent(/made by you.*ends in 30 min.*src/)
  await userEvent.click(invite.getByRole('button', { name: 'Close' }))
  await expect.element(page.getByRole('dialog', { name: 'Close this invite?' })).toHaveTextContent(/Nobody comes in/)
  await userEvent.click(page.getByRole('button', { name: 'Close the invite' }))
  await expect.element(invite).not.toBeInTheDocument()
})

test('a role is changed: the new is granted, the old ends, and what it means is said before', async () => {
  await join('Grace', { role: 'member' })
  await show()
  await choose('Actions for Grace', 'Change role')
  const dialog = page.getByRole('dialog', { name: 'Change the role of Grace' })
  await expect.element(dialog.getByRole('button', { name: 'Make Grace a member' })).toBeDisabled()
  await userEvent.click(dialog.getByRole('radio', { name: /Viewer/ }))
  await expect.element(dialog).toHaveTextContent(/Grace may read\..*then what they had ends/)
  await userEvent.click(dialog.getByRole('button', { name: 'Make Grace a viewer' }))
  await expect.element(page.getByRole('listitem', { name: /^Grace/ })).toHaveTextContent('Viewer')
  await userEvent.click(page.getByText('Ended, and work kept (1)'))
  await expect.element(page.getByRole('list', { name: 'Ended, and work kept' })).toHaveTextContent('rights were changed')
})

test('an agent is narrowed to fewer files, and keeps no more than it had', async () => {
  const agent = await join('coder-1', { role: 'agent', files: ['src/**'], rights: ['update', 'comment', 'emit'] })
  await show()
  await choose('Actions for coder-1', 'Narrow')
  const dialog = page.getByRole('dialog', { name: 'Narrow the rights of coder-1' })
  await userEvent.fill(dialog.getByRole('textbox', { name: 'Files it may write' }), 'src/api/**\n/etc')
  await expect.element(dialog.getByRole('alert')).toHaveTextContent('begins at the root')
  await expect.element(dialog.getByRole('button', { name: 'Narrow the rights of coder-1' })).toBeDisabled()
  await userEvent.fill(dialog.getByRole('textbox', { name: 'Files it may write' }), 'src/api/**')
  await expect.element(dialog).toHaveTextContent('may edit and comment on tasks')
  await userEvent.click(dialog.getByRole('button', { name: 'Narrow the rights of coder-1' }))
  await expect.element(page.getByRole('list', { name: 'Files it may write' })).toHaveTextContent(/^src\/api\/\*\*$/)
  const live = done(owner, 'list_capabilities', { holder: agent.replica.actor, live: true })
  expect(live).toMatchObject([{ rights: ['update', 'comment', 'emit'], files: ['src/api/**'] }])
})

test('rights are granted to a key that is known, as the sentence says', async () => {
  const grace = await join('Grace', { role: 'member' })
  done(owner, 'remove_member', { actor: grace.replica.actor })
  done(owner, 'create_project', { title: 'Apollo' })
  await show()
  await userEvent.click(page.getByRole('button', { name: 'Grant rights' }))
  const dialog = page.getByRole('dialog', { name: 'Grant rights to a key' })
  await userEvent.selectOptions(
    dialog.getByRole('combobox', { name: 'Whose key' }),
    dialog.getByRole('option', { name: /^Grace \(key/ }),
  )
  await userEvent.click(dialog.getByRole('radio', { name: /Viewer/ }))
  await userEvent.click(dialog.getByRole('checkbox', { name: 'Apollo' }))
  await userEvent.selectOptions(dialog.getByRole('combobox', { name: 'Ends after' }), '1 day')
  await expect.element(dialog).toHaveTextContent(/Grace may read in Apollo, until/)
  await userEvent.click(dialog.getByRole('button', { name: 'Grant viewer rights' }))
  await expect.element(page.getByRole('listitem', { name: /^Grace/ })).toHaveTextContent('Viewer')
  const [live] = done(owner, 'list_capabilities', { holder: grace.replica.actor, live: true })
  expect(live).toMatchObject({ role: 'viewer', projects: [expect.any(String)], expires: expect.any(Number) })
})

test('somebody whose rights were ended is told so, by whom, and that what they write waits', async () => {
  const grace = await join('Grace', { role: 'member' })
  done(owner, 'remove_member', { actor: grace.replica.actor })
  await exchange(owner, grace.replica)
  await show(grace.replica)
  await expect
    .element(page.getByRole('region', { name: 'Your rights here' }))
    .toHaveTextContent(/Ada Byron has ended your rights: you no longer may change this workspace.*waits/)
  await expect.element(page.getByRole('button', { name: 'Invite', exact: true })).not.toBeInTheDocument()
})

test('somebody who asked to become an admin reads their code from a banner until they are one', async () => {
  const grace = await join('Grace', { role: 'viewer' })
  askForAdmin(grace.replica, true)
  await show(grace.replica)
  const banner = page.getByRole('region', { name: 'Your rights here' })
  await expect.element(banner).toHaveTextContent('You can read. To become an admin, read this code to an admin: K7QF2-M9DXW')
  await exchange(grace.replica, owner)
  done(owner, 'generate_capability', { to: grace.replica.actor, role: 'admin' })
  await exchange(owner, grace.replica)
  await expect.element(banner).not.toBeInTheDocument()
})

test('on a phone nothing of it runs out of the page', async () => {
  await join('Grace Brewster Murray Hopper of the Harvard Computation Laboratory', { role: 'member' })
  await join('coder-1', { role: 'agent', files: ['packages/a/very/long/path/**/that/does/not/fit/on/a/phone/at/all/*.test.ts'] })
  await show(owner, 360)
  await expect.element(page.getByRole('listitem', { name: 'coder-1' })).toBeVisible()
  const wide = [...document.querySelectorAll('#main *')].filter((element) => element.getBoundingClientRect().right > 360.5)
  expect(wide.map((element) => element.outerHTML.slice(0, 120))).toEqual([])
})

interface Guest {
  readonly replica: Replica
  readonly peer: TestPeer
}

let seed = 20

/** Somebody who comes in by an invite, says their name, and is known to the owner. */
async function join(name: string, spec: InviteSpec, by: Replica = owner): Promise<Guest> {
  const { member, peer } = await joined(by, seed++, clock, spec)
  describeSelf(member, { name, color: '#0a7d5a' })
  await exchange(member, by)
  if (by !== owner) await exchange(by, owner)
  await exchange(owner, member)
  clock.ms += 1000
  return { replica: member, peer }
}

/** Some tasks of somebody's, known to the owner. */
async function work(replica: Replica, tasks: number): Promise<void> {
  clock.ms += 60_000
  for (let i = 0; i < tasks; i++) done(replica, 'create_task', { title: `Task ${i}` })
  await exchange(replica, owner)
  clock.ms += 60_000
}

/** Ends all that somebody holds as of an instant. */
function end({ actor }: Replica, asOf: number): void {
  for (const { id } of done(owner, 'list_capabilities', { holder: actor, live: true }))
    done(owner, 'revoke_capability', { id, asOf, reason: 'enough' })
}

/** Two batches of one device in one place; answers their ids. */
async function forkOf({ ports, disk }: TestPeer): Promise<string[]> {
  for (const title of ['One', 'Another']) {
    const twin = await openReplica(owner.workspace, {
      ...ports,
      store: memoryStore({ disk: structuredClone(disk) }),
      openFeed: async () => ({ feed: 'ab'.repeat(8), head: null, release: async () => undefined }),
    })
    done(twin, 'create_task', { title })
    await exchange(twin, owner)
  }
  const [fork] = owner.history.forks()
  return (fork?.ordinals ?? []).map((ordinal) => Array.from(owner.history.idOf(ordinal), hexOf).join(''))
}

function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

function titles({ views }: Replica): string[] {
  return [...views.tasks()].map((id) => views.task(id)?.title ?? '').toSorted()
}

async function show(replica: Replica = owner, width = 1280): Promise<Session> {
  clock.ms = Date.now()
  const session = await sessionOf(replica)
  close = await showAt(session, links.people(session.workspaceId), width)
  return session
}

async function choose(menu: string, item: string): Promise<void> {
  await userEvent.click(page.getByRole('button', { name: menu }))
  await userEvent.click(page.getByRole('menuitem', { name: item }))
}
