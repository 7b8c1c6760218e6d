/**
 * The store contract on IndexedDB, and how that store tells of a medium that fails. One suite for the browser's IndexedDB,
 * which is the one that counts, and for a fake in Node, which is the one that runs at every save.
 */

import { describe, expect, onTestFinished, test } from 'vitest'
import { toHex, type Bytes } from '../base/bytes.ts'
import { deleteIndexedDbStore, openIndexedDbStore } from './indexeddb-store.ts'
import { deleteDatabase, openDatabase } from './indexeddb.ts'
import { storeContract } from './store.contract.ts'
import { StoreFullError, StoreGoneError, type OwnAppend, type Store } from './store.ts'

export function indexedDbStoreContract(where: string, runs: number): void {
  storeContract(
    `the store in ${where}`,
    async () => {
      const { name, open } = await workspace()
      let store = await open()
      return {
        store,
        async reopen() {
          await store.close()
          store = await openIndexedDbStore({ name, random })
          return store
        },
        second: open,
      }
    },
    runs,
  )

  describe(`the store in ${where} shared by tabs`, () => {
    test('a seal that another tab overtook while it compressed leaves the log to that tab', async () => {
      const { name, open } = await workspace()
      const [slow, quick] = [await open(), await open()]
      for (let i = 1; i <= 5; i++) await slow.append([wire(i)])
      const compression = holdNextCompression()
      const sealing = slow.seal()
      await compression.begun
      for (let i = 6; i <= 9; i++) await quick.append([wire(i)])
      expect(await quick.seal()).toBe(9)
      compression.goOn()
      expect(await sealing).toBe(0)
      const read: number[] = []
      for await (const page of slow.readSince(0)) read.push(...page.map((batch) => batch.wire[0] as number))
      expect(read).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
      await slow.close()
      expect((await (await openIndexedDbStore({ name, random })).size()).batches).toBe(9)
    })
  })

  describe(`the store in ${where} tells of a medium that fails`, () => {
    test('a full disk, and nothing is written', async () => {
      const { store } = await opened()
      await store.append([wire(1)], own(null, 1))
      const heal = failPuts(1, 'QuotaExceededError')
      // 300 batches are two records: the first is put before the disk is full.
      const many = Array.from({ length: 300 }, (_, i) => wire(i))
      await expect(store.append(many, own(1, 300))).rejects.toBeInstanceOf(StoreFullError)
      await expect(store.writeSnapshot({ meta: 1, chunks: new Map([['a', 1]]) }, true)).rejects.toBeInstanceOf(StoreFullError)
      heal()
      expect(await store.size()).toMatchObject({ batches: 1, records: 1 })
      expect(await store.feeds('key')).toMatchObject([{ seq: 1 }])
      expect(await store.readSnapshot()).toBe(null)
      expect(await store.append([wire(2)], own(1, 2))).toBe(2)
    })

    test('a full disk that shows only when the transaction is to complete', async () => {
      const { store } = await opened()
      await store.append([wire(1)])
      const heal = abortPuts('QuotaExceededError')
      await expect(store.append([wire(2)], own(null, 1))).rejects.toBeInstanceOf(StoreFullError)
      heal()
      expect(await store.size()).toMatchObject({ batches: 1 })
      expect(await store.feeds('key')).toEqual([])
    })

    test('a seal that finds the disk full leaves the log as it is', async () => {
      const { store } = await opened()
      for (let i = 1; i <= 5; i++) await store.append([wire(i)])
      const heal = failPuts(0, 'QuotaExceededError')
      await expect(store.seal()).rejects.toBeInstanceOf(StoreFullError)
      heal()
      expect(await store.size()).toMatchObject({ batches: 5, records: 5 })
      expect(await store.seal()).toBe(5)
    })

    test('a transaction that the browser breaks off', async () => {
      const { store } = await opened()
      const heal = failPuts(0, 'UnknownError')
      const failed = store.append([wire(1)])
      await expect(failed).rejects.toBeInstanceOf(StoreGoneError)
      await expect(failed).rejects.toMatchObject({ cause: { name: 'UnknownError' } })
      heal()
      expect(await store.append([wire(1)])).toBe(1)
    })

    test('a record that was damaged on the disk', async () => {
      const { store, name } = await opened()
      await store.append([wire(1)])
      await store.append([wire(2)])
      await store.seal()
      const db = await request(indexedDB.open(`worknode-${name}`))
      const log = db.transaction('log', 'readwrite').objectStore('log')
      const [key] = await request(log.getAllKeys())
      await request(log.put(new Uint8Array([7, 7, 7]), key))
      db.close()
      await expect(store.readSince(0)[Symbol.asyncIterator]().next()).rejects.toThrow('arrival 1 is damaged')
    })

    test('a database deleted by another tab: this one lets go, says so once, and refuses from then on', async () => {
      const { store, name } = await opened()
      const told: StoreGoneError[] = []
      store.onLost((error) => told.push(error))
      const asked = store.append([wire(1)])
      await deleteIndexedDbStore(name)
      expect(told).toHaveLength(1)
      expect(await asked).toBe(1)
      await expect(store.append([wire(2)])).rejects.toBeInstanceOf(StoreGoneError)
      store.onLost((error) => told.push(error))
      expect(told).toEqual([told[0], told[0]])
      const anew = await openIndexedDbStore({ name, random })
      expect(anew.incarnation).not.toBe(store.incarnation)
      expect(await anew.size()).toMatchObject({ batches: 0 })
      await anew.close()
    })

    test('a database upgraded by a newer version of the app: this one lets go, and cannot open it again', async () => {
      const { store, name } = await opened()
      const told: StoreGoneError[] = []
      store.onLost((error) => told.push(error))
      const newer = await request(indexedDB.open(`worknode-${name}`, 2))
      expect(told).toHaveLength(1)
      await expect(openIndexedDbStore({ name, random })).rejects.toBeInstanceOf(StoreGoneError)
      newer.close()
    })

    test('an older tab that will not let go: opening is refused, and holds on to nothing afterwards', async () => {
      const { name } = await workspace()
      const stubborn = await request(indexedDB.open(name, 1))
      await expect(openDatabase(name, 2, () => {})).rejects.toBeInstanceOf(StoreGoneError)
      stubborn.close()
      await deleteDatabase(name)
    })

    test('closing it ourselves is not a loss', async () => {
      const { store, name } = await opened()
      const told: StoreGoneError[] = []
      store.onLost((error) => told.push(error))
      await store.close()
      await deleteIndexedDbStore(name)
      expect(told).toEqual([])
    })
  })
}

const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length))

/** A workspace of its own, gone after the test. */
async function workspace() {
  const name = toHex(random(8))
  onTestFinished(() => deleteIndexedDbStore(name))
  return { name, open: () => openIndexedDbStore({ name, random }) }
}

async function opened(): Promise<{ name: string; store: Store }> {
  const { name, open } = await workspace()
  return { name, store: await open() }
}

/** From now on the browser's puts, after so many, fail with this error. Returns the function that mends it. */
function failPuts(after: number, name: string): () => void {
  let left = after
  return replacePut((put) => {
    if (left-- > 0) return put()
    throw new DOMException('as the test wants it', name)
  })
}

/** From now on a transaction with a put in it is aborted with this error, as a browser does it that ran out of room. */
function abortPuts(name: string): () => void {
  return replacePut((put, { transaction }) => {
    const asked = put()
    transaction.abort()
    Object.defineProperty(transaction, 'error', { value: new DOMException('as the test wants it', name) })
    return asked
  })
}

function replacePut(replacement: (put: () => IDBRequest<IDBValidKey>, store: IDBObjectStore) => IDBRequest<IDBValidKey>) {
  const { put } = IDBObjectStore.prototype
  IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...args) {
    return replacement(() => put.apply(this, args), this)
  }
  const mend = () => void (IDBObjectStore.prototype.put = put)
  onTestFinished(mend)
  return mend
}

/** Stops the next compression on its way, until `goOn`. */
function holdNextCompression(): { readonly begun: Promise<void>; goOn(): void } {
  const Real = globalThis.CompressionStream
  const mend = () => void (globalThis.CompressionStream = Real)
  onTestFinished(mend)
  let goOn = () => {}
  const gate = new Promise<void>((resolve) => (goOn = resolve))
  const begun = new Promise<void>((resolve) => {
    function Held() {
      mend()
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
        async transform(chunk, out) {
          resolve()
          await gate
          out.enqueue(chunk)
        },
      })
      return { writable, readable: readable.pipeThrough(new Real('deflate-raw') as ReadableWritablePair) }
    }
    // A constructor that returns an object of the right shape is all that `new CompressionStream` needs.
    globalThis.CompressionStream = Held as unknown as typeof CompressionStream
  })
  return { begun, goOn }
}

function request<T>(asked: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    asked.addEventListener('success', () => resolve(asked.result))
    asked.addEventListener('error', () => reject(asked.error as DOMException))
  })
}

function wire(n: number): Bytes {
  return new Uint8Array([n & 255, n >> 8])
}

function own(from: number | null, to: number): OwnAppend {
  const id = (seq: number) => new Uint8Array(32).fill(seq)
  const expected = from === null ? null : { seq: from, id: id(from) }
  return { key: 'key', feed: 'feed', expect: expected, head: { seq: to, id: id(to) } }
}
