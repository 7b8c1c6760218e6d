/** The part of the store contract about receipts, for stores that keep them. Run it beside `storeContract`. */

import { describe, expect, test } from 'vitest'
import { LOCAL } from '../core/limits.ts'
import { all, own, stored, wire, type OpenedStore } from './contract-fixtures.ts'
import type { Receipt } from './receipts.ts'
import { FeedMovedError } from './store.ts'

const receipt = (name: string, at: number, text = `${name} at ${at}`): Receipt => ({ name, at, text })

export function receiptsContract(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} keeps receipts`, () => {
    test('with the batches that they came with, or alone, and the newest of a name', async () => {
      const { store, reopen } = await open()
      expect(await store.receipts?.()).toEqual([])
      await store.append([wire(1)], own('a', null, 1), [receipt('x', 1), receipt('y', 2)])
      await store.append([], undefined, [receipt('x', 3)])
      expect(await store.append([wire(2)])).toBe(2)
      const kept = [receipt('y', 2), receipt('x', 3)]
      expect(await store.receipts?.()).toEqual(kept)
      const again = await reopen()
      expect(await again.receipts?.()).toEqual(kept)
      expect(await all(again)).toEqual([stored(1), stored(2)])
    })

    test('none of an append that was refused', async () => {
      const { store } = await open()
      await expect(store.append([wire(1)], own('a', 5, 6), [receipt('x', 1)])).rejects.toThrow(FeedMovedError)
      expect(await store.receipts?.()).toEqual([])
    })

    test('until they are taken back', async () => {
      const { store, reopen } = await open()
      await store.append([], undefined, [receipt('x', 1), receipt('y', 1)])
      await store.append([], undefined, [receipt('x', 2, '')])
      expect(await store.receipts?.()).toEqual([receipt('y', 1)])
      expect(await (await reopen()).receipts?.()).toEqual([receipt('y', 1)])
    })

    test('through every seal, however often one is written anew', async () => {
      const { store, reopen } = await open()
      const text = 'x'.repeat(20_000)
      for (let round = 1; round <= 40; round++) {
        for (const one of ['a', 'b', 'c']) await store.append([wire(round)], undefined, [receipt(one, round, text + round)])
        await store.seal()
      }
      const again = await reopen()
      expect((await again.receipts?.())?.map(({ name: of, at }) => [of, at])).toEqual([
        ['a', 40],
        ['b', 40],
        ['c', 40],
      ])
      expect((await all(again)).length).toBe(120)
    })

    test('for a time, and so many', async () => {
      const { store, reopen } = await open()
      await store.append([], undefined, [receipt('older', 0), receipt('old', 1)])
      await store.append([], undefined, [receipt('new', LOCAL.repeatableMs)])
      expect(await store.receipts?.()).toEqual([receipt('old', 1), receipt('new', LOCAL.repeatableMs)])
      const many = Array.from({ length: LOCAL.repeatableAnswers + 5 }, (_, i) => receipt(`n${i}`, LOCAL.repeatableMs))
      await store.append([], undefined, many)
      await store.seal()
      expect(await (await reopen()).receipts?.()).toEqual(many.slice(5))
    })
  })
}
