import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { STATUSES } from '../../core/fields.ts'
import { EVERY_OPERATION } from '../../operations/every-operation.ts'
import { linesOf } from './answers.ts'
import { completionCommand, completionOf } from './completion.ts'
import { placeOf, rootOf } from './hook-paths.ts'
import { inputOf, type OperationCommand, operationCommands } from './operations.ts'
import { tableCommands } from './table-commands.ts'

const commands = operationCommands()
const commandOf = (operation: string): OperationCommand => commands.find((one) => one.operation === operation)!

test('every operation has one command, and no two have the same', () => {
  expect(commands.map(({ operation }) => operation)).toEqual(Object.keys(EVERY_OPERATION))
  expect(new Set(commands.map(({ group, verb }) => `${group} ${verb}`)).size).toBe(commands.length)
})

test.each([
  ['create_task', 'tasks', 'create'],
  ['update_tasks', 'tasks', 'update-tasks'],
  ['list_runs', 'tasks', 'list-runs'],
  ['answer_question', 'comments', 'answer-question'],
  ['generate_capability', 'capabilities', 'generate'],
  ['stop_all', 'agents', 'stop-all'],
  ['authorize', 'authorize', 'authorize'],
])('%s is "worknode %s %s"', (operation, group, verb) => {
  expect(commandOf(operation)).toMatchObject({ group, verb })
})

test('what is typed becomes what the operation takes', () => {
  const options = { title: 'x', priority: '1', labels: ['a', 'b'], due: 'none', dependencies: '[{"to":"WN-2"}]' }
  expect(inputOf(commandOf('create_task'), [], options)).toEqual({
    title: 'x',
    priority: 1,
    labels: ['a', 'b'],
    due: null,
    dependencies: [{ to: 'WN-2' }],
  })
  expect(inputOf(commandOf('update_check'), ['WN-1', 'c'], { done: true })).toEqual({ id: 'WN-1', check: 'c', done: true })
  expect(inputOf(commandOf('create_task'), [], { priority: 'high' })).toBe('--priority takes a number, not "high".')
  expect(inputOf(commandOf('create_task'), [], { dependencies: '[' })).toMatch(/^--dependencies takes JSON: /)
})

describe('completion', () => {
  const program = new Command('worknode').addCommand(completionCommand())
  for (const command of tableCommands()) program.addCommand(command)
  const complete = (...words: string[]): ReturnType<typeof completionOf> => completionOf(program, words)

  test.each([
    [['tas'], ['tasks']],
    [['tasks', 'cre'], ['create']],
    [['tasks', 'create', '--no'], ['--not-before']],
    [
      ['tasks', 'create', '--status', 'in'],
      ['in_progress', 'in_review'],
    ],
    [['tasks', 'create', '--status', ''], STATUSES],
    [['tasks', 'create', '--title', ''], []],
    [['authorize', '--verb', 'cr'], ['create']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['nothing', 'of', 'this', ''], []],
  ])('%j', (words, candidates) => {
    expect(complete(...words).candidates).toEqual(candidates)
  })

  test('keys are asked for where one can stand', () => {
    expect(complete('tasks', 'get', 'WN').wantsKey).toBe(true)
    expect(complete('tasks', 'move', 'WN-1', '--parent', '').wantsKey).toBe(true)
    expect(complete('tasks', 'get', 'WN-1', '').wantsKey).toBe(false)
    expect(complete('tasks', 'create', '--title', '').wantsKey).toBe(false)
  })
})

test('what others wrote cannot move the cursor, begin a line or hide behind letters of another direction', () => {
  const title = 'a\u001B[2J\u001B]0;x\u0007b\nc\u202Ed'
  const [line, ...rest] = linesOf({ type: 'task', key: 'WN-1', status: 'ready', priority: 2, progress: 0, title, ready: true })
  expect(rest).toEqual([])
  expect(line).toMatch(/^WN-1 {6}ready {8}p2 {2}0% {4}ab c d$/)
})

describe('where a file of a hook lies', () => {
  let root = ''
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'worknode-hook-'))
    for (const folder of ['project/.git', 'project/src', 'elsewhere']) mkdirSync(join(root, folder), { recursive: true })
    writeFileSync(join(root, 'project/src/a.ts'), '')
    symlinkSync(join(root, 'elsewhere'), join(root, 'project/src/out'), 'junction')
    symlinkSync(join(root, 'elsewhere/new.ts'), join(root, 'project/src/dangling.ts'))
    symlinkSync(join(root, 'project/src/circle.ts'), join(root, 'project/src/circle.ts'))
    symlinkSync(join(root, 'project'), join(root, 'link'), 'junction')
  })
  afterAll(() => rmSync(root, { recursive: true }))

  test.each([
    ['src/a.ts', 'project', { path: 'src/a.ts', verb: 'update' }],
    ['a.ts', 'project/src', { path: 'src/a.ts', verb: 'update' }],
    ['src/new/deep.ts', 'project', { path: 'src/new/deep.ts', verb: 'create' }],
    ['src/../src/./a.ts', 'project', { path: 'src/a.ts', verb: 'update' }],
    ['src/a.ts', 'link', { path: 'src/a.ts', verb: 'update' }],
  ])('%s in %s is inside', (path, cwd, place) => {
    expect(placeOf(path, join(root, cwd), rootOf(join(root, cwd)))).toEqual(place)
  })

  test.each(['../elsewhere/a.ts', '/etc/passwd', '.', 'src/out/a.ts', 'src/dangling.ts', 'src/circle.ts', 'src/a.ts/b.ts'])(
    '%s is outside, whatever its name looks like',
    (path) => {
      expect(placeOf(path, join(root, 'project'), join(root, 'project'))).toMatchObject({ path, outside: true })
    },
  )
})
