/** Saved views of this browser, one list for each workspace. They are nobody else's, and go when the browser's data goes. */

import { createEmitter } from '../../base/emitter.ts'
import { LOCAL } from '../../core/limits.ts'
import type { SharedView } from '../../replica/board-settings.ts'
import type { Observable } from '../session.ts'

const changed = createEmitter<void>()
const read = new Map<string, readonly SharedView[]>()

export function personalViews(workspace: string): Observable<readonly SharedView[]> {
  return { get: () => known(workspace), subscribe: (listener) => changed.on(listener) }
}

/** Saves a view, in place of the one with its id. */
export function savePersonalView(workspace: string, view: SharedView): void {
  put(workspace, [...known(workspace).filter(({ id }) => id !== view.id), view])
}

export function deletePersonalView(workspace: string, view: string): void {
  put(
    workspace,
    known(workspace).filter(({ id }) => id !== view),
  )
}

/** What is stored may have been written by another version: what does not fit is left out. */
export function parseViews(text: string | null): readonly SharedView[] {
  const found = parsed(text)
  return Array.isArray(found) ? found.filter(isView).slice(0, LOCAL.sharedViews) : []
}

function put(workspace: string, views: readonly SharedView[]): void {
  const sorted = views.toSorted((a, b) => a.name.localeCompare(b.name))
  read.set(workspace, sorted)
  try {
    localStorage.setItem(keyOf(workspace), JSON.stringify(sorted))
  } catch {
    // Storage is forbidden or full: the views last as long as the page, which is all that can be done.
  }
  changed.emit()
}

function known(workspace: string): readonly SharedView[] {
  const views = read.get(workspace) ?? parseViews(stored(workspace))
  read.set(workspace, views)
  return views
}

function stored(workspace: string): string | null {
  try {
    return localStorage.getItem(keyOf(workspace))
  } catch {
    // As above: no storage, nothing remembered.
    return null
  }
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text)
  } catch {
    // Somebody else wrote there: as if nothing were stored.
    return null
  }
}

function isView(view: unknown): view is SharedView {
  const { id, name, query } = (view ?? {}) as Readonly<Record<string, unknown>>
  return [id, name, query].every((part) => typeof part === 'string')
}

function keyOf(workspace: string): string {
  return `worknode.views.${workspace}`
}
