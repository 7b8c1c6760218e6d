/**
 * Whether work of the demo is accepted for the person who watches it: their own choice, for this workspace on this device, the same in
 * all its tabs. It is done under their key, so that nobody else's choice stands in for it: it is on from the beginning for who owns
 * the workspace, and off for everybody who came in later.
 */

import { useEffect, useRef, useSyncExternalStore } from 'react'
import { createEmitter } from '../../base/emitter.ts'
import type { NodeId } from '../../core/ids.ts'
import { roleOf } from '../../core/roles.ts'
import type { Replica } from '../../replica/replica.ts'
import { useAct } from '../act.ts'
import { useSession } from '../session.ts'

/** Work stands as handed in for so long, so that it can be looked at, or sent back. */
const ACCEPT_MS = 2500

const changed = createEmitter<void>()
/** Choices where nothing can be stored, and what was read. */
const choices = new Map<string, boolean>()

export function useAccepts(): readonly [accepts: boolean, choose: (accepts: boolean) => void] {
  const { replica, workspaceId } = useSession()
  const chosen = useSyncExternalStore(listen, () => choiceOf(workspaceId))
  return [chosen ?? isOwner(replica), (accepts) => choose(workspaceId, accepts)]
}

/** Accepts what was handed in a moment after it was, in one tab of this browser. */
export function useAcceptance(handedIn: readonly NodeId[], isOn: boolean): void {
  const { workspaceId } = useSession()
  const act = useAct()
  const latest = useRef(act)
  useEffect(() => {
    latest.current = act
  })
  const [next] = handedIn
  useEffect(() => {
    if (!isOn || next === undefined) return undefined
    const stop = new AbortController()
    const accept = async (): Promise<void> => {
      await passed(ACCEPT_MS, stop.signal)
      if (!stop.signal.aborted) latest.current('accept_task', { id: next })
    }
    // Whoever waits for the lock has heard of it by the time they get it: then there is something else to accept, or nothing.
    navigator.locks
      .request(`worknode demo acceptance ${workspaceId}`, { signal: stop.signal }, accept)
      .catch((error: unknown) => {
        if (!stop.signal.aborted) throw error
      })
    return () => stop.abort()
  }, [isOn, next, workspaceId])
}

/** Resolves after so long, or as soon as the signal is aborted. */
function passed(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

function isOwner({ held }: Replica): boolean {
  return held.some(({ grant }) => roleOf(grant) === 'owner')
}

function choose(workspace: string, accepts: boolean): void {
  choices.set(workspace, accepts)
  try {
    localStorage.setItem(keyOf(workspace), accepts ? 'on' : 'off')
  } catch {
    // Storage is forbidden or full: the choice lasts as long as the page, which is all that can be done.
  }
  changed.emit()
}

function choiceOf(workspace: string): boolean | null {
  const known = choices.get(workspace)
  if (known !== undefined) return known
  try {
    const stored = localStorage.getItem(keyOf(workspace))
    return stored === null ? null : stored === 'on'
  } catch {
    // As above: no storage, nothing remembered.
    return null
  }
}

/** Another tab may choose as well: what it stored counts here from then on. */
function listen(listener: () => void): () => void {
  const heard = ({ key }: StorageEvent): void => {
    if (key !== null && !key.startsWith(PREFIX)) return
    choices.clear()
    changed.emit()
  }
  globalThis.addEventListener('storage', heard)
  const off = changed.on(listener)
  return () => {
    globalThis.removeEventListener('storage', heard)
    off()
  }
}

const PREFIX = 'worknode.demo-accepts.'

function keyOf(workspace: string): string {
  return `${PREFIX}${workspace}`
}
