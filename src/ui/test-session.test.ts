import { expect, test } from 'vitest'
import { createTestSession } from './test-session.ts'

test('the workspace of UI tests holds its samples and hears a peer', async () => {
  const session = await createTestSession(12)
  expect([...session.replica.views.tasks()]).toHaveLength(12)
  await session.remote((other) => {
    const [first] = other.views.column('ready')
    other.transact(null, (tx) => tx.set(first!, 'title', 'Heard from afar'))
  })
  const titles = [...session.replica.views.tasks()].map((id) => session.replica.views.task(id)?.title)
  expect(titles).toContain('Heard from afar')
})
