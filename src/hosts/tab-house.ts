/** What the tab that keeps house does for all tabs of its profile: carries out triggers, and gives leases where this device is to. */

import { startLeases } from '../operations/lease-runner.ts'
import type { Replica } from '../replica/replica.ts'
import { runTriggers } from './tab-triggers.ts'

/** Answers how to stop; that takes until what was given is saved, so that the next tab finds it. */
export async function keepHouse(replica: Replica, workspaceId: string): Promise<() => Promise<void>> {
  const stopTriggers = runTriggers(replica, workspaceId)
  // What the tab before gave is in the store, whether it still told of it or not.
  await replica.catchUp()
  const leases = startLeases(replica)
  return async () => {
    leases.stop()
    stopTriggers()
    await replica.saved()
  }
}
