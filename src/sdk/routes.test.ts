import { expect, test } from 'vitest'
import { EVERY_OPERATION } from '../operations/every-operation.ts'
import { callOf, queryOf, ROUTES } from './routes.ts'

test('the routes of the client are those of the table, all of them and no others', () => {
  expect(ROUTES).toEqual(Object.fromEntries(Object.entries(EVERY_OPERATION).map(([name, { route }]) => [name, route])))
})

test('what the path names goes into the path, the rest into the body or, of a read, into the query', () => {
  expect(callOf('report_progress', { id: 'WN/1', progress: 5 })).toEqual({
    method: 'POST',
    path: '/tasks/WN%2F1/progress',
    body: { progress: 5 },
  })
  expect(callOf('list_capabilities', { holder: 'ab', live: true })).toEqual({
    method: 'GET',
    path: '/capabilities?holder=ab&live=true',
    body: undefined,
  })
  expect(() => callOf('get_task', {})).toThrow('get_task needs "id".')
})

test('a query says a list once per element and leaves out what is not given', () => {
  expect(queryOf({ a: ['x', 'y&'], b: undefined, c: null, d: false })).toBe('?a=x&a=y%26&d=false')
  expect(queryOf({})).toBe('')
})
