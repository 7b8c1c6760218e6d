/** Joins the list, what keeps it, and the page. */

import { browserPlace, openStorage } from '../api/storage.js'
import { addItem, clearDone, removeItem, toggleItem } from '../api/store.js'
import { show } from './view.js'

const storage = openStorage(browserPlace(window))
let list = storage.load()

function update(next) {
  list = next
  storage.save(list)
  draw()
}

function draw() {
  show(document, list, {
    onToggle: (id) => update(toggleItem(list, id)),
    onRemove: (id) => update(removeItem(list, id)),
  })
}

const field = document.getElementById('name')
// The button sends no form: a page in a sandbox may not.
const add = () => {
  update(addItem(list, field.value))
  field.value = ''
  field.focus()
}
document.querySelector('#add button').addEventListener('click', (event) => {
  event.preventDefault()
  add()
})
field.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter') return
  event.preventDefault()
  add()
})
document.getElementById('clear').addEventListener('click', () => update(clearDone(list)))
draw()
