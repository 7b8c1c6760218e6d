import { describe, expect, test } from 'vitest'
import { feedLockContract, take, write } from './feed-lock.contract.ts'
import { acquireFeed } from './feed-lock.ts'
import { memoryLocks } from './locks.ts'
import { memoryDisk, memoryStore } from './memory-store.ts'
import { StoreFullError } from './store.ts'

function profile() {
  const disk = memoryDisk()
  const locks = memoryLocks()
  return { disk, tab: async () => ({ store: memoryStore({ disk }), locks: locks.tab() }) }
}

feedLockContract('memory', async () => profile())

describe('feeds after something went wrong', () => {
  test('a crash frees the lock and leaves no mark: the feed is never used again', async () => {
    const { tab } = profile()
    const one = await tab()
    const first = await take(one)
    await write(one.store, first, 1)
    one.store.kill()
    one.locks.crash()
    const second = await take(await tab())
    expect(second.head).toBe(null)
    expect(second.feed).not.toBe(first.feed)
  })

  test('a crash after taking up a clean feed, before the first append, loses it too', async () => {
    const { tab } = profile()
    const one = await tab()
    const first = await take(one)
    await write(one.store, first, 1)
    await first.release()
    const two = await tab()
    expect((await take(two)).feed).toBe(first.feed)
    two.locks.crash()
    expect((await take(await tab())).head).toBe(null)
  })

  test('a mark that cannot be written is reported, and the lock is freed all the same', async () => {
    const { disk, tab } = profile()
    const { locks } = await tab()
    const store = memoryStore({
      disk,
      beforeWrite(kind) {
        if (kind === 'mark') throw new StoreFullError('no space left')
      },
    })
    const first = await take({ store, locks })
    await write(store, first, 1)
    await expect(first.release()).rejects.toBeInstanceOf(StoreFullError)
    let free = false
    await locks.request(`worknode feed 01aa ${first.feed}`, { ifAvailable: true }, async (lock) => void (free = lock !== null))
    expect(free).toBe(true)
    expect((await take(await tab())).head).toBe(null)
  })

  test('a mark that cannot be taken away is reported, and the feed stays for another time', async () => {
    const { disk, tab } = profile()
    const one = await tab()
    const first = await take(one)
    await write(one.store, first, 1)
    await first.release()
    const store = memoryStore({
      disk,
      beforeWrite() {
        throw new StoreFullError('no space left')
      },
    })
    await expect(take({ store, locks: one.locks })).rejects.toBeInstanceOf(StoreFullError)
    expect((await take(await tab())).feed).toBe(first.feed)
  })

  test('a feed that moved between listing and locking is passed over', async () => {
    const { tab } = profile()
    const one = await tab()
    const first = await take(one)
    await write(one.store, first, 1)
    await first.release()
    const stale = await one.store.feeds('01aa')
    const second = await take(one)
    await write(one.store, second, 2)
    await second.release()
    const late = await tab()
    const store = { ...late.store, feeds: async () => stale }
    expect((await take({ ...late, store })).head).toBe(null)
    expect((await take(late)).head).toMatchObject({ seq: 2 })
  })

  test('random bytes that repeat give no feed that is known', async () => {
    const { tab } = profile()
    const one = await tab()
    const random = (length: number) => new Uint8Array(length).fill(1)
    await acquireFeed({ ...one, key: '01aa', random })
    await expect(acquireFeed({ ...(await tab()), key: '01aa', random })).rejects.toThrow('do not repeat')
  })
})

describe('locks in memory', () => {
  test('the next in line has the lock once the holder is done, or gone', async () => {
    const locks = memoryLocks()
    const [one, two, three] = [locks.tab(), locks.tab(), locks.tab()]
    const order: string[] = []
    let finish = () => {}
    const first = one.request('x', {}, async () => {
      order.push('one')
      await new Promise<void>((resolve) => (finish = resolve))
    })
    void two.request('x', {}, async () => {
      order.push('two')
      await new Promise(() => {})
    })
    const third = three.request('x', {}, async () => void order.push('three'))
    await null
    finish()
    await first
    await null
    expect(order).toEqual(['one', 'two'])
    two.crash()
    await third
    expect(order).toEqual(['one', 'two', 'three'])
  })

  test('a holder that throws lets go', async () => {
    const tab = memoryLocks().tab()
    await expect(tab.request('x', {}, async () => Promise.reject(new Error('oops')))).rejects.toThrow('oops')
    expect(await tab.request('x', { ifAvailable: true }, async (lock) => lock)).toEqual({ name: 'x' })
  })
})
