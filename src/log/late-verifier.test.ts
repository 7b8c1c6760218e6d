import { expect, test } from 'vitest'
import { lateVerifier } from './late-verifier.ts'
import type { Verifier } from './verifier.ts'

test('nothing is started before there is something to verify, and then once', async () => {
  let started = 0
  let closed = 0
  const learned: Uint8Array[] = []
  const verifier = lateVerifier((): Verifier => {
    started++
    return { learn: ({ id }) => void learned.push(id), verify: async () => [], close: () => void closed++ }
  })
  const [first, second] = [Uint8Array.of(1), Uint8Array.of(2)]
  verifier.learn({ id: first, raw: first })
  expect(started).toBe(0)
  await verifier.verify([])
  await verifier.verify([])
  expect(started).toBe(1)
  // What it learned before there was anything to verify, it tells the one that is started.
  verifier.learn({ id: second, raw: second })
  expect(learned).toEqual([first, second])
  verifier.close()
  expect(closed).toBe(1)
  await expect(verifier.verify([])).rejects.toThrow('closed')
})
