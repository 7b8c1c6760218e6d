/** The package as somebody else's program gets it: from the build, through `exports`, with its types. */

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'worknode-consumer-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules', 'worknode'), 'junction')
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
})

afterAll(() => rmSync(folder, { recursive: true }))

test('a program imports the package and calls a host', () => {
  const program = `
    import { createServer } from 'node:http'
    import { Client, WorknodeError } from 'worknode'
    const server = createServer((request, response) => {
      response.writeHead(404, { 'Content-Type': 'application/problem+json' })
      response.end(JSON.stringify({ code: 'not_found', detail: request.url }))
    })
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    const client = new Client('http://127.0.0.1:' + server.address().port, 'token')
    try {
      await client.task('WN-1')
    } catch (error) {
      console.log(error instanceof WorknodeError, error.code, error.detail)
    }
    server.closeAllConnections()
    server.close()
  `
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: folder, encoding: 'utf8' })
  expect(said).toBe('true not_found /api/v1/tasks/WN-1\n')
})

test.each([
  [
    'right use compiles',
    `import { Client, type TaskData } from 'worknode'
     const client = new Client('http://localhost:8080', 'token')
     const task = await client.createTask({ title: 'x', labels: ['bug'] })
     const data: TaskData = task.data
     const { allowed }: { allowed: boolean } = await client.call('authorize', { verb: 'update', type: 'document', path: data.title })
     for (const one of await client.queryTasks({ status: 'ready', assignee: 'me' })) console.log(one.key, one.data.run?.agent, allowed)`,
    [],
  ],
  [
    'an operation that is not there, or takes something else, does not',
    `import { Client } from 'worknode'
     const client = new Client()
     void client.call('make_coffee', {})
     void client.createTask({ name: 'x' })`,
    [/make_coffee/, /name/],
  ],
] as const)('%s', (_, text, errors) => {
  writeFileSync(join(folder, 'program.ts'), text)
  const options = [
    '--strict',
    '--noEmit',
    '--skipLibCheck',
    '--target',
    'es2022',
    '--module',
    'nodenext',
    '--lib',
    'es2023,dom,dom.asynciterable',
  ]
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const { stdout } = spawnSync(process.execPath, [tsc, ...options, 'program.ts'], { cwd: folder, encoding: 'utf8' })
  const lines = stdout.split('\n').filter((line) => /error TS/.test(line))
  expect(lines, stdout).toHaveLength(errors.length)
  for (const [index, error] of errors.entries()) expect(lines[index]).toMatch(error)
})

test('what an HTTP client loads has neither the operations nor their schemas', () => {
  const seen = new Set<string>()
  const load = (file: string): string => {
    if (seen.has(file)) return ''
    seen.add(file)
    const text = readFileSync(join(root, 'build', 'sdk', file), 'utf8')
    const imports = [...text.matchAll(/^import .* from "(.+)"/gm)].map(([, from]) => from as string)
    expect(imports.filter((from) => !from.startsWith('./'))).toEqual([])
    return text + imports.map((from) => load(from.slice(2))).join('')
  }
  const text = load('worknode.js')
  expect(text.length).toBeLessThan(64 * 1024)
  expect(text).not.toContain('safeParse')
})
