/**
 * The part of the store contract about records merging under the reader, and about tabs that share one store.
 * Run it through `storeContract`.
 */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { all, arrivals, at, expectSame, own, sized, stored, wire, type OpenedStore } from './contract-fixtures.ts'
import { FeedMovedError, type Store, type StoredBatch } from './store.ts'

export function sealingContract(name: string, open: () => Promise<OpenedStore>, runs?: number): void {
  describe(`${name} seals`, () => {
    test('many small records become few, and what is read stays', async () => {
      const { store } = await open()
      for (let i = 1; i <= 300; i++) await store.append([wire(i)])
      const before = await store.size()
      expect(before.records).toBe(300)
      expect(await store.seal()).toBe(300)
      expect(await store.seal()).toBe(0)
      const after = await store.size()
      expect(after).toMatchObject({ batches: 300, records: 2 })
      expect(after.bytes).toBeLessThanOrEqual(before.bytes)
      expect(await all(store)).toEqual(Array.from({ length: 300 }, (_, i) => stored(i + 1)))
      await store.append([wire(301)])
      expect(await all(store, 299)).toEqual([stored(300), stored(301)])
      expect(await store.seal()).toBe(2)
      expect(await all(store, 299)).toEqual([stored(300), stored(301)])
    })

    test('an empty store has nothing to seal', async () => {
      const { store } = await open()
      expect(await store.seal()).toBe(0)
      expect(await store.size()).toEqual({ batches: 0, bytes: 0, records: 0 })
    })

    test('any mix of appends, seals and readings reads back the same batches under the same arrivals', async () => {
      const size = fc.oneof(
        { weight: 6, arbitrary: fc.nat(400) },
        { weight: 2, arbitrary: fc.nat(20_000) },
        { weight: 1, arbitrary: fc.integer({ min: 65_000, max: 140_000 }) },
      )
      const step = fc.oneof(
        fc.record({ append: fc.array(size, { minLength: 1, maxLength: 12 }) }),
        fc.record({ append: fc.constant(Array.from({ length: 150 }, () => 20)) }),
        fc.constant('seal' as const),
        fc.constant('reopen' as const),
        fc.record({ since: fc.double({ min: 0, max: 1, noNaN: true }) }),
      )
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
          const opened = await open()
          let store = opened.store
          const model: StoredBatch[] = []
          for (const next of steps) {
            if (next === 'seal') {
              await store.seal()
              expect(await store.seal()).toBe(0)
            } else if (next === 'reopen') {
              store = await opened.reopen()
            } else if ('since' in next) {
              const since = Math.floor(next.since * (model.length + 2))
              expectSame(await all(store, since), model.slice(since))
              const asked = model.filter((batch) => batch.arrival % 3 === since % 3)
              expectSame(await at(store, arrivals(asked)), asked)
            } else {
              const wires = next.append.map((length, i) => sized(length, model.length + i))
              expect(await store.append(wires)).toBe(model.length + 1)
              for (const bytes of wires) model.push({ arrival: model.length + 1, wire: bytes })
            }
          }
          expectSame(await all(store), model)
          expect((await store.size()).batches).toBe(model.length)
          await store.close()
        }),
        runs === undefined ? {} : { numRuns: runs },
      )
    })

    test('reading goes on undisturbed while others append and seal', async () => {
      const { store } = await open()
      for (let i = 0; i < 40; i++) await store.append(Array.from({ length: 64 }, (_, n) => sized(2000, i * 64 + n)))
      const wanted = Array.from({ length: 2560 }, (_, i) => ({ arrival: i + 1, wire: sized(2000, i) }))
      const seen: StoredBatch[] = []
      for await (const page of store.readSince(0)) {
        seen.push(...page)
        if (arrivals(page)[0] === 1) await store.append([wire(1)])
        await store.seal()
      }
      expectSame(seen.slice(0, 2560), wanted)
    })

    test('comes in pages, however much there is', async () => {
      const { store } = await open()
      await store.append(Array.from({ length: 2000 }, (_, i) => sized(2000, i)))
      let pages = 0
      for await (const page of store.readSince(0)) {
        expect(page.length).toBeGreaterThan(0)
        pages++
      }
      expect(pages).toBeGreaterThan(2)
    })
  })

  describe(`${name} is shared by tabs`, () => {
    /** Leaves the test out, and says so, where there is one handle only. */
    async function tabs(skip: () => never): Promise<[Store, Store]> {
      const { store, second } = await open()
      return second ? [store, await second()] : skip()
    }

    test('arrivals are one sequence', async ({ skip }) => {
      const [one, two] = await tabs(skip)
      expect(two.incarnation).toBe(one.incarnation)
      expect(await one.append([wire(1)])).toBe(1)
      expect(await two.append([wire(2), wire(3)])).toBe(2)
      expect(await one.append([wire(4)])).toBe(4)
      const firsts = await Promise.all(Array.from({ length: 30 }, (_, i) => (i % 2 ? one : two).append([wire(5 + i)])))
      expect(firsts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => 5 + i))
      expect(await all(one)).toEqual(await all(two))
      expect((await all(one)).length).toBe(34)
    })

    test('a feed that another tab moved refuses', async ({ skip }) => {
      const [one, two] = await tabs(skip)
      await one.append([wire(1)], own('a', null, 1))
      await two.append([wire(2)], own('a', 1, 2))
      await expect(one.append([wire(3)], own('a', 1, 2))).rejects.toBeInstanceOf(FeedMovedError)
      expect(await all(one)).toEqual([stored(1), stored(2)])
    })

    test('a batch that both heard is kept twice, sealed or not, for the reader to drop', async ({ skip }) => {
      const [one, two] = await tabs(skip)
      await Promise.all([one.append([wire(7), wire(8)]), two.append([wire(7), wire(8)])])
      const before = await all(one)
      expect(before.map((batch) => [...batch.wire])).toEqual([7, 8, 7, 8].map((n) => [...wire(n)]))
      await Promise.all([one.seal(), two.seal()])
      expect(await all(two)).toEqual(before)
    })

    test('one seals while the other appends, seals and reads', async ({ skip }) => {
      const [one, two] = await tabs(skip)
      for (let i = 1; i <= 100; i++) await one.append([sized(700, i)])
      const work: Promise<unknown>[] = []
      for (let i = 101; i <= 160; i++) {
        work.push(two.append([sized(700, i)]))
        if (i % 10 === 0) work.push(one.seal(), two.seal(), all(two, i - 101))
      }
      await Promise.all(work)
      await one.seal()
      expectSame(
        await all(two),
        Array.from({ length: 160 }, (_, i) => ({ arrival: i + 1, wire: sized(700, i + 1) })),
      )
      expect((await one.size()).batches).toBe(160)
    })
  })
}
