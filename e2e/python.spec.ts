/** Agents outside, as most are: Python, `requests`, a token in the session's headers. */

import { addAgent, call } from './agents-outside.ts'
import { expect, test } from './host.ts'
import { joinByLink, onBoard, stateHash } from './people.ts'
import { findPython, NO_PYTHON, runPython } from './python.ts'

const python = findPython()

interface Answered {
  readonly status: number
  readonly body: unknown
}

test('the five lines of requests that the README promises work with a token', async ({ host }) => {
  test.skip(python === undefined, NO_PYTHON)
  const { agent, token, url, actor } = await addAgent(host, 'scripted')
  const script = runPython(python ?? '', 'python-agent.py', { WORKNODE_URL: url, WORKNODE_TOKEN: token, WORKNODE_AGENT: agent })
  const said = JSON.parse(await script.ask('five')) as Record<'titles' | 'made' | 'put' | 'mine' | 'events', unknown>
  expect(said.made).toMatchObject({ title: 'Implement feature', status: 'backlog', createdBy: actor })
  expect(said.titles).toEqual(['Implement feature'])
  expect(said.put).toEqual([200, expect.objectContaining({ status: 'done' })])
  expect(said.mine).toEqual([])
  expect(said.events).toMatchObject({
    events: expect.arrayContaining([expect.objectContaining({ type: 'task.created', actor })]),
    next: expect.any(String),
  })
  expect(await script.end()).toBe(0)
})

test('a Python agent and a person work on one board: the browser closes, the agent goes on, the browser returns and shows it', async ({
  browser,
  host,
}) => {
  test.skip(python === undefined, NO_PYTHON)
  const ada = await joinByLink(browser, host.link)
  await ada.page.getByRole('textbox', { name: 'Add a task to Ready' }).fill('Lay the cable')
  await ada.page.keyboard.press('Enter')
  const { agent, token, url, actor } = await addAgent(host, 'cable layer')
  const script = runPython(python ?? '', 'python-agent.py', { WORKNODE_URL: url, WORKNODE_TOKEN: token, WORKNODE_AGENT: agent })
  const ask = async (line: string): Promise<Answered> => JSON.parse(await script.ask(line)) as Answered

  // What the person wrote comes to the host, and there the agent takes it.
  const asked = async (): Promise<{ id: string; key: string; title: string }[]> => (await ask('ask GET /tasks')).body as never
  await expect.poll(async () => (await asked()).map(({ title }) => title)).toEqual(['Lay the cable'])
  const [task] = await asked()
  const claimed = await ask(`ask POST /tasks/${task?.id}/claim {}`)
  expect(claimed.status, JSON.stringify(claimed)).toBeLessThan(300)
  const { run } = claimed.body as { run: string }
  expect((await ask(`ask POST /tasks/${task?.id}/confirm {"run":"${run}"}`)).status).toBeLessThan(300)
  await expect(ada.page.getByRole('listitem', { name: /Lay the cable, worked on/ })).toContainText('cable layer')

  const address = ada.page.url()
  await ada.page.close()
  expect(
    (await ask(`ask POST /tasks/${task?.id}/progress {"run":"${run}","progress":50,"step":"half_way"}`)).status,
  ).toBeLessThan(300)
  expect((await ask('ask POST /tasks {"title":"Test_the_cable"}')).status).toBe(201)
  expect((await ask(`ask POST /tasks/${task?.id}/submit {"run":"${run}","summary":"laid"}`)).status).toBeLessThan(300)

  const page = await ada.context.newPage()
  await page.goto(address)
  await onBoard(page)
  await expect(page.getByText('Test_the_cable')).toBeVisible()
  const column = page.getByRole('list', { name: 'In review' })
  await expect(column.getByText('Lay the cable')).toBeVisible()
  const status = await call({ url, token }, 'GET', `/tasks/${task?.id}`)
  expect(await status.json()).toMatchObject({ status: 'in_review', run: { agent: actor, id: run } })
  expect(await stateHash(page)).toMatch(/^[0-9a-f]{64}$/)
  expect(await script.end()).toBe(0)
})
