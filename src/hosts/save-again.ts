/**
 * Nobody presses “Retry” on a host: when the disk is full, or refuses for another reason, saving is tried again by itself, after waits
 * that double. What was written meanwhile is in memory, and answered as `unavailable` until it is saved. The log says when saving stops,
 * each time that it fails again, and when it goes on; `/api/health` how things stand.
 */

import { LOCAL } from '../core/limits.ts'
import type { Replica } from '../replica/replica.ts'
import type { After } from '../sync/pair-clock.ts'
import type { HostLog } from './host-log.ts'

/** While nothing can be saved. */
export interface Unsaved {
  readonly problem: string
  /** Changes that are in memory only. */
  readonly pending: number
  /** How often it was tried again so far. */
  readonly attempts: number
}

export interface SaveAgain {
  /** Null while all is well. */
  unsaved(): Unsaved | null
  close(): void
}

export interface SaveAgainPorts {
  readonly after: After
  readonly log: Pick<HostLog, 'error' | 'warn' | 'info'>
}

export function saveAgain(
  replica: Pick<Replica, 'saveState' | 'onSaveState' | 'retrySaving'>,
  { after, log }: SaveAgainPorts,
): SaveAgain {
  let attempts = 0
  let isWaiting = false
  let isClosed = false

  function unsaved(): Unsaved | null {
    const { problem, pending } = replica.saveState
    return problem === null ? null : { problem, pending, attempts }
  }

  function look(): void {
    const state = unsaved()
    if (state === null || isWaiting || isClosed) return
    const retryMs = Math.min(LOCAL.saveRetryMs * 2 ** attempts, LOCAL.saveRetryMostMs)
    if (attempts === 0) log.error({ ...state, retryMs }, 'nothing can be saved')
    else log.warn({ ...state, retryMs }, 'still nothing can be saved')
    isWaiting = true
    after(retryMs, () => void again())
  }

  async function again(): Promise<void> {
    if (isClosed) return
    attempts++
    try {
      await replica.retrySaving()
    } catch (error) {
      log.error({ err: error }, 'trying to save again met a bug')
    }
    isWaiting = false
    if (unsaved() === null) {
      log.info({ attempts }, 'saved again')
      attempts = 0
    }
    look()
  }

  const stop = replica.onSaveState(look)
  look()
  return {
    unsaved,
    close() {
      isClosed = true
      stop()
    },
  }
}
