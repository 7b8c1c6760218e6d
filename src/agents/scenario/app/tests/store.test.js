/** What was promised of the list, then the edges. `test` and `assert` are there without an import. */

import { addItem, clearDone, countOpen, emptyList, inOrder, NAME_CHARS, removeItem, toggleItem } from '../src/api/store.js'

const listOf = (...names) => names.reduce(addItem, emptyList())
const namesIn = (list) => inOrder(list).map(({ name }) => name)

test('a new item stands at the end and is to be bought', () => {
  const list = listOf('Milk', 'Bread')
  assert.equal(namesIn(list), ['Milk', 'Bread'])
  assert.equal(countOpen(list), 2)
})

test('the same item twice is counted, whatever its case and spaces', () => {
  const list = listOf('Olive oil', '  olive   OIL ')
  assert.equal(list.items.length, 1)
  assert.equal(list.items[0].count, 2)
})

test('what was bought moves to the end and can be wanted again', () => {
  const bought = toggleItem(listOf('Milk', 'Bread'), 1)
  assert.equal(namesIn(bought), ['Bread', 'Milk'])
  const again = addItem(bought, 'milk')
  assert.equal(countOpen(again), 2)
  assert.equal(again.items[0].count, 1)
})

test('clearing takes away what was bought and nothing else', () => {
  assert.equal(namesIn(clearDone(toggleItem(listOf('Milk', 'Bread', 'Tea'), 2))), ['Milk', 'Tea'])
})

test('removing an item never gives its id to another', () => {
  const list = addItem(removeItem(listOf('Milk', 'Bread'), 2), 'Tea')
  assert.equal(new Set(list.items.map(({ id }) => id)).size, 2)
  assert(!list.items.some(({ id }) => id === 2), 'the id of what was removed stays unused')
})

test('an empty name adds nothing, and a long one is cut', () => {
  assert.equal(listOf('', '   ').items.length, 0)
  assert.equal(listOf('x'.repeat(500)).items[0].name.length, NAME_CHARS)
})

test('no function changes the list that it was given', () => {
  const list = Object.freeze({ items: Object.freeze([Object.freeze({ id: 1, name: 'Milk', count: 1, done: false })]), nextId: 2 })
  for (const next of [addItem(list, 'milk'), addItem(list, 'Tea'), toggleItem(list, 1), removeItem(list, 1), clearDone(list)])
    assert(next !== undefined, 'it answers a list')
  assert.equal(namesIn(list), ['Milk'])
})
