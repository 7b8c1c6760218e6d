import { describe, expect, test } from 'vitest'
import type { OpenedStore } from './contract-fixtures.ts'
import { cutPower, memoryDisk, memoryStore } from './memory-store.ts'
import { receiptsContract } from './store-receipts.contract.ts'
import { storeContract } from './store.contract.ts'
import { StoreFullError, StoreGoneError } from './store.ts'

let made = 0

async function opening(): Promise<OpenedStore> {
  const disk = memoryDisk(`incarnation ${made++}`)
  let store = memoryStore({ disk })
  return {
    store,
    async reopen() {
      await store.close()
      store = memoryStore({ disk })
      return store
    },
    second: async () => memoryStore({ disk }),
  }
}

storeContract('the store in memory', opening)
receiptsContract('the store in memory', opening)

describe('faults of the store in memory', () => {
  test('a hook that throws before a write leaves the disk as it was', async () => {
    const disk = memoryDisk()
    let full = true
    const store = memoryStore({
      disk,
      beforeWrite() {
        if (full) throw new StoreFullError('no space left')
      },
    })
    await expect(store.append([new Uint8Array([1])])).rejects.toBeInstanceOf(StoreFullError)
    expect(disk.log).toEqual([])
    full = false
    expect(await store.append([new Uint8Array([1])])).toBe(1)
  })

  test('a handle killed before a write writes nothing and never answers', async () => {
    const disk = memoryDisk()
    const store = memoryStore({ disk, beforeWrite: () => store.kill() })
    expect(await settles(store.append([new Uint8Array([1])]))).toBe(false)
    expect(await settles(store.size())).toBe(false)
    expect((await memoryStore({ disk }).size()).batches).toBe(0)
  })

  test('a handle killed after a write has written and never answers', async () => {
    const disk = memoryDisk()
    const store = memoryStore({ disk, afterWrite: () => store.kill() })
    expect(await settles(store.append([new Uint8Array([1])]))).toBe(false)
    expect((await memoryStore({ disk }).size()).batches).toBe(1)
  })

  test('a lost store tells its listeners once and refuses', async () => {
    const store = memoryStore()
    const told: Error[] = []
    store.onLost((error) => told.push(error))
    store.lose()
    store.lose()
    expect(told).toHaveLength(1)
    await expect(store.append([new Uint8Array([1])])).rejects.toBeInstanceOf(StoreGoneError)
    store.onLost((error) => told.push(error))
    expect(told).toHaveLength(2)
  })

  test('a power cut takes back what peers sent and snapshots that no append of our own followed, and nothing else', async () => {
    const disk = memoryDisk()
    const store = memoryStore({ disk })
    const own = { key: 'k', feed: 'f', expect: null, head: { seq: 0, id: new Uint8Array([1]) } }
    await store.append([new Uint8Array([1])])
    await store.writeSnapshot({ meta: 1, chunks: new Map() }, true)
    await store.append([new Uint8Array([2])], own)
    await store.writeSnapshot({ meta: 2, chunks: new Map() }, true)
    await store.append([new Uint8Array([3]), new Uint8Array([4])])
    await store.writeSnapshot({ meta: 3, chunks: new Map() }, true)
    cutPower(disk)
    const after = memoryStore({ disk })
    expect((await after.readSnapshot())?.meta).toBe(1)
    expect(await after.size()).toMatchObject({ batches: 2, records: 2 })
    expect(await after.append([new Uint8Array([5])])).toBe(3)
  })

  test('every operation settles without a timer', async () => {
    const store = memoryStore()
    const operations = [
      store.append([new Uint8Array([1])]),
      store.readSince(0)[Symbol.asyncIterator]().next(),
      store.seal(),
      store.writeSnapshot({ meta: 1, chunks: new Map() }, true),
      store.readSnapshot(),
      store.close(),
    ]
    expect(await settles(Promise.all(operations))).toBe(true)
  })
})

/** Whether the promise settles within a few hundred microtasks: without a timer, later is never. */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  const done = () => void (settled = true)
  promise.then(done, done)
  for (let i = 0; i < 300; i++) await null
  return settled
}
