import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Need } from './needs.ts'
import { createNotifier, type Teller } from './notifier.ts'

function need(cause: string): Need {
  return { cause, words: `About ${cause}`, address: `/${cause}` }
}

/** What is shown somewhere, by tag. */
function board(): Teller & { readonly shown: Map<string, string>; told: number } {
  const shown = new Map<string, string>()
  return {
    shown,
    told: 0,
    tell(tag, words) {
      this.told++
      shown.set(tag, words)
    },
    takeBack: (tag) => void shown.delete(tag),
  }
}

function scene(allowed = true) {
  const [page, desktop] = [board(), board()]
  const at = { isLookedAt: true }
  const notifier = createNotifier({ isLookedAt: () => at.isLookedAt, page, desktop: () => (allowed ? desktop : null) })
  const look = (isLookedAt: boolean): void => {
    at.isLookedAt = isLookedAt
    notifier.looked()
  }
  return { page, desktop, notifier, look }
}

test('what needs a person is said on the page while they look, on the desktop while they do not, and once', () => {
  const { page, desktop, notifier, look } = scene()
  notifier.needs([need('a')])
  notifier.needs([need('a')])
  expect([page.told, desktop.told]).toEqual([1, 0])
  look(false)
  notifier.needs([need('a'), need('b')])
  expect([page.told, desktop.told]).toEqual([1, 1])
  expect([...desktop.shown]).toEqual([['b', 'About b']])
})

test('a message is taken away when its cause is gone, and said again if it comes back', () => {
  const { desktop, notifier, look } = scene()
  look(false)
  notifier.needs([need('a')])
  notifier.needs([])
  expect(desktop.shown.size).toBe(0)
  notifier.needs([need('a')])
  expect(desktop.told).toBe(2)
})

test('whoever comes back to the page finds no message on the desktop', () => {
  const { page, desktop, notifier, look } = scene()
  look(false)
  notifier.needs([need('a')])
  look(true)
  expect([desktop.shown.size, page.told]).toEqual([0, 0])
})

test('without leave to use the desktop it waits until the page is looked at', () => {
  const { page, notifier, look } = scene(false)
  look(false)
  notifier.needs([need('a')])
  expect(page.told).toBe(0)
  look(true)
  expect([...page.shown.values()]).toEqual(['About a'])
})

test('many at once are one message, which stays until the last of them is settled', () => {
  const { page, notifier } = scene()
  notifier.needs([need('a'), need('b'), need('c')])
  expect([...page.shown.values()]).toEqual(['3 things need you'])
  notifier.needs([need('c')])
  expect(page.shown.size).toBe(1)
  notifier.needs([])
  expect(page.shown.size).toBe(0)
})

test('whatever happens, nothing is on the desktop of somebody who looks, nor any message without its cause', () => {
  const step = fc.oneof(
    fc.subarray(['a', 'b', 'c', 'd', 'e']).map((causes) => ({ causes })),
    fc.boolean().map((isLookedAt) => ({ isLookedAt })),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const { page, desktop, notifier, look } = scene()
      let [causes, isLookedAt]: [readonly string[], boolean] = [[], true]
      for (const one of steps) {
        if ('causes' in one) notifier.needs((causes = one.causes).map(need))
        else look((isLookedAt = one.isLookedAt))
        if (isLookedAt) expect(desktop.shown.size).toBe(0)
        for (const tag of [...page.shown.keys(), ...desktop.shown.keys()])
          if (tag === 'many') expect(causes).not.toEqual([])
          else expect(causes).toContain(tag)
      }
    }),
  )
})
