import { expect, test } from 'vitest'
import { lateVerifier } from './late-verifier.ts'
import type { Verifier } from './verifier.ts'

test('nothing is started before there is something to verify, and then once', async () => {
  let started = 0
  let closed = 0
  const verifier = lateVerifier((): Verifier => {
    started++
    return { verify: async () => [], close: () => void closed++ }
  })
  expect(started).toBe(0)
  await verifier.verify([])
  await verifier.verify([])
  expect(started).toBe(1)
  verifier.close()
  expect(closed).toBe(1)
  await expect(verifier.verify([])).rejects.toThrow('closed')
})
