/**
 * One live writer for each feed.
 *
 * Two writers of one feed would sign two batches with one number, a fork, and forks cost their author trust. So a writer
 * holds the lock of its feed for as long as it lives. A lock is also free after a crash, and then the last batch may be with
 * a peer and not on this disk; hence the clean mark. It is written, durably, by a writer that closes in good order, and taken
 * away, durably, before the next one starts: a feed without it is never taken up again.
 *
 * A copy of the whole profile carries the mark too, and only peers can tell: who continues a feed (`head` is not null)
 * publishes on it only after a peer's heads show nothing newer.
 */

import { assert } from '../base/assert.ts'
import { toHex, type Bytes } from '../base/bytes.ts'
import type { RandomBytes } from '../base/random.ts'
import type { Locks } from './locks.ts'
import type { Store } from './store.ts'

export interface FeedLock {
  /** Hex of the feed's 8 bytes. */
  readonly feed: string
  /** Where an old feed continues; null for a new one. */
  readonly head: { readonly seq: number; readonly id: Bytes } | null
  /**
   * Closes in good order: marks the feed clean and lets others have it. Call it once the last append has settled. If the
   * mark cannot be written it rejects with the store's error; the lock is free then, and the feed is never used again.
   */
  release(): Promise<void>
}

export interface FeedLockOptions {
  readonly store: Pick<Store, 'feeds' | 'markFeed'>
  /** Hex of the author's key. */
  readonly key: string
  readonly locks: Locks
  readonly random: RandomBytes
}

/** An idle clean feed of this key, or a new one; never one that another tab writes. */
export async function acquireFeed({ store, key, locks, random }: FeedLockOptions): Promise<FeedLock> {
  function lockOf(feed: string): Promise<FreeLock | null> {
    return holdIfFree(locks, `worknode feed ${key} ${feed}`)
  }

  function taken(feed: string, head: FeedLock['head'], free: FreeLock): FeedLock {
    let released: Promise<void> | null = null
    async function markAndFree(): Promise<void> {
      try {
        const now = (await store.feeds(key)).find((other) => other.feed === feed)
        if (now) await store.markFeed(key, feed, now.seq, true)
      } finally {
        await free()
      }
    }
    return { feed, head, release: () => (released ??= markAndFree()) }
  }

  const known = await store.feeds(key)
  for (const { feed, seq, id, clean } of known) {
    if (!clean) continue
    const free = await lockOf(feed)
    if (!free) continue
    try {
      // Another tab may have used the feed since we listed it: then this changes nothing, and it is not ours to take.
      if (await store.markFeed(key, feed, seq, false)) return taken(feed, { seq, id }, free)
    } catch (error) {
      await free()
      throw error
    }
    await free()
  }

  for (let tries = 0; tries < 4; tries++) {
    const feed = toHex(random(8))
    const free = known.some((other) => other.feed === feed) ? null : await lockOf(feed)
    if (free) return taken(feed, null, free)
  }
  assert(false, 'eight random bytes do not repeat')
}

type FreeLock = () => Promise<void>

/** Takes the lock if nobody has it; answers the function that frees it. */
function holdIfFree(locks: Locks, name: string): Promise<FreeLock | null> {
  return new Promise((resolve, reject) => {
    const request = locks.request(name, { ifAvailable: true }, async (lock) => {
      if (!lock) return resolve(null)
      await new Promise<void>((free) => {
        resolve(async () => {
          free()
          await request
        })
      })
    })
    request.catch(reject)
  })
}
