/** One change until it would survive a kill, against one raw `strict` put of as many bytes; taken in turns. */

import { openDB } from 'idb'
import { closeWorkspace, openWorkspace, ownerKeys, randomBytes, workloadInfo } from './workspace.ts'

export interface DurableRates {
  readonly changeMs: number
  readonly putMs: number
}

export async function durableRates(rounds: number): Promise<DurableRates> {
  const info = await workloadInfo()
  const opened = await openWorkspace(info, await ownerKeys(info))
  const { replica, store } = opened
  const db = await openDB('bench-put', 1, { upgrade: (made) => void made.createObjectStore('log') })
  const task = replica.views.column('ready')[0]
  if (!task) throw new Error('W has no ready task')
  const before = await store.size()
  const changes: number[] = []
  const puts: number[] = []
  for (let i = 0; i < rounds; i++) {
    const startedAt = performance.now()
    replica.transact('Edit', (tx) => tx.set(task, 'title', `Title ${i} of many`))
    await replica.saved()
    const changedAt = performance.now()
    const tx = db.transaction('log', 'readwrite', { durability: 'strict' })
    await tx.store.put(randomBytes(WIRE_BYTES), i)
    await tx.done
    changes.push(changedAt - startedAt)
    puts.push(performance.now() - changedAt)
  }
  const after = await store.size()
  if (after.batches - before.batches !== rounds) throw new Error('some change was not stored')
  db.close()
  await closeWorkspace(opened)
  return { changeMs: median(changes), putMs: median(puts) }
}

/** About what a batch of one change has. */
const WIRE_BYTES = 420

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}
