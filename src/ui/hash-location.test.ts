import { expect, test } from 'vitest'
import { nextAddress } from './hash-location.ts'

const from = { path: '/w/ab/board', query: 'q=label:bug' }

test.each([
  ['/w/ab/task/WN-1', '/w/ab/task/WN-1?q=label:bug'],
  ['/w/ab/board', '/w/ab/board?q=label:bug'],
  ['/w/ab/board?', '/w/ab/board'],
  ['/w/ab/board?group=agent', '/w/ab/board?group=agent'],
  ['/w/ab/people', '/w/ab/people'],
  ['/w/cd/board', '/w/cd/board'],
  ['/', '/'],
])('from a filtered board %s leads to %s', (to, expected) => {
  expect(nextAddress(to, from)).toBe(expected)
})

test('what was asked of the board does not follow from elsewhere', () => {
  expect(nextAddress('/w/ab/board', { path: '/w/ab/people', query: 'q=x' })).toBe('/w/ab/board')
  expect(nextAddress('/w/ab/board', { path: '/w/ab/task/WN-1', query: 'q=x' })).toBe('/w/ab/board?q=x')
})
