/** What the store says of a write that takes several steps, after each of them. */

import { expect, test } from 'vitest'
import { founded } from './cluster.fixture.ts'

test('a write in several steps is answered in the store once all of them are there, however soon it was done', async () => {
  const seen: (readonly [batches: number, text: string | undefined])[] = []
  const { owner } = await founded(1, undefined, {
    afterWrite: (_, { log, receipts }) => seen.push([log.length, receipts.find(({ name }) => name === 'import')?.text]),
  })
  await owner.saved()
  const before = seen.at(-1)?.[0] ?? 1
  const add = (title: string): void =>
    owner.transact(null, (tx) => void tx.create({ type: 'task', number: 1, fields: [['title', title]] }))
  const act = async (): Promise<string> => {
    add('One')
    // Until the first batch is closed, and no longer.
    for (let n = 0; n < 5; n++) await Promise.resolve()
    add('Two')
    return 'done'
  }
  await owner.once('import', 'begun', act, (done) => done)
  await owner.saved()
  expect(seen.at(-1)).toEqual([before + 2, 'done'])
  for (const [batches, text] of seen) if (text === 'done') expect(batches).toBe(before + 2)
})
