/**
 * Housekeeping of a workspace: one tab of the profile seals the log, writes snapshots and does what falls to this person
 * (`replica/duties.ts`), whoever holds the lock.
 *
 * It waits until there is enough to be worth it and the page is quiet, and does a last round when the page is hidden: a page
 * that is hidden may never come back.
 */

import { performDuties } from '../replica/duties.ts'
import type { Replica } from '../replica/replica.ts'
import type { Locks } from '../store/locks.ts'
import { type Store, StoreFullError, StoreGoneError } from '../store/store.ts'

const EVERY_MS = 15_000
const DUTIES_MS = [200, 1500] as const
/** Changes that make a snapshot worth its writing. */
const ENOUGH = 500

export interface Keeper {
  stop(): void
}

/** `beside`: what else one tab does for all; it answers how to stop. */
export function startKeeper(
  replica: Replica,
  store: Store,
  locks: Locks,
  page: Document,
  random: () => number,
  beside: () => Promise<() => Promise<void>>,
): Keeper {
  const ended = deferred()
  let isBusy = false
  let dutiesDue: ReturnType<typeof setTimeout> | undefined

  /** A while after who may what has changed, so that others who might do the same have done it, or have not. */
  function dutiesSoon(): void {
    dutiesDue ??= setTimeout(
      () => {
        dutiesDue = undefined
        void performDuties(replica)
      },
      DUTIES_MS[0] + random() * (DUTIES_MS[1] - DUTIES_MS[0]),
    )
  }

  async function round(least: number): Promise<void> {
    if (isBusy) return
    isBusy = true
    try {
      // A tab that died right after it stored something has told nobody: it is found in the store, and shared from here.
      await replica.catchUp()
      if (replica.unsnapshotted >= least) await replica.snapshot()
      await store.seal()
    } catch (error) {
      // A cache that could not be written is tried again; losing the store is told by `onLost` and the save state.
      if (!(error instanceof StoreFullError || error instanceof StoreGoneError)) throw error
    } finally {
      isBusy = false
    }
  }

  function hidden(): void {
    if (page.visibilityState === 'hidden') void round(1)
  }

  void locks.request(`worknode keeper ${replica.feedName.slice(0, 66)} ${store.incarnation}`, {}, async () => {
    const timer = setInterval(() => {
      void round(ENOUGH)
      dutiesSoon()
    }, EVERY_MS)
    const stop = replica.onAuthority(dutiesSoon)
    dutiesSoon()
    page.addEventListener('visibilitychange', hidden)
    const stopBeside = beside()
    await ended.promise
    clearInterval(timer)
    clearTimeout(dutiesDue)
    stop()
    page.removeEventListener('visibilitychange', hidden)
    // Last: it may never have begun, and then that is told once everything else is put away.
    const putAway = await stopBeside
    await putAway()
  })
  return { stop: () => ended.resolve() }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((settle) => (resolve = settle))
  return { promise, resolve }
}
