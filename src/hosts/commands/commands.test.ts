import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, expect, test } from 'vitest'
import { openNodeWorkspace } from '../node-workspace.ts'
import type { Event } from '../../core/event.ts'
import { exportTo } from './export.ts'
import { importFile } from './import.ts'
import { verifyFile } from './verify.ts'

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

test('the log leaves whole, and is checked from zero: the workspace, what counts, and whether anything is wrong', async () => {
  const data = join(root, 'five')
  const output = told()
  await importFile(await plan('plan.jsonl', PLAN), { data }, openNodeWorkspace, output)
  const file = join(root, 'five.log')
  const stdout = new Writable({ write: (_part, _, done) => done() })
  expect(await exportTo(file, { data, log: true }, openNodeWorkspace, stdout, output.say)).toBe(0)
  const [lines, events, wrong] = [told(), told(), told()]
  expect(await verifyFile(file, {}, lines, output)).toBe(0)
  expect(lines.said.join('')).toMatch(/^workspace {4}[0-9a-f]{64}\nstate {8}[0-9a-f]{64}\n[\s\S]*This proves/)
  expect(await verifyFile(file, { events: true }, events, output)).toBe(0)
  const created = events.said.map((line) => JSON.parse(line) as Event).find(({ type }) => type === 'task.created')
  expect(created).toMatchObject({ valid: true, data: { fields: { title: 'One' } } })

  const bytes = await readFile(file)
  bytes[bytes.length - 3] = (bytes.at(-3) as number) ^ 1
  await writeFile(file, bytes)
  expect(await verifyFile(file, {}, wrong, output)).toBe(1)
  expect(wrong.said.join('')).toContain('Something is wrong')
  expect(wrong.said.join('')).not.toContain('This proves')
})

test('what is no log, and a file that is not there, are one line and exit code 1', async () => {
  for (const file of [join(root, 'nowhere.log'), await plan('no.log', 'PK and so on'), await plan('none.log', '')]) {
    const [lines, problems] = [told(), told()]
    expect(await verifyFile(file, {}, lines, problems)).toBe(1)
    expect([lines.said, problems.said.length]).toEqual([[], 1])
  }
})
