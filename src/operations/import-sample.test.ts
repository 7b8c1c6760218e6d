import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { STATUSES } from '../core/fields.ts'
import { founded } from '../replica/cluster.fixture.ts'
import { exported, imported, recordsIn } from './import-data.fixture.ts'

test('the sample plan fills the board, has work that is ready, and leaves as it came', async () => {
  const text = readFileSync(join(import.meta.dirname, '../../public/samples/tool-library.jsonl'), 'utf8')
  const { owner } = await founded()
  expect(await imported(owner, text)).toMatchObject({ created: 25, unresolved: 0, skipped: 0, conflictHunks: 0 })
  const filled = STATUSES.filter((status) => owner.views.column(status).length > 0)
  expect(filled).toEqual(['backlog', 'ready', 'in_progress', 'blocked', 'done', 'cancelled'])
  expect([...owner.views.tasks()].filter((id) => owner.views.task(id)?.ready).length).toBeGreaterThan(3)
  expect(recordsIn(exported(owner))).toEqual(recordsIn(text))
})
