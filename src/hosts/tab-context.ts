/** What operations of this tab act on, whichever door they come by: its replica, and what it takes to settle a claim with those who are here. */

import type { Context } from '../operations/operation.ts'
import type { Session } from '../ui/session.ts'

export type OpenSession = Pick<Session, 'replica' | 'links' | 'workspaceId'>

export function contextOf({ replica, links }: OpenSession): Context {
  const after = (ms: number, run: () => void): void => void setTimeout(run, ms)
  return {
    replica,
    after,
    ports: {
      clock: { now: () => performance.now(), after },
      delays: () => links.get().peers.map(({ lagMs }) => lagMs),
      locks: navigator.locks,
    },
  }
}
