/**
 * The shopping list as plain data. Each function takes a list and gives back a new one: nothing here knows of a page or a disk.
 * An item is { id, name, count, done }.
 */

export const NAME_CHARS = 60

export function emptyList() {
  return { items: [], nextId: 1 }
}

/** Adds an item. What is on the list already is counted up, and is wanted again if it was bought. */
export function addItem(list, text) {
  const name = text.trim().replace(/\s+/g, ' ').slice(0, NAME_CHARS)
  if (name === '') return list
  const known = list.items.find((item) => item.name.toLowerCase() === name.toLowerCase())
  if (!known) return { items: [...list.items, { id: list.nextId, name, count: 1, done: false }], nextId: list.nextId + 1 }
  return change(list, known.id, (item) => ({ ...item, count: item.done ? 1 : item.count + 1, done: false }))
}

/** Bought, or not bought after all. */
export function toggleItem(list, id) {
  return change(list, id, (item) => ({ ...item, done: !item.done }))
}

export function removeItem(list, id) {
  return { ...list, items: list.items.filter((item) => item.id !== id) }
}

/** Takes away everything that was bought. */
export function clearDone(list) {
  return { ...list, items: list.items.filter((item) => !item.done) }
}

/** What is still to be bought comes first, each part in the order it was written down. */
export function inOrder(list) {
  return [...list.items.filter((item) => !item.done), ...list.items.filter((item) => item.done)]
}

export function countOpen(list) {
  return list.items.filter((item) => !item.done).length
}

function change(list, id, edit) {
  return { ...list, items: list.items.map((item) => (item.id === id ? edit(item) : item)) }
}
