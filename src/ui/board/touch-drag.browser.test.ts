import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { liftByTouch } from './touch-drag.ts'

let card: HTMLElement
let said: string[]
let held: number
let mayDrag: boolean
let stop: () => void
let listening: AbortController

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  document.body.innerHTML = ''
  card = document.createElement('div')
  card.style.height = '60px'
  const button = document.createElement('button')
  card.append(button)
  document.body.append(card)
  said = []
  listening = new AbortController()
  held = 0
  mayDrag = true
  for (const type of ['dragstart', 'drop', 'dragend'])
    addEventListener(type, ({ isTrusted }) => isTrusted || said.push(type), { signal: listening.signal })
  stop = liftByTouch({ card, mayDrag: () => mayDrag, onHeld: () => held++ })
})

afterEach(() => {
  stop()
  listening.abort()
  vi.useRealTimers()
})

test('a card that is held long enough is lifted, moved and dropped where the finger leaves', () => {
  finger('touchstart', 20, 20)
  vi.advanceTimersByTime(200)
  expect(said).toEqual([])
  vi.advanceTimersByTime(200)
  expect(said).toEqual(['dragstart'])
  expect(ghosts()).toBe(1)
  expect(finger('touchmove', 80, 90).defaultPrevented).toBe(true)
  expect(finger('touchend', 80, 90).defaultPrevented).toBe(true)
  expect(said).toEqual(['dragstart', 'drop', 'dragend'])
  expect([ghosts(), held]).toEqual([0, 0])
})

test('one that is held and let go drops nothing and asks for its menu', () => {
  finger('touchstart', 20, 20)
  vi.advanceTimersByTime(1000)
  finger('touchmove', 23, 22)
  finger('touchend', 23, 22)
  expect(said).toEqual(['dragstart', 'dragend'])
  expect(held).toBe(1)
})

test('a finger that moves at once scrolls: nothing is lifted, and no move is kept from the browser', () => {
  finger('touchstart', 20, 20)
  expect(finger('touchmove', 20, 60).defaultPrevented).toBe(false)
  vi.advanceTimersByTime(1000)
  expect(finger('touchend', 20, 60).defaultPrevented).toBe(false)
  expect(said).toEqual([])
})

test('a touch that is short stays a click', () => {
  finger('touchstart', 20, 20)
  expect(finger('touchend', 20, 20).defaultPrevented).toBe(false)
  vi.advanceTimersByTime(1000)
  expect([said, held]).toEqual([[], 0])
})

test('who may not move it lifts nothing, and the browser answers a long press in its own way', () => {
  mayDrag = false
  finger('touchstart', 20, 20)
  vi.advanceTimersByTime(1000)
  expect(finger('touchend', 20, 20).defaultPrevented).toBe(false)
  expect(said).toEqual([])
})

test('a button on the card and a second finger lift nothing', () => {
  finger('touchstart', 5, 5, card.querySelector('button') as HTMLElement)
  vi.advanceTimersByTime(1000)
  finger('touchend', 5, 5)
  finger('touchstart', 20, 20)
  finger('touchstart', 20, 20, card, 2)
  vi.advanceTimersByTime(1000)
  expect(said).toEqual([])
})

test('what the browser takes back is dropped nowhere', () => {
  finger('touchstart', 20, 20)
  vi.advanceTimersByTime(1000)
  finger('touchmove', 80, 90)
  finger('touchcancel', 80, 90)
  expect(said).toEqual(['dragstart', 'dragend'])
  expect([ghosts(), held]).toEqual([0, 0])
})

test('a card that goes away while it is dragged is dropped all the same', () => {
  finger('touchstart', 20, 20)
  vi.advanceTimersByTime(1000)
  stop()
  card.remove()
  finger('touchmove', 80, 90)
  finger('touchend', 80, 90)
  expect(said).toEqual(['dragstart', 'drop', 'dragend'])
  finger('touchstart', 20, 20)
  vi.advanceTimersByTime(1000)
  expect(said).toHaveLength(3)
})

function ghosts(): number {
  return document.querySelectorAll('[data-ghost]').length
}

function finger(type: string, clientX: number, clientY: number, target = card, count = 1): TouchEvent {
  const touches = Array.from({ length: count }, (_, identifier) => new Touch({ identifier, target, clientX, clientY }))
  const isUp = type === 'touchend' || type === 'touchcancel'
  const event = new TouchEvent(type, {
    bubbles: true,
    cancelable: true,
    touches: isUp ? [] : touches,
    changedTouches: touches,
  })
  target.dispatchEvent(event)
  return event
}
