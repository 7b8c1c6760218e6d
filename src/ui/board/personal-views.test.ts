import { expect, test } from 'vitest'
import { parseViews } from './personal-views.ts'

const view = { id: 'a', name: 'Mine', query: 'q=is:mine' }

test('what is stored is read back, and what does not fit is left out', () => {
  expect(parseViews(JSON.stringify([view, { id: 1 }, null, 'x', { ...view, query: 7 }]))).toEqual([view])
  for (const wrong of [null, '', '{', '{}', '7', 'null']) expect(parseViews(wrong)).toEqual([])
})
