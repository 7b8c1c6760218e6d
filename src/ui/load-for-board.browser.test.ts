import { afterEach, expect, test } from 'vitest'
import { loadForBoard } from './load-for-board.ts'

afterEach(() => {
  // Lets go of whoever still waits.
  dispatchEvent(new Event('pointermove'))
  location.hash = ''
})

test('an address that names a workspace loads at once', () => {
  location.hash = '#/w/abc/board'
  let loads = 0
  loadForBoard(() => loads++)
  expect(loads).toBe(1)
})

test.each(['pointermove', 'pointerdown', 'keydown', 'focusin', 'dragenter'])(
  'the start page loads nothing before somebody is there, and then once: %s',
  (sign) => {
    let loads = 0
    loadForBoard(() => loads++)
    expect(loads).toBe(0)
    dispatchEvent(new Event(sign))
    dispatchEvent(new Event(sign))
    dispatchEvent(new Event('keydown'))
    expect(loads).toBe(1)
  },
)
