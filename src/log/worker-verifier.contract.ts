/** What a verifier behind a Worker owes, with a real Worker or a channel in its place. */

import { describe, expect, onTestFinished, test } from 'vitest'
import { filled, sample } from './batch.fixture.ts'
import { inlineVerifier } from './verify.ts'
import { createWorkerVerifier, type VerifierPort } from './worker-verifier.ts'

export function workerVerifierContract(name: string, start: () => VerifierPort): void {
  describe(`a verifier behind ${name}`, () => {
    test('says what the one on the spot says, in order, over many messages', async () => {
      const { genesis, grant, data } = await sample()
      const good = [genesis, grant, ...data].map(({ wire }) => wire)
      const wires = Array.from({ length: 300 }, (_, i) => (i % 9 === 4 ? filled(i, 0x81) : good[i % good.length]!))
      const verifier = createWorkerVerifier(start(), genesis.id)
      onTestFinished(() => verifier.close())
      const [first, second] = await Promise.all([verifier.verify(wires), verifier.verify(good)])
      expect(first).toEqual(await inlineVerifier(genesis.id).verify(wires))
      expect(second.every(({ ok }) => ok)).toBe(true)
      expect(await verifier.verify([])).toEqual([])
    })

    test('leaves the given wires as they were', async () => {
      const { genesis } = await sample()
      const verifier = createWorkerVerifier(start(), null)
      onTestFinished(() => verifier.close())
      const wire = genesis.wire.slice()
      await verifier.verify([wire])
      expect(wire).toEqual(genesis.wire)
    })

    test('rejects what is open when it is closed, and everything after', async () => {
      const { genesis } = await sample()
      const verifier = createWorkerVerifier(start(), genesis.id)
      const open = verifier.verify([genesis.wire])
      verifier.close()
      await expect(open).rejects.toThrow('closed')
      await expect(verifier.verify([genesis.wire])).rejects.toThrow('closed')
      verifier.close()
    })
  })
}
