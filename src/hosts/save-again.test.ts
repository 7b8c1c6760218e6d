/** A host whose disk is full, and then is not, with nobody there to press anything. */

import { expect, test } from 'vitest'
import { LOCAL } from '../core/limits.ts'
import { founded } from '../replica/cluster.fixture.ts'
import { openReplica } from '../replica/replica.ts'
import { memoryStore } from '../store/memory-store.ts'
import { StoreFullError } from '../store/store.ts'
import { createVirtualClock } from '../sync/pair-clock.ts'
import { createApi } from './doors.ts'
import { saveAgain } from './save-again.ts'

type Line = readonly [level: string, words: string, retryMs: number | undefined]

async function host() {
  let isFull = false
  const beforeWrite = (): void => {
    if (isFull) throw new StoreFullError('no space left on device')
  }
  const { owner: replica, peer } = await founded(1, { ms: Date.UTC(2026, 0, 1) }, { beforeWrite })
  const clock = createVirtualClock()
  const lines: Line[] = []
  let told: () => void = () => undefined
  const tells = (level: string) => (facts: { readonly retryMs?: number }, words: string) => {
    lines.push([level, words, facts.retryMs])
    told()
  }
  const log = { error: tells('error'), warn: tells('warn'), info: tells('info') } as never
  const saving = saveAgain(replica, { after: clock.after, log })
  const api = createApi({} as never, saving.unsaved)
  return {
    replica,
    saving,
    clock,
    lines,
    fill: (full: boolean) => void (isFull = full),
    async write(title: string) {
      replica.transact(null, (tx) => tx.create({ type: 'task', number: 1, fields: [['title', title]] }))
      await replica.saved()
    },
    /** To the next attempt, and through it. */
    async nextAttempt() {
      const line = new Promise<void>((resolve) => (told = resolve))
      clock.step()
      await line
    },
    async health() {
      const answer = await api.request('/api/health')
      return { status: answer.status, ...((await answer.json()) as object) }
    },
    /** What a process that begins now would find. */
    async stored() {
      const again = await openReplica(replica.workspace, { ...peer.ports, store: memoryStore({ disk: peer.disk }) })
      return [...again.views.tasks()].map((id) => again.views.task(id)?.title ?? '').toSorted()
    },
  }
}

test('what could not be saved is saved by itself once there is room, and health says how things stand', async () => {
  const { write, fill, health, nextAttempt, stored, lines, clock } = await host()
  await write('before')
  expect(await health()).toMatchObject({ status: 200, ok: true })
  fill(true)
  await write('while full')
  await write('and another')
  expect(await health()).toMatchObject({ status: 503, ok: false, problem: 'no space left on device', pending: 2, attempts: 0 })
  expect(clock.pending()).toBe(1)
  await nextAttempt()
  expect(await health()).toMatchObject({ status: 503, pending: 2, attempts: 1 })
  fill(false)
  await nextAttempt()
  expect(await health()).toMatchObject({ status: 200, ok: true })
  expect(await stored()).toEqual(['and another', 'before', 'while full'])
  expect(lines).toEqual([
    ['error', 'nothing can be saved', LOCAL.saveRetryMs],
    ['warn', 'still nothing can be saved', 2 * LOCAL.saveRetryMs],
    ['info', 'saved again', undefined],
  ])
  expect(clock.pending()).toBe(0)
})

test('the waits double up to their bound, and begin anew with the next trouble', async () => {
  const { write, fill, nextAttempt, lines } = await host()
  fill(true)
  await write('x')
  for (let i = 0; i < 8; i++) await nextAttempt()
  expect(lines.map(([, , ms]) => ms)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1000))
  fill(false)
  await nextAttempt()
  fill(true)
  await write('y')
  expect(lines.at(-1)).toEqual(['error', 'nothing can be saved', 1000])
})

test('a host that stops tries no more', async () => {
  const { write, fill, saving, clock, replica, lines } = await host()
  fill(true)
  await write('x')
  saving.close()
  fill(false)
  clock.step()
  await replica.saved()
  expect([replica.saveState.pending, lines.length]).toEqual([1, 1])
})
