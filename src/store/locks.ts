/**
 * Locks between the tabs of a profile, in the shape of `navigator.locks`, which can be passed as it is.
 *
 * A lock is held until the promise of its holder settles, or its tab is gone; then the next in line has it. With
 * `ifAvailable` nobody waits: the callback is given null where the lock is held.
 */

export interface Locks {
  request<T>(name: string, options: LockRequest, held: (lock: HeldLock | null) => Promise<T>): Promise<T>
}

export interface LockRequest {
  readonly ifAvailable?: boolean
}

export interface HeldLock {
  readonly name: string
}

/** The twin in memory: all tabs of one profile. */
export interface MemoryLocks {
  tab(): TabLocks
}

export interface TabLocks extends Locks {
  /** The tab dies: what it held is free, what it waited for it never gets. */
  crash(): void
}

export function memoryLocks(): MemoryLocks {
  const queues = new Map<string, Claim[]>()

  function leave(claim: Claim): void {
    const queue = queues.get(claim.name) ?? []
    const wasHolder = queue[0] === claim
    const left = queue.filter((other) => other !== claim)
    queues.set(claim.name, left)
    if (wasHolder) left[0]?.grant()
  }

  return {
    tab() {
      const claims = new Set<Claim>()
      return {
        async request(name, { ifAvailable = false }, held) {
          const queue = queues.get(name) ?? []
          if (ifAvailable && queue.length > 0) return held(null)
          let grant = () => {}
          const granted = new Promise<void>((resolve) => {
            grant = resolve
          })
          const claim: Claim = { name, grant }
          claims.add(claim)
          queues.set(name, [...queue, claim])
          if (queue.length === 0) grant()
          await granted
          try {
            return await held({ name })
          } finally {
            claims.delete(claim)
            leave(claim)
          }
        },
        crash() {
          for (const claim of claims) leave(claim)
          claims.clear()
        },
      }
    },
  }
}

interface Claim {
  readonly name: string
  readonly grant: () => void
}
