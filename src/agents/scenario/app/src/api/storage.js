/**
 * Keeps the list where the browser lets us: between visits if it can, for this visit if it cannot. What was kept by something
 * else, or cut off, counts as an empty list.
 */

import { emptyList } from './store.js'

const KEY = 'pantry/list'

/** `place`: something with getItem and setItem, such as localStorage; null where there is none. */
export function openStorage(place) {
  let last = null
  return {
    load() {
      return parse(attempt(() => place.getItem(KEY)) ?? last)
    },
    /** Whether it will be there on the next visit. */
    save(list) {
      last = JSON.stringify(list)
      return (
        attempt(() => {
          place.setItem(KEY, last)
          return true
        }) === true
      )
    },
  }
}

/** The browser's own place, which some pages may not touch. */
export function browserPlace(page) {
  return attempt(() => page.localStorage) ?? null
}

function parse(text) {
  const list = attempt(() => JSON.parse(text))
  return Array.isArray(list?.items) && Number.isInteger(list.nextId) ? list : emptyList()
}

function attempt(read) {
  try {
    return read()
  } catch {
    // Forbidden, full or broken: the list then lives as long as the page.
    return undefined
  }
}
