import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Replica } from '../replica/replica.ts'
import { createHostLog } from './host-log.ts'
import { type Host, startHost } from './node.ts'
import { joinWorkspace, type JoinPorts } from './node-join.ts'
import { readSettings } from './settings.ts'

const root = await mkdtemp(join(tmpdir(), 'worknode-join-'))
afterAll(() => rm(root, { recursive: true }))

const ports: JoinPorts = { log: createHostLog('silent'), say: () => {}, signal: new AbortController().signal }

function started(name: string, port = '0'): Promise<Host> {
  const read = readSettings({ LOG_LEVEL: 'silent' }, { port, data: join(root, name) })
  if (!read.ok) throw new Error(read.refusal.detail)
  return startHost(read.value, root)
}

function titles({ views }: Replica): string[] {
  return [...views.tasks()].map((id) => views.task(id)?.title ?? '').toSorted()
}

function until(replica: Replica, reached: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (!reached()) return
      stop()
      resolve()
    }
    const stop = replica.onDurable(check)
    check()
  })
}

/** A host that was away is dialled again after half a minute at the latest, and here two are away in turn, on a machine with other work. */
const REDIAL_BOUND_MS = 150_000

/** By an agent that lives at that host. */
async function write(host: Host, token: string, title: string): Promise<void> {
  const answer = await fetch(new URL('/api/tasks', host.url), {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ title }),
  })
  expect(answer.status).toBe(201)
}

async function agentAt({ workspace }: Host, name: string): Promise<string> {
  const made = await workspace.agents.add(workspace.replica, { name, role: 'agent' })
  if (!made.ok) throw new Error(made.refusal.detail)
  return made.value.token
}

test(
  'two hosts serve one workspace: each has agents of its own, goes on while the other is away, and all is on both afterwards',
  async () => {
    let one = await started('one')
    const { port } = new URL(one.url)
    expect(await joinWorkspace(join(root, 'two'), one.url, ports)).toMatchObject({
      ok: true,
      value: { peers: [`ws://localhost:${port}/peer`] },
    })
    const two = await started('two')
    expect(two.workspace.replica.workspace).toEqual(one.workspace.replica.workspace)
    expect(two.workspace.replica.actor).not.toBe(one.workspace.replica.actor)
    const [here, there] = [await agentAt(one, 'here'), await agentAt(two, 'there')]
    await write(one, here, 'By the first')
    await write(two, there, 'By the second')
    for (const { workspace } of [one, two]) await until(workspace.replica, () => titles(workspace.replica).length === 2)

    await one.close()
    await write(two, there, 'While the first was away')
    one = await started('one', port)
    const { replica } = one.workspace
    await until(replica, () => titles(replica).length === 3)
    expect(titles(replica)).toEqual(['By the first', 'By the second', 'While the first was away'])
    expect(two.workspace.replica.quarantine.size).toBe(0)

    // With nothing but what is in its folder it opens what is written from here on.
    await two.close()
    const again = await started('two')
    await write(one, here, 'After the second came back')
    const { replica: other } = again.workspace
    await until(other, () => titles(other).includes('After the second came back'))
    expect(await other.stateHash()).toBe(await replica.stateHash())
    await again.close()
    await one.close()
  },
  REDIAL_BOUND_MS,
)

test('a link that leads nobody in changes nothing, and a folder with a workspace is left alone', async () => {
  const host = await started('three')
  const given = new AbortController()
  given.abort()
  const nobody = await joinWorkspace(join(root, 'four'), host.url, { ...ports, signal: given.signal })
  expect(nobody).toMatchObject({ ok: false, refusal: { code: 'unavailable' } })
  expect(await readdir(join(root, 'four'))).toEqual([])
  expect(await joinWorkspace(join(root, 'four'), 'http://localhost/#join=x', ports)).toMatchObject({ ok: false })
  expect(await joinWorkspace(join(root, 'three'), host.url, ports)).toMatchObject({ ok: false, refusal: { code: 'wrong_state' } })
  await host.close()
})
