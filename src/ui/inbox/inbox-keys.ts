/**
 * Keys of the inbox: J and K, or the arrows, go from item to item, Enter opens its task, and a letter presses the button of the item
 * that names the letter (`aria-keyshortcuts`). Never while somebody types, or a dialog or menu is open.
 */

import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react'
import { isCovered, isTyping } from '../commands/listen.ts'

const STEPS: Readonly<Record<string, number>> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }

export function useInboxKeys(list: RefObject<HTMLElement | null>): void {
  const last = useRef<number | null>(null)
  // An item that was dealt with is gone with the focus: the one in its place takes it.
  useLayoutEffect(() => {
    if (last.current === null || document.activeElement !== document.body) return
    const items = itemsIn(list.current)
    const { current } = last
    // Of a long list the first elements are not those of the first items.
    const next = items.find((item) => positionOf(item) >= current) ?? items.at(-1)
    next?.focus()
  })
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return
      if (isTyping(event.target) || isCovered()) return
      if (actOn(event, itemsIn(list.current))) event.preventDefault()
    }
    const onFocus = (event: FocusEvent): void => {
      const at = itemsIn(list.current).find((item) => item.contains(event.target as Node))
      last.current = at ? positionOf(at) : null
    }
    document.addEventListener('keydown', onKey)
    document.addEventListener('focusin', onFocus)
    return () => {
      document.removeEventListener('keydown', onKey)
      document.removeEventListener('focusin', onFocus)
    }
  }, [list])
}

/** Does what the key asks for; answers whether it was one of ours. */
function actOn({ key, target }: KeyboardEvent, items: readonly HTMLElement[]): boolean {
  const at = items.findIndex((item) => item.contains(target as Node))
  const step = STEPS[key]
  if (step !== undefined) {
    const next = at < 0 ? items[0] : items[at + step]
    next?.focus()
    return next !== undefined
  }
  const item = items[at]
  if (!item) return false
  // On a button Enter presses the button.
  if (key === 'Enter') return target === item && press(item.querySelector<HTMLElement>('[data-opens]'))
  return /^[a-z1-9]$/.test(key) && press(item.querySelector<HTMLElement>(`[aria-keyshortcuts="${key.toUpperCase()}"]`))
}

function press(what: HTMLElement | null): boolean {
  if (what instanceof HTMLTextAreaElement) what.focus()
  else what?.click()
  return what !== null
}

function itemsIn(list: HTMLElement | null): readonly HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>('[data-entry]') ?? [])]
}

function positionOf(item: HTMLElement): number {
  return Number(item.ariaPosInSet)
}
