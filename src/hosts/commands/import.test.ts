import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, expect, test } from 'vitest'
import { openNodeWorkspace } from '../node-workspace.ts'
import { exportTo } from './export.ts'
import { importFile } from './import.ts'

const root = await mkdtemp(join(tmpdir(), 'worknode-cli-'))
afterAll(() => rm(root, { recursive: true }))

const PLAN =
  '{"id":"a","title":"One","status":"open","priority":1,"issue_type":"task","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}\n'

function told(): { readonly said: string[]; write(text: string): void; say(line: string): void } {
  const said: string[] = []
  return { said, write: (text) => void said.push(text), say: (line) => void said.push(line) }
}

async function plan(name: string, text: string): Promise<string> {
  const file = join(root, name)
  await writeFile(file, text)
  return file
}

test('a plan that was imported is there in the next process, and leaves as it came', async () => {
  const data = join(root, 'one')
  const output = told()
  expect(await importFile(await plan('plan.jsonl', PLAN), { data }, openNodeWorkspace, output)).toBe(0)
  expect(output.said).toContain('1 task created, 0 updated, 0 unchanged\n')
  const parts: Buffer[] = []
  const stdout = new Writable({ write: (part: Buffer, _, done) => (parts.push(part), done()) })
  expect(await exportTo(undefined, { data }, openNodeWorkspace, stdout, output.say)).toBe(0)
  expect(Buffer.concat(parts).toString()).toBe(PLAN)
  const file = join(root, 'out.jsonl')
  expect(await exportTo(file, { data }, openNodeWorkspace, stdout, output.say)).toBe(0)
  expect(await readFile(file, 'utf8')).toBe(PLAN)
})

test('lines that had to be left out show in the exit code and the report', async () => {
  const output = told()
  expect(
    await importFile(await plan('half.jsonl', `${PLAN}{"id":\n`), { data: join(root, 'two') }, openNodeWorkspace, output),
  ).toBe(2)
  expect(output.said.join('')).toContain('line 2: it is not JSON')
})

test('a file that is not there or no plan is one line and exit code 1', async () => {
  const data = join(root, 'three')
  for (const file of [join(root, 'nowhere'), await plan('empty.jsonl', '')]) {
    const output = told()
    expect(await importFile(file, { data }, openNodeWorkspace, output)).toBe(1)
    expect(output.said).toHaveLength(1)
  }
})

test('while the host has the workspace open, the command says so and stops', async () => {
  const data = join(root, 'four')
  const host = await openNodeWorkspace(data)
  const output = told()
  expect(await importFile(await plan('plan.jsonl', PLAN), { data }, openNodeWorkspace, output)).toBe(1)
  expect(output.said.join('')).toContain('has the workspace open')
  await host.close()
})
