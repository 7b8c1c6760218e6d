/** The conformance list as a suite, for a door that a test opens. What the list is and says: `conformance-case.fixture.ts`. */

import { describe, test } from 'vitest'
import { CASES, type ConformanceDoor, fits, runCase } from './conformance-case.fixture.ts'

/** Runs the list against a door; `open` is asked once. */
export function conformance(name: string, open: () => Promise<ConformanceDoor>): void {
  describe(`conformance: ${name}`, () => {
    let door: Promise<ConformanceDoor> | null = null
    for (const [i, one] of CASES.entries())
      test(one.name, async (context) => {
        const opened = await (door ??= open())
        if (!fits(opened, one)) return context.skip('this door does not offer all that it takes')
        await runCase(opened, one, `c${i}x${Math.floor(performance.now() * 1000).toString(36)}`)
      })
  })
}
