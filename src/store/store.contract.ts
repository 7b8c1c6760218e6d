/**
 * What every store must do: the acceptance suite of `store.ts`.
 *
 * `open` makes a new, empty store; `reopen` closes it and opens what it left behind; `second` opens the same data once more,
 * as another tab does. Hand in what the environment can do; the tests of tabs are left out where there is no `second`.
 */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Bytes } from '../base/bytes.ts'
import { FeedMovedError, StoreGoneError, type OwnAppend, type Store, type StoredBatch } from './store.ts'

export interface OpenedStore {
  readonly store: Store
  reopen(): Promise<Store>
  second?(): Promise<Store>
}

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

    test('an append asked for before closing is kept', async () => {
      const { store, reopen } = await open()
      const asked = store.append([wire(1)])
      const again = await reopen()
      expect(await asked).toBe(1)
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

/** A small batch with its number in it. */
function wire(n: number): Bytes {
  return new Uint8Array([n & 255, n >> 8, 0xab, 0xcd])
}

function stored(n: number): StoredBatch {
  return { arrival: n, wire: wire(n) }
}

function sized(length: number, seed: number): Bytes {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = i < 64 ? seed * 31 + i * 7 : seed + (i >> 4)
  return bytes
}

function id(feed: string, seq: number): Bytes {
  return Uint8Array.from({ length: 32 }, (_, i) => feed.charCodeAt(0) + seq + i)
}

/** An append on a feed of `key`, from one seq (null: a new feed) to another. */
function own(feed: string, from: number | null, to: number): OwnAppend {
  const expected = from === null ? null : { seq: from, id: id(feed, from) }
  return { key: 'key', feed, expect: expected, head: { seq: to, id: id(feed, to) } }
}

function head(feed: string, seq: number, clean: boolean) {
  return { key: 'key', feed, seq, id: id(feed, seq), clean }
}

function sorted<T extends { readonly feed: string }>(heads: readonly T[]): T[] {
  return heads.toSorted((a, b) => (a.feed < b.feed ? -1 : 1))
}

async function all(store: Store, since = 0): Promise<StoredBatch[]> {
  return collect(store.readSince(since))
}

async function at(store: Store, asked: readonly number[]): Promise<StoredBatch[]> {
  return collect(store.readAt(asked))
}

async function collect(pages: AsyncIterable<readonly StoredBatch[]>): Promise<StoredBatch[]> {
  const batches: StoredBatch[] = []
  for await (const page of pages) batches.push(...page)
  return batches
}

async function state(store: Store) {
  return { log: await all(store), feeds: await store.feeds('key'), size: await store.size() }
}

function arrivals(batches: readonly StoredBatch[]): number[] {
  return batches.map((batch) => batch.arrival)
}

/** As `toEqual`, which takes seconds over megabytes. */
function expectSame(found: readonly StoredBatch[], wanted: readonly StoredBatch[]): void {
  expect(arrivals(found)).toEqual(arrivals(wanted))
  const odd = found.find((batch, i) => !same(batch.wire, (wanted[i] as StoredBatch).wire))
  expect(odd?.arrival).toBe(undefined)
}

function same(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
