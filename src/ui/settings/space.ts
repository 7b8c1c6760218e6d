/** How much this site keeps in the browser, looked at now and then while somebody listens: browsers do not tell by themselves. */

import { createEmitter } from '../../base/emitter.ts'
import type { Observable } from '../session.ts'
import type { Space } from './space-words.ts'

const LOOK_MS = 60_000
const changed = createEmitter<void>()
let current: Space | null = null
let listeners = 0
let timer: ReturnType<typeof setInterval> | undefined

/** Null until it is known, and where the browser does not say. */
export const space: Observable<Space | null> = {
  get: () => current,
  subscribe(listener) {
    const stop = changed.on(listener)
    if (++listeners === 1) {
      void look()
      timer = setInterval(() => void look(), LOOK_MS)
    }
    return () => {
      stop()
      if (--listeners === 0) clearInterval(timer)
    }
  },
}

async function look(): Promise<void> {
  const { usage, quota } = (await navigator.storage?.estimate?.()) ?? {}
  if (usage === undefined || quota === undefined) return
  current = { used: usage, quota }
  changed.emit()
}
