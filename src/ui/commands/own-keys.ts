/** The keys that a person chose, kept in this browser for every workspace. */

import * as z from 'zod/mini'
import { createEmitter } from '../../base/emitter.ts'
import type { Observable } from '../session.ts'
import { COMMANDS, type CommandId } from './catalogue.ts'
import type { OwnKeys } from './keymap.ts'

const KEY = 'worknode.keys'
const Stored = z.record(z.string(), z.array(z.string().check(z.maxLength(60))).check(z.maxLength(4)))
const changed = createEmitter<void>()
let current: OwnKeys | null = null

export const ownKeys: Observable<OwnKeys> = {
  get: () => (current ??= read()),
  subscribe(listener) {
    const stop = changed.on(listener)
    const heard = (event: StorageEvent): void => {
      if (event.key !== KEY) return
      current = read()
      changed.emit()
    }
    // Another tab of this browser chose.
    addEventListener('storage', heard)
    return () => {
      stop()
      removeEventListener('storage', heard)
    }
  },
}

/** `null` gives back the keys that the command comes with. */
export function chooseKeys(id: CommandId, keys: readonly string[] | null): void {
  const next = { ...ownKeys.get() }
  if (keys === null) delete next[id]
  else next[id] = keys
  put(next)
}

export function resetKeys(): void {
  put({})
}

function put(next: OwnKeys): void {
  current = next
  try {
    if (Object.keys(next).length === 0) localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, JSON.stringify(next))
  } catch {
    // Storage is forbidden here: the choice lasts as long as the page, which is all that can be done.
  }
  changed.emit()
}

function read(): OwnKeys {
  try {
    const stored = Stored.safeParse(JSON.parse(localStorage.getItem(KEY) ?? '{}')).data ?? {}
    // A command that is gone, or that may not be changed, is not listened to.
    return Object.fromEntries(COMMANDS.flatMap(({ id, fixed }) => (stored[id] && !fixed ? [[id, stored[id]]] : [])))
  } catch {
    // Forbidden storage, or text that is no JSON: the keys as they come.
    return {}
  }
}
