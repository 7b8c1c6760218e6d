/**
 * The shell blocks of the documents are run, in their order, against a host, and say what the documents say they do; so are the
 * settings that the documents give to other programs, by what those programs do with them.
 */

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { findPython } from '../../e2e/python.ts'
import { type DocsShell, docsShell } from './docs-shell.fixture.ts'
import { fencesIn } from './fences.fixture.ts'

let shell: DocsShell
afterEach(() => shell.close(), 60_000)
vi.setConfig({ testTimeout: 180_000 })

/** All of a page is done, as by somebody who reads it from the top. */
async function done(page: string): Promise<void> {
  shell = docsShell()
  for (const fence of blocksOf(page, 'sh')) await shell.run(fence)
}

function blocksOf(page: string, language: string): ReturnType<typeof fencesIn> {
  return fencesIn(readFileSync(page, 'utf8')).filter((fence) => fence.language === language)
}

function settingsOf(page: string, language: string): unknown {
  const [block] = blocksOf(page, language)
  return JSON.parse(shell.filled(block?.text ?? ''))
}

test.each(['docs/cli.md', 'docs/python.md', 'clients/python/README.md'])('the commands of %s do what it says', done)

test('the commands of docs/host.md do what it says, and a new agent’s snippets work as they are pasted', async () => {
  await done('docs/host.md')
  // The page removes its agent.
  const again = await shell.bash('npx worknode agent add another')
  const pasted = (pattern: RegExp): string => pattern.exec(again.said)?.[1] ?? ''
  const curl = await shell.bash(`${pasted(/^ {2}(curl .*)$/m)} -sS --fail-with-body`)
  expect(curl.code, curl.said).toBe(0)
  expect(JSON.parse(curl.stdout)).toEqual([])
  const python = findPython()
  if (python === undefined) return
  const lines = pasted(/^Python:\n((?: {2}.*\n)+)/m).replaceAll(/^ {2}/gm, '')
  const ran = await shell.bash(`'${python}' -`, lines.replace(/^(session\.get.*)$/m, 'print($1)'))
  expect(ran).toMatchObject({ code: 0, stdout: '[]\n' })
})

test('the commands of README.md do what it says, and its Python runs with the token', async ({ skip }) => {
  await done('README.md')
  const python = findPython()
  if (python === undefined) return skip('there is no Python with requests here')
  for (const { text } of blocksOf('README.md', 'python')) {
    const ran = await shell.bash(`'${python}' -`, `${shell.filled(text)}\nprint(task["key"])`)
    expect(ran, ran.said).toMatchObject({ code: 0, stdout: 'WN-1\n' })
  }
})

test('docs/claude-code.md: the board is registered as it says, and edits and commits stay within the agent’s files', async () => {
  await done('docs/claude-code.md')
  const [, url = '', header = ''] =
    /claude mcp add --transport http worknode (\S+) --header "Authorization: ([^"]+)"/.exec(shell.said()) ?? []
  expect(
    await toolsAt(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { Authorization: header } } })),
  ).toContain('worknode_next')

  const settings = settingsOf('docs/claude-code.md', 'json') as Settings
  const { command } = settings.hooks.PreToolUse[0].hooks[0]
  const edit = async (path: string, before = ''): Promise<string> => {
    const call = { tool_name: 'Write', tool_input: { file_path: join(shell.folder, path) }, cwd: shell.folder }
    const { code, stdout } = await shell.bash(before + command, JSON.stringify(call))
    return `${code} ${stdout === '' ? 'nothing' : (JSON.parse(stdout) as Denial).hookSpecificOutput.permissionDecision}`
  }
  expect(await edit('src/api/a.ts')).toBe('0 nothing')
  expect(await edit('src/ui/a.ts')).toBe('0 deny')
  expect(await edit('../a.ts')).toBe('0 deny')
  expect(await edit('src/api/a.ts', 'WORKNODE_TOKEN= ')).toBe('0 deny')
  expect(await edit('src/api/a.ts', 'WORKNODE_URL=http://127.0.0.1:9 ')).toBe('0 deny')

  for (const path of ['src/api/a.ts', 'src/ui/a.ts']) {
    mkdirSync(join(shell.folder, dirname(path)), { recursive: true })
    writeFileSync(join(shell.folder, path), '')
  }
  const commit = async (path: string, before = ''): Promise<number> =>
    (await shell.bash(`git add ${path} && ${before}git commit -qm "${path}"`)).code
  expect(await commit('src/api')).toBe(0)
  expect(await commit('src/ui')).toBe(1)
  await shell.bash('mv .git/hooks/pre-commit-of-all .git/hooks/pre-commit')
  expect(await commit('src/ui')).toBe(1)
  expect(await commit('src/ui', 'WORKNODE_TOKEN= ')).toBe(0)
})

test('docs/mcp.md: by either of its settings a client has the tools', async () => {
  await done('docs/mcp.md')
  const http = (settingsOf('docs/mcp.md', 'json http') as McpSettings).mcpServers.worknode
  const requestInit = { headers: http.headers ?? {} }
  expect(await toolsAt(new StreamableHTTPClientTransport(new URL(http.url ?? ''), { requestInit }))).toContain('worknode_next')
  const { command = '', args = [], env } = (settingsOf('docs/mcp.md', 'json stdio') as McpSettings).mcpServers.worknode
  const stdio = new StdioClientTransport({ command, args: [...args], env: { ...shell.env, ...env }, cwd: shell.folder })
  expect(await toolsAt(stdio)).toContain('worknode_next')
})

async function toolsAt(transport: Parameters<Client['connect']>[0]): Promise<readonly string[]> {
  const client = new Client({ name: 'docs', version: '1' })
  await client.connect(transport)
  const { tools } = await client.listTools()
  await client.close()
  return tools.map(({ name }) => name)
}

interface Settings {
  readonly hooks: { readonly PreToolUse: readonly [{ readonly hooks: readonly [{ readonly command: string }] }] }
}

interface Denial {
  readonly hookSpecificOutput: { readonly permissionDecision: string }
}

interface McpSettings {
  readonly mcpServers: {
    readonly worknode: {
      readonly url?: string
      readonly headers?: Readonly<Record<string, string>>
      readonly command?: string
      readonly args?: readonly string[]
      readonly env?: Readonly<Record<string, string>>
    }
  }
}
