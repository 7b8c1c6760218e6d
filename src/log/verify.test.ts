import { expect, test } from 'vitest'
import { sample } from './batch.fixture.ts'
import { inlineVerifier } from './verify.ts'

test('what an author seals, every verifier accepts', async () => {
  const { genesis, grant, data } = await sample()
  const sealed = [genesis, grant, ...data]
  const verdicts = await inlineVerifier(genesis.id).verify(sealed.map(({ wire }) => wire))
  expect(verdicts).toEqual(sealed.map((batch) => ({ ok: true, batch })))
})
