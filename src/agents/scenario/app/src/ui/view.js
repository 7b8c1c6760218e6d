/** Puts a list on the page. What people wrote goes in as text, never as HTML. */

import { countOpen, inOrder } from '../api/store.js'

export function show(page, list, { onToggle, onRemove }) {
  const rows = inOrder(list).map((item) => rowOf(page, item, onToggle, onRemove))
  page.getElementById('items').replaceChildren(...rows)
  page.getElementById('empty').hidden = rows.length > 0
  page.getElementById('clear').hidden = countOpen(list) === list.items.length
  page.getElementById('summary').textContent = summaryOf(countOpen(list))
}

export function summaryOf(open) {
  return open === 0 ? 'Nothing to buy' : `${open} ${open === 1 ? 'thing' : 'things'} to buy`
}

function rowOf(page, item, onToggle, onRemove) {
  const row = page.createElement('li')
  row.className = item.done ? 'done' : ''
  const box = page.createElement('input')
  box.type = 'checkbox'
  box.checked = item.done
  box.addEventListener('change', () => onToggle(item.id))
  const name = page.createElement('span')
  name.textContent = item.name
  const label = page.createElement('label')
  label.append(box, name)
  if (item.count > 1) {
    const count = page.createElement('span')
    count.className = 'count'
    count.textContent = `× ${item.count}`
    label.append(count)
  }
  const remove = page.createElement('button')
  remove.type = 'button'
  remove.textContent = 'Remove'
  remove.setAttribute('aria-label', `Remove ${item.name}`)
  remove.addEventListener('click', () => onRemove(item.id))
  row.append(label, remove)
  return row
}
