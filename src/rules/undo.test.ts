import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { OPERATIONS, type OperationName } from '../operations/table.ts'
import { UNDO_LAW } from '../ui/undo-law.ts'
import { brokenUndo } from './undo.ts'

/** Said by no words of theirs that they lose nothing. */
const lawful = (Object.keys(OPERATIONS) as OperationName[]).filter((name) => UNDO_LAW[name].name !== 'nothingLost')

test('nothing in the UI takes away or moves past the law of Undo', () => {
  const root = fileURLToPath(new URL('../', import.meta.url))
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => /\.tsx?$/.test(path))
  const sources = new Map(paths.map((path) => [path.split(sep).join('/'), readFileSync(join(root, path), 'utf8')]))
  expect(sources.has('ui/act.ts')).toBe(true)
  expect(brokenUndo(sources, lawful)).toEqual([])
})

test('the law has what deletes, moves, assigns and settles', () => {
  expect(lawful).toEqual(expect.arrayContaining(['delete_task', 'order_task', 'move_task', 'assign_task', 'resolve_conflict']))
  expect(lawful).not.toContain('create_task')
})

test.each([
  ["session.run('delete_task', { id })", ['ui/x.ts: runs delete_task without its way back']],
  ["run({ replica }, 'order_task', input)", ['ui/x.ts: runs order_task without its way back']],
  ["act('delete_task', { id })", []],
  ["session.run('create_task', { title })", []],
])('%s', (text, broken) => {
  expect(brokenUndo(new Map([['ui/x.ts', text]]), lawful)).toEqual(broken)
})
