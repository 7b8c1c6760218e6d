/** A value that changes and tells of it, in the shape that `useSyncExternalStore` wants. */

import { createEmitter } from '../base/emitter.ts'
import type { Observable } from '../ui/session.ts'

export interface Variable<T> extends Observable<T> {
  set(value: T): void
}

export function variable<T>(first: T): Variable<T> {
  const changed = createEmitter<void>()
  let value = first
  return {
    get: () => value,
    subscribe: (listener) => changed.on(listener),
    set(next) {
      if (Object.is(value, next)) return
      value = next
      changed.emit()
    },
  }
}
