import fc from 'fast-check'
import { expect, test } from 'vitest'
import { founded } from '../../replica/cluster.fixture.ts'
import type { RunRow } from '../../replica/run-row.ts'
import { documentsOf, evidenceOf } from './evidence.ts'

test('what an agent hands in is read whatever shape it has', () => {
  expect(evidenceOf({ summary: 'Runs.', checks: ['npm test', 7] })).toEqual({ summary: 'Runs.', checks: ['npm test'] })
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const { summary, checks } = evidenceOf(value as never)
      expect(typeof summary).toBe('string')
      expect(checks.every((check) => typeof check === 'string')).toBe(true)
    }),
  )
})

test('the documents of a run are those on its task, and those that its agent wrote since it began', async () => {
  const { owner, clock } = await founded()
  const write = async (path: string, fields: [string, string][] = []): Promise<void> => {
    owner.transact(null, (tx) => tx.create({ type: 'document', path, fields }))
    await owner.saved()
  }
  const task = owner.transact(null, (tx) => tx.create({ type: 'task', fields: [] }))
  await write('before.md')
  await write('on-the-task.md', [['parent', task]])
  clock.ms += 60_000
  await write('since.md')
  await write('on-another.md', [['parent', owner.transact(null, (tx) => tx.create({ type: 'task', fields: [] }))]])
  const began = new Date(clock.ms).toISOString()
  const pathsOf = (agent: string): (string | null)[] =>
    documentsOf(owner, { task, agent, began } as RunRow, owner.views.ofType('document')).map(({ path }) => path)
  expect(pathsOf(owner.actor)).toEqual(['on-the-task.md', 'since.md'])
  expect(pathsOf(`01${'b'.repeat(64)}`)).toEqual(['on-the-task.md'])
})
