/** What the SDK takes from where it runs: the network, time and chance. Arguments, so that tests give their own. */

export interface Ports {
  readonly fetch: (request: Request) => Promise<Response>
  readonly now: () => number
  /** Resolves after so long, and at once when the signal is aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
  /** From 0 up to 1. */
  readonly random: () => number
  /** A fresh idempotency key. */
  readonly newKey: () => string
}

export function realPorts(): Ports {
  return {
    fetch: (request) => fetch(request),
    now: () => Date.now(),
    wait,
    random: () => Math.random(),
    newKey,
  }
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}

/** `randomUUID` is there in secure contexts only; a page over plain http in a home network is none. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
