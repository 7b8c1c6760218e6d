/**
 * What every store must do: the acceptance suite of `store.ts`.
 *
 * `open` makes a new, empty store; `reopen` closes it and opens what it left behind; `second` opens the same data once more,
 * as another tab does. Hand in what the environment can do; the tests of tabs are left out where there is no `second`.
 */

import { describe, expect, test } from 'vitest'
import { all, arrivals, at, expectSame, id, own, sized, stored, wire, type OpenedStore } from './contract-fixtures.ts'
import { sealingContract } from './store-sealing.contract.ts'
import { FeedMovedError, StoreGoneError, type Store, type StoredBatch } from './store.ts'

export function storeContract(name: string, open: () => Promise<OpenedStore>, runs?: number): void {
  describe(`${name} keeps the store contract`, () => {
    test('gives batches back as they were, in the order of their arrival', async () => {
      const { store } = await open()
      expect(await store.append([wire(1), wire(2)])).toBe(1)
      expect(await store.append([wire(3)])).toBe(3)
      expect(await all(store)).toEqual([stored(1), stored(2), stored(3)])
    })

    test('reads only what arrived after the given arrival, and nothing beyond the end', async () => {
      const { store } = await open()
      expect(await all(store)).toEqual([])
      await store.append([wire(1), wire(2), wire(3)])
      await store.append([wire(4)])
      expect(arrivals(await all(store, 1))).toEqual([2, 3, 4])
      expect(arrivals(await all(store, 3))).toEqual([4])
      expect(await all(store, 4)).toEqual([])
      expect(await all(store, 99)).toEqual([])
    })

    test('reads the asked arrivals and skips those that are not there', async () => {
      const { store } = await open()
      await store.append([wire(1), wire(2), wire(3)])
      await store.append([wire(4)])
      await store.append([wire(5)])
      expect(await at(store, [2, 3, 5, 6, 99])).toEqual([stored(2), stored(3), stored(5)])
      expect(await at(store, [])).toEqual([])
      await store.seal()
      expect(await at(store, [1, 4])).toEqual([stored(1), stored(4)])
    })

    test('takes batches from empty to the largest, and thousands at once', async () => {
      const { store, reopen } = await open()
      const wires = [new Uint8Array(0), sized(256 * 1024 + 500, 7), wire(1), sized(65_536, 3), sized(65_532, 4)]
      await store.append(wires)
      const many = Array.from({ length: 3000 }, (_, i) => wire(i))
      expect(await store.append(many)).toBe(6)
      const wanted = [...wires, ...many].map((bytes, i) => ({ arrival: i + 1, wire: bytes }))
      expectSame(await all(store), wanted)
      await store.seal()
      const again = await reopen()
      expectSame(await all(again), wanted)
      expectSame(
        await at(again, [2, 6, 3005]),
        [1, 5, 3004].map((i) => wanted[i] as StoredBatch),
      )
    })

    test('keeps a copy: what the caller does with its bytes afterwards is nothing to the store', async () => {
      const { store } = await open()
      const roomy = new Uint8Array([9, 9, 1, 2, 3, 9])
      const asked = store.append([roomy.subarray(2, 5)])
      roomy.fill(0)
      await asked
      const [batch] = await all(store)
      expect([...(batch as StoredBatch).wire]).toEqual([1, 2, 3])
      expect((batch as StoredBatch).wire.buffer.byteLength).toBe(3)
    })

    test('appends asked for at once come out in the order of asking', async () => {
      const { store } = await open()
      const firsts = await Promise.all(Array.from({ length: 20 }, (_, i) => store.append([wire(2 * i + 1), wire(2 * i + 2)])))
      expect(firsts).toEqual(Array.from({ length: 20 }, (_, i) => 2 * i + 1))
      expect(await all(store)).toEqual(Array.from({ length: 40 }, (_, i) => stored(i + 1)))
    })

    test('refuses an append of nothing and a reading from nowhere', async () => {
      const { store } = await open()
      await expect(store.append([])).rejects.toThrow('Broken invariant')
      await expect(all(store, -1)).rejects.toThrow('Broken invariant')
      await expect(all(store, 0.5)).rejects.toThrow('Broken invariant')
      await expect(at(store, [2, 2])).rejects.toThrow('Broken invariant')
      await expect(at(store, [3, 1])).rejects.toThrow('Broken invariant')
      expect((await store.size()).batches).toBe(0)
    })

    test('keeps everything across a reopening, its incarnation too', async () => {
      const { store, reopen } = await open()
      const incarnation = store.incarnation
      await store.append([wire(1)], own('a', null, 1))
      await store.writeSnapshot({ meta: { to: 1 }, chunks: new Map([['x', [1]]]) }, true)
      const again = await reopen()
      expect(again.incarnation).toBe(incarnation)
      expect(await all(again)).toEqual([stored(1)])
      expect(await again.feeds('key')).toEqual([head('a', 1, false)])
      expect(await again.readSnapshot()).toEqual({ meta: { to: 1 }, chunks: new Map([['x', [1]]]) })
      expect(await again.append([wire(2)], own('a', 1, 2))).toBe(2)
    })

    test('a store made anew has another incarnation', async () => {
      expect((await open()).store.incarnation).not.toBe((await open()).store.incarnation)
    })

    test('refuses to work once closed', async () => {
      const { store } = await open()
      await store.append([wire(1)])
      await store.close()
      await expect(store.append([wire(2)])).rejects.toBeInstanceOf(StoreGoneError)
      await expect(all(store)).rejects.toBeInstanceOf(StoreGoneError)
      await expect(store.feeds('key')).rejects.toBeInstanceOf(StoreGoneError)
      await expect(store.readSnapshot()).rejects.toBeInstanceOf(StoreGoneError)
      await store.close()
    })

    test('closing waits for the writes that were asked for, and keeps them', async () => {
      const { store, reopen } = await open()
      const answers: number[] = []
      void store.append([wire(1)]).then((first) => answers.push(first))
      await store.close()
      expect(answers).toEqual([1])
      const again = await reopen()
      expect(await all(again)).toEqual([stored(1)])
    })
  })

  describe(`${name} guards our own feeds`, () => {
    test('an own append moves the head of its feed', async () => {
      const { store } = await open()
      await store.append([wire(1)], own('a', null, 1))
      await store.append([wire(2), wire(3)], own('a', 1, 3))
      await store.append([wire(4)], own('b', null, 1))
      await store.append([wire(5)], { ...own('a', null, 1), key: 'other' })
      expect(sorted(await store.feeds('key'))).toEqual([head('a', 3, false), head('b', 1, false)])
      expect(await store.feeds('other')).toEqual([{ ...head('a', 1, false), key: 'other' }])
      expect(await store.feeds('nobody')).toEqual([])
    })

    test('an append on a feed that moved writes nothing at all', async () => {
      const { store } = await open()
      await store.append([wire(1)], own('a', null, 1))
      const before = await state(store)
      const wrongId = { ...own('a', 1, 2), expect: { seq: 1, id: id('b', 1) } }
      const wrong = [own('a', null, 1), own('a', 2, 3), own('b', 1, 2), wrongId]
      for (const moved of wrong) await expect(store.append([wire(2), wire(3)], moved)).rejects.toBeInstanceOf(FeedMovedError)
      expect(await state(store)).toEqual(before)
      expect(await store.append([wire(2)], own('a', 1, 2))).toBe(2)
    })

    test('of two appends that continue one head, one is refused', async () => {
      const { store } = await open()
      const [first, second] = await Promise.allSettled([
        store.append([wire(1)], own('a', null, 1)),
        store.append([wire(2)], own('a', null, 1)),
      ])
      expect(first).toEqual({ status: 'fulfilled', value: 1 })
      expect(second).toMatchObject({ status: 'rejected', reason: { name: 'FeedMovedError' } })
      expect(await all(store)).toEqual([stored(1)])
    })

    test('a feed is clean from its mark until its next append', async () => {
      const { store, reopen } = await open()
      await store.append([wire(1)], own('a', null, 1))
      expect(await store.feeds('key')).toEqual([head('a', 1, false)])
      expect(await store.markFeed('key', 'a', 1, true)).toBe(true)
      expect(await store.feeds('key')).toEqual([head('a', 1, true)])
      const again = await reopen()
      expect(await again.feeds('key')).toEqual([head('a', 1, true)])
      await again.append([wire(2)], own('a', 1, 2))
      expect(await again.feeds('key')).toEqual([head('a', 2, false)])
    })

    test('a mark can be taken away, and a refused append leaves it', async () => {
      const { store } = await open()
      await store.append([wire(1)], own('a', null, 1))
      await store.markFeed('key', 'a', 1, true)
      await expect(store.append([wire(2)], own('a', null, 1))).rejects.toBeInstanceOf(FeedMovedError)
      expect(await store.feeds('key')).toEqual([head('a', 1, true)])
      expect(await store.markFeed('key', 'a', 1, false)).toBe(true)
      expect(await store.feeds('key')).toEqual([head('a', 1, false)])
    })

    test('a feed is marked only where its head is', async () => {
      const { store } = await open()
      await store.append([wire(1)], own('a', null, 1))
      expect(await store.markFeed('key', 'a', 2, true)).toBe(false)
      expect(await store.markFeed('key', 'b', 1, true)).toBe(false)
      expect(await store.markFeed('other', 'a', 1, true)).toBe(false)
      expect(await store.feeds('key')).toEqual([head('a', 1, false)])
      expect(await store.feeds('other')).toEqual([])
    })

    test('only one of two who take the mark away has taken it', async () => {
      const { store } = await open()
      await store.append([wire(1)], own('a', null, 1))
      await store.markFeed('key', 'a', 1, true)
      const taken = await Promise.all([store.markFeed('key', 'a', 1, false), store.markFeed('key', 'a', 1, false)])
      expect(taken).toEqual([true, false])
    })
  })

  describe(`${name} keeps a snapshot`, () => {
    test('there is none until one is written, nor after it is dropped', async () => {
      const { store } = await open()
      expect(await store.readSnapshot()).toBe(null)
      await store.writeSnapshot({ meta: 1, chunks: new Map([['a', 1]]) }, false)
      expect(await store.readSnapshot()).toEqual({ meta: 1, chunks: new Map([['a', 1]]) })
      await store.dropSnapshot()
      expect(await store.readSnapshot()).toBe(null)
      await store.writeSnapshot({ meta: 2, chunks: new Map() }, false)
      expect(await store.readSnapshot()).toEqual({ meta: 2, chunks: new Map() })
    })

    test('chunks not given again stay, unless the snapshot is fresh', async () => {
      const { store } = await open()
      await store.writeSnapshot(
        {
          meta: { at: 1 },
          chunks: new Map([
            ['a', 'a1'],
            ['b', 'b1'],
          ]),
        },
        true,
      )
      await store.writeSnapshot(
        {
          meta: { at: 2 },
          chunks: new Map([
            ['b', 'b2'],
            ['c', 'c2'],
          ]),
        },
        false,
      )
      expect(await store.readSnapshot()).toEqual({
        meta: { at: 2 },
        chunks: new Map([
          ['a', 'a1'],
          ['b', 'b2'],
          ['c', 'c2'],
        ]),
      })
      await store.writeSnapshot({ meta: { at: 3 }, chunks: new Map([['', 'd3']]) }, true)
      expect(await store.readSnapshot()).toEqual({ meta: { at: 3 }, chunks: new Map([['', 'd3']]) })
    })

    test('takes bytes, maps and sets, and gives away copies', async () => {
      const { store } = await open()
      const chunk = { bytes: new Uint8Array([1, 2]), map: new Map([[1, new Set(['x'])]]), none: undefined, big: 1e300 }
      const write = store.writeSnapshot({ meta: null, chunks: new Map([['a', chunk]]) }, true)
      chunk.bytes[0] = 9
      await write
      const read = await store.readSnapshot()
      expect(read?.chunks.get('a')).toEqual({ ...chunk, bytes: new Uint8Array([1, 2]) })
      const own = read?.chunks.get('a') as typeof chunk
      own.map.clear()
      expect((await store.readSnapshot())?.chunks.get('a')).toMatchObject({ map: new Map([[1, new Set(['x'])]]) })
    })

    test('one that cannot be stored leaves the one before', async () => {
      const { store } = await open()
      await store.writeSnapshot({ meta: 1, chunks: new Map([['a', 1]]) }, true)
      const bad = {
        meta: 2,
        chunks: new Map<string, unknown>([
          ['a', 2],
          ['b', () => 3],
        ]),
      }
      await expect(store.writeSnapshot(bad, true)).rejects.toMatchObject({ name: 'DataCloneError' })
      expect(await store.readSnapshot()).toEqual({ meta: 1, chunks: new Map([['a', 1]]) })
    })
  })

  sealingContract(name, open, runs)
}

function head(feed: string, seq: number, clean: boolean) {
  return { key: 'key', feed, seq, id: id(feed, seq), clean }
}

function sorted<T extends { readonly feed: string }>(heads: readonly T[]): T[] {
  return heads.toSorted((a, b) => (a.feed < b.feed ? -1 : 1))
}

async function state(store: Store) {
  return { log: await all(store), feeds: await store.feeds('key'), size: await store.size() }
}
