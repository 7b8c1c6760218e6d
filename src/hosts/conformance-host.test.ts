/** The conformance list against a host as it is started: over a socket, with tokens, on a disk. */

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { conformance } from '../api/conformance.contract.ts'
import { overHttp } from '../api/conformance.fixture.ts'
import { startHost, type Host } from './node.ts'
import { readSettings } from './settings.ts'

const root = await mkdtemp(join(tmpdir(), 'worknode-conformance-'))
const hosts: Host[] = []

afterAll(async () => {
  for (const host of hosts) await host.close()
  await rm(root, { recursive: true })
})

conformance('a host', async () => {
  const [one, hasty] = [await started('one', '60000/10000'), await started('hasty', '60/5')]
  const added = await fetch(new URL('host/agents', one.base), {
    method: 'POST',
    headers: { Authorization: `Bearer ${one.owner}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'worker', verbs: ['read', 'create', 'update', 'claim', 'comment', 'emit'] }),
  })
  const { token } = (await added.json()) as { readonly token: string }
  const tokens: Readonly<Record<string, string>> = { owner: one.owner, agent: token, hasty: hasty.owner }
  return {
    can: ['http', 'tokens', 'pace', 'etag', 'repeat'],
    ...overHttp((as, path, init) => {
      const { base } = as === 'hasty' ? hasty : one
      const Authorization = `Bearer ${tokens[as] ?? 'wn_nobody'}`
      return fetch(base + path.slice(1), { ...init, headers: { ...init.headers, Authorization } })
    }),
  }
})

async function started(name: string, rate: string): Promise<{ readonly base: string; readonly owner: string }> {
  const read = readSettings({ LOG_LEVEL: 'silent' }, { port: '0', data: join(root, name), rate })
  if (!read.ok) throw new Error(read.refusal.detail)
  const host = await startHost(read.value, root)
  hosts.push(host)
  const owner = (await readFile(join(root, name, 'owner.token'), 'utf8')).trim()
  return { base: `${new URL(host.url).origin}/api/v1/`, owner }
}
