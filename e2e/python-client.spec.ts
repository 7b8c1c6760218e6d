/** The Python client against a host: its own tests, with tokens of agents that the command line made. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { ensurePython } from '../scripts/python.mjs'
import { addAgent } from './agents-outside.ts'
import { expect, test } from './host.ts'

const client = fileURLToPath(new URL('../clients/python', import.meta.url))

test('a Python program lives a task’s life on a host, loses a run, keeps to its pace, asks, follows events, its docs are right, and it answers by the conformance list', async ({
  startHost,
}) => {
  // All of it in half a minute is more than an agent may ask for in a minute.
  const host = await startHost({ RATE: '60000/10000' })
  const slow = await startHost({ RATE: '60/5' })
  const python = ensurePython((line) => console.log(line))
  test.skip(python === undefined, 'there is no Python here')
  const agent = await addAgent(host, 'Py', '--files', 'src/**')
  const other = await addAgent(host, 'Pyx', '--files', 'src/**')
  const worker = await addAgent(host, 'Worker')
  const child = spawn(python as string, ['-B', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'host_tests'], {
    cwd: client,
    env: {
      ...process.env,
      WORKNODE_URL: host.url,
      WORKNODE_TOKEN: agent.token,
      WORKNODE_OTHER_TOKEN: other.token,
      WORKNODE_WORKER_TOKEN: worker.token,
      WORKNODE_SLOW_URL: slow.url,
      WORKNODE_SLOW_TOKEN: (await readFile(join(slow.dataDir, 'owner.token'), 'utf8')).trim(),
      WORKNODE_OWNER_TOKEN: (await readFile(join(host.dataDir, 'owner.token'), 'utf8')).trim(),
    },
  })
  const [said, complaints, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ])
  expect(code, said + complaints).toBe(0)
})
