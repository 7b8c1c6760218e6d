/** One live writer per feed: on the twins, and in the browser on its own locks and database. */

import { describe, expect, test } from 'vitest'
import type { Bytes } from '../base/bytes.ts'
import { acquireFeed, type FeedLock } from './feed-lock.ts'
import type { Locks } from './locks.ts'
import type { Store } from './store.ts'

export interface Tabs {
  /** A tab: its own handle on the one store, its own locks. */
  tab(): Promise<{ readonly store: Store; readonly locks: Locks }>
}

const KEY = '01aa'

export function feedLockContract(where: string, profile: () => Promise<Tabs>): void {
  describe(`feeds in ${where}`, () => {
    test('a first writer has a new feed, and two tabs never the same', async () => {
      const { tab } = await profile()
      const locks = await Promise.all([take(await tab()), take(await tab()), take(await tab())])
      expect(locks.every(({ feed, head }) => head === null && /^[0-9a-f]{16}$/.test(feed))).toBe(true)
      expect(new Set(locks.map(({ feed }) => feed)).size).toBe(3)
    })

    test('a feed that was closed in good order is taken up again, without its mark', async () => {
      const { tab } = await profile()
      const one = await tab()
      const first = await take(one)
      await write(one.store, first, 3)
      await first.release()
      const two = await tab()
      const again = await take(two)
      expect(again).toMatchObject({ feed: first.feed, head: { seq: 3, id: id(3) } })
      expect(await two.store.feeds(KEY)).toMatchObject([{ feed: first.feed, seq: 3, clean: false }])
      await write(two.store, again, 4)
      await again.release()
      expect((await take(await tab())).head).toMatchObject({ seq: 4 })
    })

    test('a feed in use is not taken, however clean: a duplicated tab has a new one', async () => {
      const { tab } = await profile()
      const one = await tab()
      const first = await take(one)
      await write(one.store, first, 1)
      await one.store.markFeed(KEY, first.feed, 1, true)
      const twin = await take(await tab())
      expect(twin.head).toBe(null)
      expect(twin.feed).not.toBe(first.feed)
      expect(await one.store.feeds(KEY)).toMatchObject([{ clean: true }])
    })

    test('of many tabs that start at once, one has the old feed', async () => {
      const { tab } = await profile()
      const one = await tab()
      const first = await take(one)
      await write(one.store, first, 1)
      await first.release()
      const tabs = await Promise.all([tab(), tab(), tab(), tab()])
      const feeds = await Promise.all(tabs.map((each) => take(each)))
      expect(feeds.filter(({ head }) => head !== null).map(({ feed }) => feed)).toEqual([first.feed])
      expect(new Set(feeds.map(({ feed }) => feed)).size).toBe(4)
    })

    test('a feed of another key is nothing to us', async () => {
      const { tab } = await profile()
      const one = await tab()
      const first = await take(one)
      await write(one.store, first, 1)
      await first.release()
      expect((await take(one, '01bb')).head).toBe(null)
    })

    test('a feed on which nothing was written leaves nothing behind', async () => {
      const { tab } = await profile()
      const one = await tab()
      await (await take(one)).release()
      expect(await one.store.feeds(KEY)).toEqual([])
    })

    test('releasing twice is releasing once', async () => {
      const { tab } = await profile()
      const one = await tab()
      const first = await take(one)
      await write(one.store, first, 1)
      await Promise.all([first.release(), first.release()])
      const second = await take(one)
      expect(second.feed).toBe(first.feed)
      await first.release()
      expect(await one.store.feeds(KEY)).toMatchObject([{ clean: false }])
    })
  })
}

export function take({ store, locks }: { store: Store; locks: Locks }, key = KEY): Promise<FeedLock> {
  return acquireFeed({ store, key, locks, random: (length) => crypto.getRandomValues(new Uint8Array(length)) })
}

export async function write(store: Store, { feed, head }: FeedLock, seq: number): Promise<void> {
  await store.append([new Uint8Array([seq])], { key: KEY, feed, expect: head, head: { seq, id: id(seq) } })
}

function id(seq: number): Bytes {
  return new Uint8Array(32).fill(seq)
}
