import { expect, test } from 'vitest'
import { strictNote } from './strict.ts'

const note = (over: object, run: object | null = null, here: readonly string[] = ['k']) =>
  strictNote(
    { run: run as never },
    { leaseAuthority: 'k', leaseWaitsOn: [], ...over },
    (key) => here.includes(key),
    (key) => `<${key}>`,
  )

test('a strict task says whether it can begin, by whose word, and what to do where it cannot', () => {
  expect(note({})).toEqual({ isStuck: false, words: 'Strict: begins once <k> has given a lease' })
  expect(note({}, null, [])).toMatchObject({
    isStuck: true,
    words: expect.stringMatching(/<k> gives the leases and is not seen here\. Open it, or name another/),
  })
  expect(note({ leaseAuthority: null })).toMatchObject({
    isStuck: true,
    words: expect.stringMatching(/nobody gives leases here\. Name one: Agents/),
  })
  expect(note({ leaseAuthority: null, leaseWaitsOn: ['a', 'b'] }).words).toMatch(/named apart to give leases \(<a>, <b>\)/)
  expect(note({ leaseWaitsOn: ['a'] })).toMatchObject({
    isStuck: true,
    words: expect.stringMatching(/before <a> lets <k> give leases/),
  })
  expect(note({}, { state: 'claimed', lease: { authority: 'k', given: true } }, [])).toMatchObject({ isStuck: false })
  expect(note({}, { state: 'working', lease: null }, [])).toMatchObject({ isStuck: false })
})
