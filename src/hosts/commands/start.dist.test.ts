/**
 * What the built command line loads before it does anything. A hook stands before every edit of an agent, and a shell asks at each
 * Tab: so a command loads what it needs. Counted in packages, as Node itself reports what it ran, since times say nothing here.
 */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const cli = fileURLToPath(new URL('../../../build/host/cli.js', import.meta.url))

interface Coverage {
  readonly result: readonly { readonly url: string }[]
}

function packagesOf(args: readonly string[], input = ''): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'worknode-start-'))
  try {
    const env = { ...process.env, NODE_V8_COVERAGE: folder, WORKNODE_URL: 'http://127.0.0.1:9', WORKNODE_TOKEN: 't' }
    const { stderr } = spawnSync(process.execPath, [cli, ...args], { env, input, encoding: 'utf8' })
    expect(stderr).not.toMatch(/Error/)
    const urls = readdirSync(folder).flatMap((name) =>
      (JSON.parse(readFileSync(join(folder, name), 'utf8')) as Coverage).result.map(({ url }) => url),
    )
    expect(urls.some((url) => url.endsWith('/build/host/cli.js'))).toBe(true)
    const packages = urls.flatMap((url) => /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? [])
    return [...new Set(packages)].toSorted()
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const EDIT = JSON.stringify({ tool_name: 'Edit', tool_input: { file_path: 'a.ts' } })

test.each([
  [['hook'], EDIT],
  [['mcp'], ''],
  [['events', '--help'], ''],
])('%j loads nothing of the host and nothing of the operations', (args, input) => {
  expect(packagesOf(args, input)).toEqual(['commander'])
})

test('commands of the table load the operations, and nothing of the host', () => {
  const loaded = packagesOf(['tasks', '--help'])
  expect(loaded).toEqual(expect.arrayContaining(['commander', 'yjs']))
  const ofHost = [
    'hono',
    'ws',
    'pino',
    'prom-client',
    'y-webrtc',
    'quickjs-emscripten-core',
    '@modelcontextprotocol/server',
    'ai',
  ]
  for (const name of ofHost) expect(loaded).not.toContain(name)
})
