import { expect, test } from 'vitest'
import { type Figure, markdownTable, meetsAim, ratioOf } from './table.ts'
import { packWires, unpackWires } from './wires.ts'

const slow: Figure = {
  name: 'a start',
  value: 150,
  unit: 'ms',
  raw: { value: 100, what: 'the least' },
  aim: { of: 'ratio', limit: 1.3 },
}
const fast: Figure = {
  name: 'a rate',
  value: 50,
  unit: '/s',
  moreIsBetter: true,
  raw: { value: 100, what: 'the most' },
  aim: { of: 'value', limit: 40 },
}

test('a ratio of 1 is the limit and less is better, for times and for rates', () => {
  expect([ratioOf(slow), ratioOf(fast), ratioOf({ name: 'alone', value: 1, unit: 'bytes' })]).toEqual([1.5, 2, null])
})

test('an aim is about the ratio or about the value, and a rate has to be above it', () => {
  expect([meetsAim(slow), meetsAim({ ...slow, value: 130 }), meetsAim(fast), meetsAim({ ...fast, value: 39 })]).toEqual([
    false,
    true,
    true,
    false,
  ])
})

test('the table names the limit beside each figure', () => {
  expect(markdownTable([slow]).split('\n')[2]).toBe('| a start | 150 ms | 100 ms: the least | 1.50× | ≤ 1.30× | NO |')
})

test('wires come back from one blob', () => {
  const wires = [new Uint8Array([1, 2, 3]), new Uint8Array(0), new Uint8Array(300).fill(7)]
  expect(unpackWires(packWires(wires))).toEqual(wires)
})
