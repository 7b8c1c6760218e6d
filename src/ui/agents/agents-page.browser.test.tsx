import { afterEach, beforeEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { NodeId } from '../../core/ids.ts'
import { exchange, founded, joined, type TestClock } from '../../replica/cluster.fixture.ts'
import { describeSelf } from '../../replica/people.ts'
import type { Replica } from '../../replica/replica.ts'
import { showAt } from '../app.fixture.tsx'
import { links } from '../links.ts'
import type { PeerRow, Session } from '../session.ts'
import { sessionOf } from '../task/open-task.fixture.tsx'
import type { Settable } from '../test-session.ts'
import { done } from '../../operations/operate.fixture.ts'

let owner: Replica
let clock: TestClock
let session: Session
let close: () => void = () => undefined
beforeEach(async () => {
  ;({ owner, clock } = await founded(1, { ms: Date.now() }))
  describeSelf(owner, { name: 'Ada Byron', color: '#5b5bd6' })
})
afterEach(() => close())

test('of thirty agents a beat of one touches the row of that one, and a tick of the clock none', async () => {
  for (let i = 0; i < 30; i++) {
    const key = `01${i.toString(16).padStart(2, '0').repeat(32)}`
    done(owner, 'generate_capability', { to: key, role: 'agent' })
    done(owner, 'create_agent', { name: `coder-${i}`, actor: key })
  }
  await show()
  await expect.element(row('coder-29')).toHaveTextContent(/Quiet · not heard since you opened this page/)
  const touched = await rowsTouched(async () => {
    hear(`01${'07'.repeat(32)}`, null, '')
    await expect.element(row('coder-7')).toHaveTextContent('Idle · heard just now')
  })
  expect(touched).toEqual(['coder-7'])
  expect(
    await rowsTouched(async () => {
      done(owner, 'pause_agent', { id: `01${'03'.repeat(32)}` })
      await expect.element(row('coder-3')).toHaveTextContent('Paused by Ada Byron')
    }),
  ).toEqual(['coder-3'])
})

test('work of an agent shows as it goes, and what presence says of another’s run does not', async () => {
  done(owner, 'create_task', { title: 'Build it', status: 'ready' })
  const { member, invite } = await joined(owner, 7, clock, { role: 'agent' })
  done(owner, 'create_agent', { name: 'coder-1', invite })
  await exchange(owner, member)
  const { run: id } = done(member, 'claim_task', { id: 'WN-1' })
  await exchange(member, owner)
  await show()
  await expect.element(row('coder-1')).toHaveTextContent(/WN-1 Build it.*Claimed, not begun/)
  done(member, 'confirm_task', { id: 'WN-1' })
  done(member, 'report_progress', {
    id: 'WN-1',
    step: 'Typing',
    usage: { inputTokens: 1, outputTokens: 1, costMicros: 1_500_000 },
  })
  await exchange(member, owner)
  await expect.element(row('coder-1')).toHaveTextContent(/Working · heard just now.*Typing.*\$1\.50/)
  hear(member.actor, 'another-run', 'Boasting')
  await expect.element(row('coder-1')).toHaveTextContent('Typing')
  hear(member.actor, id, 'Typing faster')
  await expect.element(row('coder-1')).toHaveTextContent('Typing faster')
  await userEvent.click(page.getByRole('button', { name: 'Runs of coder-1' }))
  const table = page.getByRole('table', { name: 'Last runs of coder-1' })
  await expect.element(table).toHaveTextContent(/WN-1 Build it.*Working.*\$1\.50/)
  done(owner, 'stop_agent', { id: member.actor })
  await expect.element(table).toHaveTextContent('Stopped')
  expect(owner.views.task(owner.views.find('WN-1') as NodeId)).toMatchObject({ ready: true })
})

test('what comes late from an agent is no sign of life', async () => {
  ;({ owner, clock } = await founded(2, { ms: Date.now() - 3 * 3_600_000 }))
  done(owner, 'create_task', { title: 'Build it', status: 'ready' })
  const { member } = await joined(owner, 7, clock, { role: 'agent' })
  await exchange(owner, member)
  done(member, 'claim_task', { id: 'WN-1' })
  await member.saved()
  clock.ms += 3 * 3_600_000
  await show()
  await expect.element(row(/^Agent/)).toHaveTextContent('Quiet · not heard')
  await exchange(member, owner)
  await expect.element(row(/^Agent/)).toHaveTextContent(/Quiet · not heard.*last wrote 3 hr. ago.*WN-1 Build it/)
})

test('a viewer sees the agents, and no way to hold them back', async () => {
  const { member: viewer } = await joined(owner, 8, clock, { role: 'viewer' })
  done(owner, 'generate_capability', { to: `01${'ab'.repeat(32)}`, role: 'agent' })
  done(owner, 'create_agent', { name: 'coder-1', actor: `01${'ab'.repeat(32)}` })
  await exchange(owner, viewer)
  await show(viewer)
  await expect.element(row('coder-1')).toBeVisible()
  expect(page.getByRole('button', { name: /Pause|Stop|New agent/ }).elements()).toEqual([])
  await userEvent.click(page.getByRole('button', { name: 'Actions for coder-1' }))
  expect(
    page
      .getByRole('menuitem')
      .elements()
      .map((item) => item.textContent),
  ).toEqual(['Rights, on People'])
})

test('how agents work here is said in a dialog, and stands', async () => {
  await show()
  await userEvent.click(page.getByRole('button', { name: 'How agents work here' }))
  await userEvent.selectOptions(page.getByLabelText('Tasks about the same files'), 'Let only one be worked on at a time')
  await userEvent.selectOptions(page.getByLabelText('An agent that hears nobody else'), 'Waits until it hears somebody')
  await userEvent.fill(page.getByLabelText('A claim waits for others, in milliseconds'), '500')
  await userEvent.selectOptions(page.getByLabelText('Work on strict tasks begins by the word of'), 'This device')
  await userEvent.click(page.getByRole('button', { name: 'Save' }))
  await expect.element(page.getByRole('dialog')).not.toBeInTheDocument()
  expect(done(owner, 'get_policy', {})).toMatchObject({
    settleMs: 500,
    offlineClaims: 'wait',
    fileLeases: 'enforce',
    leaseAuthority: owner.actor,
  })
})

async function show(replica: Replica = owner): Promise<void> {
  session = await sessionOf(replica)
  close = await showAt(session, links.agents(session.workspaceId))
}

function row(name: string | RegExp) {
  return page
    .getByRole('list', { name: 'All agents' })
    .getByRole('listitem', typeof name === 'string' ? { name, exact: true } : { name })
}

/** Presence brings this of an agent. */
function hear(actor: string, id: string | null, step: string): void {
  const people = session.people as Settable<readonly PeerRow[]>
  const others = people.get().filter((one) => one.actor !== actor)
  const said = { name: 'x', color: '#0a7d5a', actor, task: null, self: false, run: id, step, beatAt: performance.now() }
  people.set([...others, said])
}

/** The rows in which anything changed meanwhile. */
async function rowsTouched(act: () => Promise<void>): Promise<string[]> {
  const touched = new Set<string>()
  const note = (changes: readonly MutationRecord[]): void => {
    for (const { target } of changes) {
      const element = target instanceof Element ? target : target.parentElement
      touched.add(element?.closest('li[aria-label]')?.getAttribute('aria-label') ?? 'the list')
    }
  }
  const observer = new MutationObserver(note)
  const list = page.getByRole('list', { name: 'All agents' }).element()
  observer.observe(list, { subtree: true, childList: true, characterData: true, attributes: true })
  await act()
  note(observer.takeRecords())
  observer.disconnect()
  return [...touched]
}

test('an agent is added that runs in this browser, with words on where keys are kept, and is stopped and started', async () => {
  await show()
  await page.getByRole('button', { name: 'Add an agent that runs in this browser' }).click()
  const dialog = page.getByRole('dialog', { name: 'An agent in this browser' })
  await expect.element(dialog).toHaveTextContent(/Kept in this browser only, encrypted; never in the workspace/)
  await dialog.getByLabelText('Role').selectOptions('tester')
  await expect.element(dialog).toHaveTextContent(/May write tests\/\*\*/)
  await dialog.getByRole('button', { name: 'Add and start' }).click()
  await expect.element(dialog.getByRole('alert')).toHaveTextContent('Name the model')
  await dialog.getByLabelText('What thinks for it').selectOptions('scripted')
  await expect.element(dialog).toHaveTextContent(/no model is asked/)
  await dialog.getByRole('button', { name: 'Add and start' }).click()
  const [agent] = session.hosted.list.get()
  expect(agent).toMatchObject({ name: 'Tester', model: { driver: 'scripted', script: 'demo' } })
  done(owner, 'generate_capability', { to: agent?.actor ?? '', role: 'agent' })
  done(owner, 'create_agent', { name: 'Tester', role: 'tester', actor: agent?.actor })
  await expect.element(row('Tester')).toHaveTextContent(/Runs in this browser · scripted/)
  await page.getByRole('button', { name: 'Stop Tester in this browser' }).click()
  await expect.element(row('Tester')).toHaveTextContent(/Stopped, in this browser/)
  await page.getByRole('button', { name: 'Start Tester in this browser' }).click()
  await expect.element(row('Tester')).toHaveTextContent(/Runs in this browser/)
})
