import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GROUPS, LANES, parseBoardView, PLAIN, printBoardView } from './board-address.ts'

test('what is printed is read as the same view', () => {
  const view = fc.record({
    query: fc.string({ unit: 'grapheme' }).map((text) => text.trim()),
    group: fc.constantFrom(...GROUPS),
    lanes: fc.constantFrom(...LANES),
  })
  fc.assert(
    fc.property(view, (given) => {
      const read = parseBoardView(printBoardView(given))
      const isTwice = given.group === 'agent' && given.lanes === 'agent'
      expect(read).toEqual({ ...given, lanes: isTwice ? 'none' : given.lanes })
    }),
  )
})

test('an address is as short and as readable as it can be', () => {
  expect(printBoardView(PLAIN)).toBe('')
  expect(printBoardView({ query: 'status:ready,done label:"a b" #1 & 50%', group: 'agent', lanes: 'priority' })).toBe(
    'q=status:ready,done+label:%22a+b%22+%231+%26+50%25&group=agent&lanes=priority',
  )
})

test('what an address says that is not understood shows the plain board', () => {
  expect(parseBoardView('group=moon&lanes=&x=1')).toEqual(PLAIN)
})
