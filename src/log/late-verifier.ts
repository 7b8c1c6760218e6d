/** A verifier that is started when there is something to verify: a Worker costs the first paint what it takes to load. */

import type { EpochKey } from './sealing.ts'
import type { Verifier } from './verifier.ts'

export function lateVerifier(start: () => Verifier): Verifier {
  let started: Verifier | null = null
  let isClosed = false
  const learned: EpochKey[] = []
  return {
    learn(key) {
      learned.push(key)
      started?.learn(key)
    },
    async verify(wires) {
      if (isClosed) throw new Error('The verifier is closed.')
      if (started === null) {
        started = start()
        for (const key of learned) started.learn(key)
      }
      return started.verify(wires)
    },
    close() {
      isClosed = true
      started?.close()
    },
  }
}
