/** What happens to the list when the browser keeps it, keeps it badly, or keeps nothing. */

import { browserPlace, openStorage } from '../src/api/storage.js'
import { addItem, emptyList } from '../src/api/store.js'

function placeWith(text) {
  let kept = text
  return { getItem: () => kept, setItem: (_key, next) => void (kept = next) }
}

test('a list that was kept is there on the next visit', () => {
  const place = placeWith(null)
  assert.equal(openStorage(place).save(addItem(emptyList(), 'Milk')), true)
  assert.equal(openStorage(place).load().items[0].name, 'Milk')
})

test('what is not a list counts as an empty one', () => {
  for (const text of [null, '', '{', '[]', '{"items":3}', 'null']) assert.equal(openStorage(placeWith(text)).load(), emptyList())
})

test('where nothing may be kept the list lasts for the visit, and says so', () => {
  const storage = openStorage(null)
  assert.equal(storage.save(addItem(emptyList(), 'Milk')), false)
  assert.equal(storage.load().items.length, 1)
})

test('a page that forbids its storage does not break the app', () => {
  const page = {
    get localStorage() {
      throw new Error('forbidden here')
    },
  }
  assert.equal(browserPlace(page), null)
})
