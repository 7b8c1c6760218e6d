/**
 * Places in a list: fractional indexes as text, so that there is always room between two.
 *
 * What others wrote goes into the making of the next place, so only well-formed ones are let in (`fields.ts`): a letter that
 * says how long the whole part is, that part, and a fraction that does not end in zero.
 */

import { generateKeyBetween, generateNKeysBetween } from 'fractional-indexing'

const LONGEST = 512
const LEAST = `A${'0'.repeat(26)}`

export function isOrder(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > LONGEST || !/^[A-Za-z][0-9A-Za-z]+$/.test(value) || value === LEAST)
    return false
  const head = value.charCodeAt(0)
  const whole = head >= 97 ? head - 95 : 92 - head
  return value.length === whole || (value.length > whole && !value.endsWith('0'))
}

/** A place after `above` and before `below`; null is the end of the list. Where no room is left it is `above`'s own: ids decide. */
export function orderBetween(above: string | null, below: string | null): string {
  const order = generateKeyBetween(above, below)
  return above !== null && order.length > LONGEST ? above : order
}

/** As many places as asked for, in order, after `above` and before `below`. */
export function ordersBetween(above: string | null, below: string | null, howMany: number): readonly string[] {
  const orders = generateNKeysBetween(above, below, howMany)
  return above !== null && orders.some((order) => order.length > LONGEST) ? orders.map(() => above) : orders
}
