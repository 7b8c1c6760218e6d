import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deflate, inflate } from './deflate.ts'

test('what was deflated comes back, and repetition costs little', async () => {
  const any = fc.uint8Array({ maxLength: 3000 })
  await fc.assert(
    fc.asyncProperty(any, async (bytes) => {
      expect(await inflate(await deflate(new Uint8Array(bytes)))).toEqual(bytes)
    }),
    { numRuns: 30 },
  )
  expect((await deflate(new Uint8Array(60_000))).length).toBeLessThan(200)
})

test('bytes that are no deflate stream are refused', async () => {
  await expect(inflate(new Uint8Array([7, 7, 7, 7]))).rejects.toThrow()
})
