/** A verifier that is started when there is something to verify: a Worker costs the first paint what it takes to load. */

import type { Verifier } from './verifier.ts'

export function lateVerifier(start: () => Verifier): Verifier {
  let started: Verifier | null = null
  let isClosed = false
  return {
    async verify(wires) {
      if (isClosed) throw new Error('The verifier is closed.')
      started ??= start()
      return started.verify(wires)
    },
    close() {
      isClosed = true
      started?.close()
    },
  }
}
