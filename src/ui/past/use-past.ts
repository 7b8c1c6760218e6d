/** A look into the past, for as long as the page shows it. */

import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { Hlc } from '../../core/batch.ts'
import { PROTOCOL } from '../../core/limits.ts'
import { openPast, type Past } from '../../replica/past.ts'
import { faultWords } from '../words.ts'
import { type Session, useSession } from '../session.ts'
import { createPastSession } from './past-session.ts'

export interface OpenPast {
  readonly past: Past
  readonly session: Session
}

/** Null while the log is put in order; a problem in words where it cannot be read. */
export function usePast(first: Hlc | null): { readonly open: OpenPast | null; readonly problem: string | null } {
  const session = useSession()
  const [open, setOpen] = useState<OpenPast | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const start = useRef(first)
  useEffect(() => {
    let wanted = true
    const ends: (() => void)[] = []
    const begin = async (): Promise<void> => {
      await session.replica.saved()
      const past = await openPast(session.replica)
      const then = createPastSession(session, past)
      ends.push(past.close.bind(past), then.close)
      if (!wanted) return ends.forEach((end) => end())
      setOpen({ past, session: then.session })
      await past.travel(start.current ?? past.timeline.last ?? [0, 0])
    }
    begin().catch((error: unknown) => wanted && setProblem(`The log cannot be read now: ${faultWords(error)}`))
    return () => {
      wanted = false
      for (const end of ends) end()
    }
  }, [session])
  return { open, problem }
}

export interface Journey {
  /** Where the handle is: the board follows. */
  readonly goal: Hlc
  readonly progress: number
  readonly isMoving: boolean
  /** Why it could not get there, in words; empty where it could. */
  readonly problem: string
  go(to: Hlc): void
}

export function useJourney(past: Past, first: Hlc | null): Journey {
  const [goal, setGoal] = useState<Hlc>(first ?? past.timeline.last ?? [0, 0])
  const progress = useSyncExternalStore(
    useCallback((listener) => past.onChanged(listener), [past]),
    () => (past.isMoving ? past.progress : 1),
  )
  const fault = useSyncExternalStore(
    useCallback((listener) => past.onChanged(listener), [past]),
    () => past.fault,
  )
  return useMemo(
    () => ({
      goal,
      progress,
      isMoving: progress < 1,
      problem: fault === null ? '' : `The log cannot be read now: ${faultWords(fault)}`,
      go(to) {
        setGoal(to)
        // What goes wrong is said by the past itself.
        past.travel(to).catch(() => undefined)
      },
    }),
    [past, goal, progress, fault],
  )
}

/** The last HLC within a millisecond. */
export function endOf(ms: number): Hlc {
  return [ms, PROTOCOL.counter - 1]
}
