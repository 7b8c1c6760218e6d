/** The built command line as others run it: real processes, a board over HTTP that answers what a test says. */

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json, text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

const cli = fileURLToPath(new URL('../../../build/host/cli.js', import.meta.url))

interface Asked {
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
  readonly body: unknown
}

let server: Server
let url = ''
let folder = ''
let asked: Asked[] = []
let answering: (asked: Asked) => readonly [status: number, body: unknown] = () => [200, {}]

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'worknode-cli-')))
  mkdirSync(join(folder, 'src'))
  writeFileSync(join(folder, 'src', 'a.ts'), 'a\n')
  execFileSync('git', ['init', '-q'], { cwd: folder })
  server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request)
      const { method = '', url: path = '' } = request
      const one = { method, path: path.replace('/api/v1', ''), authorization: request.headers.authorization, body }
      asked.push(one)
      const [status, answer] = answering(one)
      response.writeHead(status, { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' })
      response.end(JSON.stringify(answer))
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

beforeEach(() => {
  asked = []
})

function bodyOf(request: IncomingMessage): Promise<unknown> {
  return request.method === 'GET' ? Promise.resolve(undefined) : json(request)
}

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function worknode(args: readonly string[], input = '', env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const { WORKNODE_URL: _, WORKNODE_TOKEN: __, CLAUDE_PROJECT_DIR: ___, ...clean } = process.env
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: folder,
    env: { ...clean, WORKNODE_URL: url, WORKNODE_TOKEN: 'agent-token', ...env },
  })
  child.stdin.end(input)
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ])
  return { code, stdout, stderr }
}

const onlySrc = ({ body }: Asked): readonly [number, unknown] => {
  const { path } = body as { path: string }
  return [200, path.startsWith('src/') ? { allowed: true, why: 'by 12ab' } : { allowed: false, why: 'only src/** is yours.' }]
}

describe('the hook before an edit', () => {
  const call = (tool: string, input: object): string =>
    JSON.stringify({ session_id: 's', hook_event_name: 'PreToolUse', cwd: folder, tool_name: tool, tool_input: input })
  const denial = ({ stdout }: Ran): string =>
    (JSON.parse(stdout) as { hookSpecificOutput: { permissionDecisionReason: string } }).hookSpecificOutput
      .permissionDecisionReason

  test('denies what lies outside of the agent’s patterns, with the reason', async () => {
    answering = onlySrc
    const ran = await worknode(['hook'], call('Write', { file_path: join(folder, 'docs', 'plan.md'), content: '' }))
    expect(ran.code).toBe(0)
    expect(JSON.parse(ran.stdout)).toEqual({
      hookSpecificOutput: {
        hookEventName: 'PreToolUse',
        permissionDecision: 'deny',
        permissionDecisionReason: 'You may not create docs/plan.md: only src/** is yours.',
      },
    })
    expect(asked).toEqual([
      {
        method: 'POST',
        path: '/authorize',
        authorization: 'Bearer agent-token',
        body: { verb: 'create', type: 'document', path: 'docs/plan.md' },
      },
    ])
  })

  test.each([
    ['Edit', { file_path: 'src/a.ts' }, 'update', 'src/a.ts'],
    ['MultiEdit', { file_path: 'src/a.ts' }, 'update', 'src/a.ts'],
    ['NotebookEdit', { notebook_path: 'src/new.ipynb' }, 'create', 'src/new.ipynb'],
  ])('says nothing where %s is allowed, so that whatever else decides still does', async (tool, input, verb, path) => {
    answering = onlySrc
    expect(await worknode(['hook'], call(tool, input))).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(asked.map(({ body }) => body)).toEqual([{ verb, type: 'document', path }])
  })

  test('does not ask about what writes no file', async () => {
    expect(await worknode(['hook'], call('Bash', { command: 'ls' }))).toMatchObject({ code: 0, stdout: '' })
    expect(asked).toEqual([])
  })

  test('denies what lies outside of the project without asking', async () => {
    const ran = await worknode(['hook'], call('Write', { file_path: '/etc/passwd' }))
    expect(denial(ran)).toBe('/etc/passwd lies outside of the project, where no file pattern reaches.')
    expect(asked).toEqual([])
  })

  test('denies where no host answers, saying so; with --fail-open it lets the edit through and says that', async () => {
    const nowhere = { WORKNODE_URL: 'http://127.0.0.1:9' }
    const closed = await worknode(['hook'], call('Edit', { file_path: 'src/a.ts' }), nowhere)
    expect(denial(closed)).toMatch(/^src\/a\.ts is denied\. .*cannot be reached\. Is the host running\?/)
    const open = await worknode(['hook', '--fail-open'], call('Edit', { file_path: 'src/a.ts' }), nowhere)
    expect(open).toMatchObject({ code: 0, stdout: '' })
    expect(open.stderr).toContain('Allowed, as --fail-open says.')
  })

  test('denies where the token has ended, --fail-open or not', async () => {
    answering = () => [401, { code: 'unauthorized', detail: 'This token is not known here.' }]
    const ran = await worknode(['hook', '--fail-open'], call('Edit', { file_path: 'src/a.ts' }))
    expect(denial(ran)).toContain('This token is not known here. (unauthorized)')
  })

  test('never takes the owner’s rights for the agent’s: without a token it denies', async () => {
    const ran = await worknode(['hook'], call('Edit', { file_path: 'src/a.ts' }), { WORKNODE_TOKEN: '' })
    expect(denial(ran)).toContain('Say which agent this is')
    expect(asked).toEqual([])
  })

  test('stops the edit where stdin makes no sense', async () => {
    expect(await worknode(['hook'], 'not JSON')).toMatchObject({ code: 2, stdout: '' })
  })

  test('a commit is refused by the paths that are staged, and only by those', async () => {
    answering = onlySrc
    mkdirSync(join(folder, 'docs'), { recursive: true })
    writeFileSync(join(folder, 'docs', 'a b.md'), '')
    writeFileSync(join(folder, 'unstaged.md'), '')
    execFileSync('git', ['add', 'src', 'docs'], { cwd: folder })
    const refused = await worknode(['hook', 'pre-commit'])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/^You may not create docs\/a b\.md: only src\/\*\* is yours\.\n.*the commit is refused/)
    execFileSync('git', ['rm', '-q', '--cached', '-r', 'docs'], { cwd: folder })
    expect(await worknode(['hook', 'pre-commit'])).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('commands of the table', () => {
  const task = { type: 'task', key: 'WN-1', status: 'ready', ready: true, priority: 2, progress: 0, title: 'One', assignees: [] }

  test('a list for people, and as JSON', async () => {
    answering = () => [200, [task]]
    expect(await worknode(['tasks', '--status', 'ready', '--limit', '5'])).toEqual({
      code: 0,
      stdout: 'WN-1      ready        p2  0%    One\n',
      stderr: '',
    })
    expect(asked[0]).toMatchObject({ method: 'GET', path: '/tasks?status=ready&limit=5', authorization: 'Bearer agent-token' })
    expect(JSON.parse((await worknode(['tasks', 'list', '--json'])).stdout)).toEqual([task])
  })

  test('a write, by its own command and by its name', async () => {
    answering = () => [201, task]
    await worknode(['tasks', 'create', '--title', 'One', '--labels', 'a', 'b', '--priority', '1'])
    await worknode(['call', 'create_task', '--json', '{"title":"Two"}'])
    await worknode(['call', 'create-task', '--json', '-'], '{"title":"Three"}')
    expect(asked.map(({ body }) => body)).toEqual([
      { title: 'One', priority: 1, labels: ['a', 'b'] },
      { title: 'Two' },
      { title: 'Three' },
    ])
  })

  test.each([
    [['call', 'make_coffee'], /^There is no operation make_coffee\./],
    [['call', 'create_task', '--json', '{'], /^The input is not JSON/],
    [['tasks', 'create', '--title', 'x', '--priority', 'high'], /^--priority takes a number, not "high"\.\n$/],
    [['tasks', 'get', 'WN-9'], /^There is no task WN-9 here\. \(not_found\)\n$/],
    [['tasks', 'list', '--url', 'http://127.0.0.1:9'], /cannot be reached\. Is the host running\?/],
  ])('%j ends with one line and exit code 1', async (args, line) => {
    answering = () => [404, { code: 'not_found', detail: 'There is no task WN-9 here.' }]
    const ran = await worknode(args)
    expect(ran).toMatchObject({ code: 1, stdout: '' })
    expect(ran.stderr).toMatch(line)
    expect(ran.stderr.split('\n')).toHaveLength(2)
  })

  test('keys of tasks are completed', async () => {
    answering = () => [200, [task, { ...task, key: 'WN-2' }]]
    expect((await worknode(['complete', '--', 'tasks', 'get', 'WN-'])).stdout).toBe('WN-1\nWN-2\n')
    expect((await worknode(['complete', '--', 'tasks', 'get', 'WN-'], '', { WORKNODE_URL: 'http://127.0.0.1:9' })).stdout).toBe(
      '',
    )
  })

  test.each(['bash', 'zsh', 'fish'])('the script of %s asks for completions', async (shell) => {
    expect((await worknode(['completion', shell])).stdout).toContain('worknode complete --')
  })

  test('the script of bash works in bash', async () => {
    answering = () => [200, [task]]
    const script = (await worknode(['completion', 'bash'])).stdout
    const program = `worknode() { "$NODE" "$CLI" "$@"; }; ${script}
      COMP_WORDS=(worknode tasks get W); COMP_CWORD=3; _worknode; echo "\${COMPREPLY[@]}"`
    const child = spawn('bash', ['-c', program], {
      env: { ...process.env, NODE: process.execPath, CLI: cli, WORKNODE_URL: url, WORKNODE_TOKEN: 't' },
    })
    expect(await text(child.stdout)).toBe('WN-1\n')
  })
})

test('events come a line each, until the command is interrupted', async () => {
  const events = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write(`id: c1\ndata: ${JSON.stringify({ id: 'e', hlc: 'h1', type: 'task.created', actor: 'a', target: 't' })}\n\n`)
  })
  events.listen(0, '127.0.0.1')
  await once(events, 'listening')
  const there = `http://127.0.0.1:${(events.address() as AddressInfo).port}`
  const child = spawn(process.execPath, [cli, 'events', '--since', 'start', '--url', there, '--token', 't'], { cwd: folder })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  expect(line.toString()).toBe('h1  task.created  a  t\n')
  child.kill('SIGINT')
  expect(await once(child, 'close')).toEqual([0, null])
  events.closeAllConnections()
  events.close()
})
