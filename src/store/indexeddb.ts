/**
 * IndexedDB with its failures in our words: the one place where its errors are translated.
 *
 * A database handle is *lost* when another tab wants to delete or upgrade the database (we then let go at once, or that tab
 * would hang), or when the browser takes it away. Every failure of the medium becomes `StoreFullError` or `StoreGoneError`;
 * anything else is a bug of the caller and passes unchanged.
 */

import { deleteDB, openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb'
import { type Durability, StoreFullError, StoreGoneError } from './store.ts'

export interface Database<S extends DBSchema> {
  /**
   * Runs `body` in one read-only transaction. Like any body of a transaction it may await requests of `tx` and nothing else.
   */
  read<N extends StoreNames<S>, T>(stores: N[], body: (tx: IDBPTransaction<S, N[]>) => Promise<T>): Promise<T>
  /** Runs `body` in one transaction, begun before this call returns; resolves when it is complete, else nothing was written. */
  write<N extends StoreNames<S>, T>(
    stores: N[],
    durability: Durability,
    body: (tx: IDBPTransaction<S, N[], 'readwrite'>) => Promise<T>,
  ): Promise<T>
  onLost(listener: (error: StoreGoneError) => void): void
  /** Resolves once what was asked before has settled. */
  close(): Promise<void>
}

export async function openDatabase<S extends DBSchema>(
  name: string,
  version: number,
  upgrade: (made: IDBPDatabase<S>, tx: IDBPTransaction<S, StoreNames<S>[], 'versionchange'>, oldVersion: number) => void,
): Promise<Database<S>> {
  const listeners: ((error: StoreGoneError) => void)[] = []
  const pending = new Set<Promise<unknown>>()
  let lost: StoreGoneError | null = null

  function lose(why: string): void {
    if (lost) return
    lost = new StoreGoneError(why)
    for (const listener of listeners) listener(lost)
  }

  const db = await opened()

  async function opened(): Promise<IDBPDatabase<S>> {
    let refuse: (error: StoreGoneError) => void
    const blocked = new Promise<never>((_resolve, reject) => {
      refuse = reject
    })
    const opening = promised(() =>
      openDB<S>(name, version, {
        upgrade: (made, oldVersion, _newVersion, tx) => upgrade(made, tx, oldVersion),
        blocked: () => refuse(new StoreGoneError('another tab holds an older version of the database open')),
        blocking(_oldVersion, _newVersion, event) {
          // Straight from the event: `db` below is set a microtask after the request succeeds, which may be too late.
          const held = event.target as IDBDatabase
          held.close()
          lose('another tab deletes or upgrades the database')
        },
        terminated: () => lose('the browser closed the database'),
      }),
    )
    try {
      return await Promise.race([opening, blocked])
    } catch (error) {
      // A blocked request may still succeed, once the other tab lets go; nobody would close that handle.
      opening.then((late) => late.close(), ignoreReported)
      throw translated(error)
    }
  }

  async function settle<T>(tx: AnyTransaction, result: Promise<T>): Promise<T> {
    const done = tx.done
    done.catch(ignoreReported)
    try {
      const value = await result
      await done
      return value
    } catch (error) {
      abort(tx)
      await done.catch(ignoreReported)
      // What broke the transaction says more than the request that it took with it.
      throw translated(tx.error ?? error)
    }
  }

  function track<T>(work: Promise<T>): Promise<T> {
    pending.add(work)
    const over = () => pending.delete(work)
    work.then(over, over)
    return work
  }

  function begin<T>(run: () => T): T {
    if (lost) throw new StoreGoneError(lost.message)
    try {
      return run()
    } catch (error) {
      throw translated(error)
    }
  }

  return {
    read: (stores, body) =>
      track(
        promised(async () => {
          const tx = begin(() => db.transaction(stores, 'readonly'))
          return settle(
            tx,
            promised(() => body(tx)),
          )
        }),
      ),
    write: (stores, durability, body) =>
      track(
        promised(async () => {
          const tx = begin(() => db.transaction(stores, 'readwrite', { durability }))
          return settle(
            tx,
            promised(() => body(tx)),
          )
        }),
      ),
    onLost(listener) {
      if (lost) listener(lost)
      else listeners.push(listener)
    },
    async close() {
      db.close()
      await Promise.allSettled(pending)
    },
  }
}

/**
 * Asks for the writes that end a transaction, and for its end with them: it need not hear their answers first, which would
 * cost one more trip to the browser's process and back.
 */
export async function lastWrites(tx: { commit(): void }, writes: readonly (() => Promise<unknown>)[]): Promise<void> {
  const asked: Promise<unknown>[] = []
  try {
    for (const write of writes) asked.push(write())
  } catch (error) {
    // One that throws at once takes the transaction along, and so the others.
    for (const write of asked) write.catch(ignoreReported)
    throw error
  }
  tx.commit()
  await Promise.all(asked)
}

/** A database with one object store for what is made once in a browser. */
export interface DeviceSchema<T> extends DBSchema {
  device: { key: string; value: T }
}

/** What is kept under the key; else what `make` makes, which is kept from then on. Of two tabs that are first at once, one has its way. */
export async function keptOrMade<T, S extends DeviceSchema<T>>(
  database: Database<S>,
  key: string,
  make: () => Promise<T>,
): Promise<T> {
  // The types of idb cannot say that a database has this store among others.
  const db = database as unknown as Database<DeviceSchema<T>>
  const kept = await db.read(['device'], (tx) => tx.objectStore('device').get(key))
  if (kept !== undefined) return kept
  const made = await make()
  return db.write(['device'], 'strict', async (tx) => {
    const device = tx.objectStore('device')
    const other = await device.get(key)
    if (other !== undefined) return other
    await device.put(made, key)
    return made
  })
}

/** Other handles on it are told to let go; resolves once they have and it is gone. */
export async function deleteDatabase(name: string): Promise<void> {
  try {
    await deleteDB(name)
  } catch (error) {
    throw translated(error)
  }
}

/** The error that callers see for one that IndexedDB gave. */
export function translated(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  if (error.name === 'QuotaExceededError') return new StoreFullError('the disk is full', { cause: error })
  if (GONE.has(error.name)) return new StoreGoneError(`the database cannot be used: ${error.message}`, { cause: error })
  return error
}

/** Closed under us, deleted, a newer version of the app was here, forbidden, or unreadable. Never a mistake in a request. */
const GONE = new Set([
  'InvalidStateError',
  'AbortError',
  'UnknownError',
  'NotFoundError',
  'NotReadableError',
  'VersionError',
  'SecurityError',
])

type AnyTransaction = { readonly done: Promise<void>; readonly error: DOMException | null; abort(): void }

/** Runs now, and turns what it throws at once into a rejection. */
async function promised<T>(run: () => Promise<T>): Promise<T> {
  return run()
}

function abort(tx: AnyTransaction): void {
  try {
    tx.abort()
  } catch (error) {
    // A transaction that failed by itself is over already.
    if (!(error instanceof Error && error.name === 'InvalidStateError')) throw error
  }
}

/** For promises whose failure reaches the caller on another path; without a handler it would be reported twice. */
function ignoreReported(): void {}
