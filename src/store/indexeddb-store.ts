/**
 * The store of a browser: one IndexedDB database for each workspace, shared by the tabs of a profile.
 *
 *   log       see `indexeddb-log.ts`
 *   feeds     [key, feed] -> where one of our own feeds stands
 *   snapshot  ['meta', ''] | ['chunk', name] -> structured data
 *   meta      'incarnation' -> text
 *
 * Own appends, marks and seals are `strict`: after a power cut, a feed whose published batch were forgotten would fork. What peers
 * sent, and the snapshot, a cache, are `relaxed`: an edit from a peer costs no wait for the disk. Asking the browser to persist its storage is left to the host.
 */

import { assert } from '../base/assert.ts'
import { equalBytes, toHex } from '../base/bytes.ts'
import type { RandomBytes } from '../base/random.ts'
import { endOfLog, indexedDbLog, recordsToPut } from './indexeddb-log.ts'
import type { FeedState, StoreSchema } from './indexeddb-schema.ts'
import { deleteDatabase, lastWrites, openDatabase } from './indexeddb.ts'
import { FeedMovedError, type OwnAppend, type Store } from './store.ts'

export interface IndexedDbStoreOptions {
  /** Names the database: the workspace's id in hex. */
  readonly name: string
  readonly random: RandomBytes
}

/** Rejects with `StoreGoneError` where IndexedDB cannot be used, or another tab will not let the database be upgraded. */
export async function openIndexedDbStore({ name, random }: IndexedDbStoreOptions): Promise<Store> {
  const db = await openDatabase<StoreSchema>(databaseName(name), 1, (made, tx) => {
    for (const store of ['log', 'feeds', 'snapshot', 'meta'] as const) made.createObjectStore(store)
    void tx.objectStore('meta').put(toHex(random(16)), 'incarnation')
  })
  const incarnation = await db.read(['meta'], (tx) => tx.objectStore('meta').get('incarnation'))
  assert(incarnation !== undefined, 'a database has an incarnation from its first transaction on')

  return {
    incarnation,
    ...indexedDbLog(db),

    async append(wires, own, receipts = []) {
      assert(receipts.length === 0, 'the store of a browser keeps no receipts')
      const recordsFrom = recordsToPut(wires)
      const head = own && { seq: own.head.seq, id: own.head.id.slice(), clean: false }
      return db.write(['log', 'feeds'], own ? 'strict' : 'relaxed', async (tx) => {
        const [log, feeds] = [tx.objectStore('log'), tx.objectStore('feeds')]
        const [first, now] = await Promise.all([endOfLog(log), own && feeds.get([own.key, own.feed])])
        if (own) checkHead(own, now)
        await lastWrites(tx, [
          ...recordsFrom(first).map(
            ({ key, bytes }) =>
              () =>
                log.put(bytes, key),
          ),
          ...(own && head ? [() => feeds.put(head, [own.key, own.feed])] : []),
        ])
        return first
      })
    },

    async feeds(key) {
      const range = IDBKeyRange.bound([key], [key, []])
      return db.read(['feeds'], async (tx) => {
        const feeds = tx.objectStore('feeds')
        const [keys, states] = await Promise.all([feeds.getAllKeys(range), feeds.getAll(range)])
        return keys.map(([, feed], i) => ({ key, feed, ...(states[i] as FeedState) }))
      })
    },

    async markFeed(key, feed, seq, clean) {
      return db.write(['feeds'], 'strict', async (tx) => {
        const feeds = tx.objectStore('feeds')
        const head = await feeds.get([key, feed])
        if (head?.seq !== seq || head.clean === clean) return false
        await feeds.put({ ...head, clean }, [key, feed])
        return true
      })
    },

    async readSnapshot() {
      return db.read(['snapshot'], async (tx) => {
        const snapshot = tx.objectStore('snapshot')
        const [keys, values] = await Promise.all([snapshot.getAllKeys(), snapshot.getAll()])
        const meta = keys.findIndex(([kind]) => kind === 'meta')
        if (meta < 0) return null
        const chunks = keys.flatMap(([kind, name], i) => (kind === 'chunk' ? [[name, values[i]] as const] : []))
        return { meta: values[meta], chunks: new Map(chunks) }
      })
    },

    async writeSnapshot({ meta, chunks }, fresh) {
      await db.write(['snapshot'], 'relaxed', async (tx) => {
        const snapshot = tx.objectStore('snapshot')
        // Each put begins before this call returns, so the caller may change its data then; async, so that one that throws
        // at once (what cannot be cloned) leaves no other without a listener.
        const entries: [StoreSchema['snapshot']['key'], unknown][] = [[['meta', ''], meta]]
        for (const [name, chunk] of chunks) entries.push([['chunk', name], chunk])
        const clearing = fresh ? snapshot.clear() : null
        await Promise.all([clearing, ...entries.map(async ([key, value]) => snapshot.put(value, key))])
      })
    },

    async dropSnapshot() {
      await db.write(['snapshot'], 'relaxed', (tx) => tx.objectStore('snapshot').clear())
    },

    onLost: db.onLost,
    close: db.close,
  }
}

/** Takes a workspace off this profile. Other tabs that have it open lose it. */
export async function deleteIndexedDbStore(name: string): Promise<void> {
  await deleteDatabase(databaseName(name))
}

function databaseName(name: string): string {
  return `worknode-${name}`
}

function checkHead(own: OwnAppend, now: FeedState | undefined): void {
  const agrees = own.expect ? now?.seq === own.expect.seq && equalBytes(now.id, own.expect.id) : now === undefined
  if (!agrees) throw new FeedMovedError(`feed ${own.feed} is not at ${own.expect?.seq ?? 'its start'}`)
}
