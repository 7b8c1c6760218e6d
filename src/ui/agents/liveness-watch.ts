/**
 * What this page has heard of agents, and how long ago, on its own clock.
 *
 * A sign of life is a beat that came by presence, or a record of the agent's work that came into the log here. Records that were
 * written long before they came (a peer catches up) are no sign of life; telling so takes the writer's clock, whose error can only
 * make an agent look quieter than it is. The clock ticks while the workspace is open, whichever view is shown, and one tick serves
 * all rows: each asks for its own words and renders when these change.
 */

import { useSyncExternalStore } from 'react'
import { createEmitter } from '../../base/emitter.ts'
import { beginWatch, type Liveness, livenessOf, tickWatch, WINDOWS } from '../../core/liveness.ts'
import { agentRunsIn } from '../../replica/agent-runs.ts'
import { type Session, useSession } from '../session.ts'

export interface LifeSigns {
  readonly state: Liveness
  /** Since the last sign of life; null where there was none since this page was opened. */
  readonly silentMs: number | null
}

export interface LivenessWatch {
  of(actor: string): LifeSigns
  onTick(listener: () => void): () => void
  /** Ticks until the returned function is called. */
  run(): () => void
}

const TICK_MS = 1000
const watches = new WeakMap<Session, LivenessWatch>()

export function livenessIn(session: Session): LivenessWatch {
  const known = watches.get(session)
  if (known) return known
  const made = createWatch(session)
  watches.set(session, made)
  return made
}

/** Words about an agent's life, made anew every second and rendered when they change. */
export function useLifeWords(wordsOf: (life: (actor: string) => LifeSigns) => string): string {
  const watch = livenessIn(useSession())
  return useSyncExternalStore(watch.onTick, () => wordsOf(watch.of))
}

function createWatch(session: Session): LivenessWatch {
  const { replica } = session
  const runs = agentRunsIn(replica)
  const ticked = createEmitter<void>()
  /** When a record came in, by key, on this page's clock; and the time that it bears. */
  const arrived = new Map<string, { readonly at: number; readonly written: number }>()
  let watch = beginWatch(performance.now())

  runs.onChanged((actors) => {
    for (const actor of actors) {
      const { recordedAt } = runs.of(actor)
      if (recordedAt === null || recordedAt <= (arrived.get(actor)?.written ?? 0)) continue
      if (replica.now() - recordedAt < WINDOWS.stalledMs) arrived.set(actor, { at: performance.now(), written: recordedAt })
    }
  })

  return {
    of(actor) {
      const heard = [session.heardOf(actor), arrived.get(actor)?.at ?? null].filter((at) => at !== null)
      const heardAt = heard.length > 0 ? Math.max(...heard) : null
      const state = livenessOf({ heardAt, busy: runs.of(actor).holds.length > 0 }, watch)
      return { state, silentMs: heardAt === null ? null : Math.max(0, watch.tickedAt - heardAt) }
    },
    onTick: (listener) => ticked.on(listener),
    run() {
      const timer = setInterval(() => {
        watch = tickWatch(watch, performance.now())
        ticked.emit()
      }, TICK_MS)
      return () => clearInterval(timer)
    },
  }
}
