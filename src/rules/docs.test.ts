/**
 * What the docs show, works: the examples of `docs/javascript.md` compile as a program of somebody else's, and each of them runs,
 * against a board in memory in place of the host that it names.
 */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { transformWithOxc } from 'vite'
import { testDoor } from '../api/door.fixture.ts'
import * as sdk from '../sdk/worknode.ts'

const root = process.cwd()
const folder = mkdtempSync(join(tmpdir(), 'worknode-docs-'))
afterAll(() => rmSync(folder, { recursive: true }))

function examplesIn(file: string, language: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, example]) => example as string)
}

const examples = examplesIn('docs/javascript.md', 'ts')
const [script = ''] = examplesIn('docs/agents.md', 'ts')

test('the examples for JavaScript compile', () => {
  const scripted = relative(folder, join(root, 'src', 'agents', 'scripted.ts')).replaceAll('\\', '/')
  const files = [...examples, `import type { Script } from './${scripted}'\n${script}`].map((example, index) => {
    writeFileSync(join(folder, `example-${index}.ts`), example)
    return `./example-${index}.ts`
  })
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noUnusedLocals: false,
      typeRoots: [join(root, 'node_modules', '@types')],
      types: ['node'],
      paths: { worknode: [`./${relative(folder, join(root, 'src', 'sdk', 'worknode.ts')).replaceAll('\\', '/')}`] },
    },
    files,
    include: [],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })
  expect(`${status} ${stdout}`).toBe('0 ')
})

test.each(examples.map((example, index) => [index + 1, example] as const))(
  'example %i for JavaScript runs',
  async (_, example) => {
    const board = await testDoor()
    const said: unknown[][] = []
    class Client extends sdk.Client {
      constructor() {
        super('http://host', 'owner', { fetch: async (request) => board.app.fetch(request) })
      }
    }
    const { code } = await transformWithOxc(example.replace(/^import .*\n/m, ''), 'example.ts')
    const AsyncFunction = (async () => {}).constructor as new (...words: string[]) => (...values: unknown[]) => Promise<void>
    await new AsyncFunction('Client', 'WorknodeError', 'console', code)(Client, sdk.WorknodeError, {
      log: (...words: unknown[]) => void said.push(words),
    })
    expect(said.length).toBeGreaterThan(0)
  },
)

test('the script that the docs show reads a task, then hands it in', async () => {
  const { code } = await transformWithOxc(script, 'script.ts')
  const { firstLook } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
    firstLook: (given: object) => { calls: { name: string }[] }
  }
  const names = [0, 1].map((turn) => firstLook({ turn, task: { key: 'WN-1' } }).calls.map(({ name }) => name))
  expect(names).toEqual([['read_task'], ['submit']])
})

test('the hook that the docs install stands before every tool that edits files', () => {
  const [settings] = examplesIn('docs/claude-code.md', 'json').map((text) => JSON.parse(text) as Settings)
  const [{ matcher, hooks }] = settings!.hooks.PreToolUse as [Settings['hooks']['PreToolUse'][number]]
  for (const tool of ['Edit', 'Write', 'MultiEdit', 'NotebookEdit']) expect(tool).toMatch(new RegExp(`^(?:${matcher})$`))
  expect(hooks).toEqual([{ type: 'command', command: 'npx worknode hook', timeout: 20 }])
})

interface Settings {
  readonly hooks: { readonly PreToolUse: readonly { readonly matcher: string; readonly hooks: readonly unknown[] }[] }
}
