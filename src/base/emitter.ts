/** Listeners of one event. A listener that throws is a bug of the listener: it surfaces and does not starve the others. */

export interface Emitter<T> {
  /** Returns the function that stops listening. */
  on(listener: (event: T) => void): () => void
  emit(event: T): void
}

export function createEmitter<T>(): Emitter<T> {
  const listeners = new Set<(event: T) => void>()
  return {
    on(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    emit(event) {
      for (const listener of [...listeners]) {
        try {
          listener(event)
        } catch (error) {
          queueMicrotask(() => {
            throw error
          })
        }
      }
    },
  }
}
