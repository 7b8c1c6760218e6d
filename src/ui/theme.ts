/**
 * Light or dark: as the system has it until somebody chooses, then as they chose, on this device.
 */

import { createEmitter } from '../base/emitter.ts'
import type { Observable } from './session.ts'

export type Theme = 'system' | 'light' | 'dark'

const KEY = 'worknode.theme'
const changed = createEmitter<void>()
let chosen: Theme = 'system'

export const theme: Observable<Theme> = { get: () => chosen, subscribe: (listener) => changed.on(listener) }

/** Reads the choice and applies it; call before the first paint. */
export function restoreTheme(): void {
  apply(readChoice())
}

function chooseTheme(next: Theme): void {
  apply(next)
  try {
    if (next === 'system') localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, next)
  } catch {
    // Storage is forbidden here: the choice lasts as long as the page, which is all that can be done.
  }
}

const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' }
export const THEME_WORDS: Readonly<Record<Theme, string>> = { system: 'as the system', light: 'light', dark: 'dark' }

export function nextTheme(): Theme {
  return NEXT[chosen]
}

/** Goes on to the next; answers its name. */
export function changeTheme(): string {
  chooseTheme(nextTheme())
  return THEME_WORDS[chosen]
}

function apply(next: Theme): void {
  chosen = next
  const root = document.documentElement
  if (next === 'system') delete root.dataset['theme']
  else root.dataset['theme'] = next
  changed.emit()
}

function readChoice(): Theme {
  try {
    const stored = localStorage.getItem(KEY)
    return stored === 'light' || stored === 'dark' ? stored : 'system'
  } catch {
    // As above: no storage, no remembered choice.
    return 'system'
  }
}
