import { execFile } from 'node:child_process'
import { appendFile, cp, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { seededBytes, seededRandom } from '../base/random.ts'
import { LOCAL } from '../core/limits.ts'
import { all, own, stored, wire, type OpenedStore } from './contract-fixtures.ts'
import { openFileStore } from './file-store.ts'
import { receiptsContract } from './store-receipts.contract.ts'
import { storeContract } from './store.contract.ts'
import type { Store } from './store.ts'

const random = seededBytes(seededRandom(1))
const root = await mkdtemp(join(tmpdir(), 'worknode-store-'))
let made = 0
const fresh = (): string => join(root, String(made++))
const opened = new Set<Store>()

async function openIn(dir: string): Promise<Store> {
  const store = await openFileStore({ dir, random })
  opened.add(store)
  return store
}

afterEach(async () => {
  for (const store of opened) await store.close()
  opened.clear()
})

afterAll(() => rm(root, { recursive: true }))

async function opening(): Promise<OpenedStore> {
  const dir = fresh()
  let store = await openIn(dir)
  return {
    store,
    async reopen() {
      await store.close()
      store = await openIn(dir)
      return store
    },
  }
}

storeContract('the store in a folder', opening, 12)
receiptsContract('the store in a folder', opening)

test('large receipts that come without a batch are sealed by their size', async () => {
  const dir = fresh()
  const store = await openIn(dir)
  const text = 'x'.repeat(LOCAL.repeatableChars / 8)
  for (let i = 1; i <= 10; i++) await store.append([], undefined, [{ name: `n${i}`, at: i, text }])
  await store.seal()
  expect((await stat(join(dir, 'tail'))).size).toBeLessThan(text.length)
  expect((await store.receipts?.())?.map(({ name }) => name)).toEqual(['n4', 'n5', 'n6', 'n7', 'n8', 'n9', 'n10'])
})

describe('the store in a folder, after a kill', () => {
  /** The folder as a killed process leaves it: its lock is there, its owner is not. */
  async function killed(store: Store, dir: string): Promise<string> {
    const copy = fresh()
    await cp(dir, copy, { recursive: true })
    await writeFile(join(copy, 'lock'), '999999999')
    await store.close()
    return copy
  }

  test('has every append that resolved, whatever the next one left half written', async () => {
    const dir = fresh()
    const store = await openIn(dir)
    await store.append([wire(1)], own('a', null, 1))
    const { size } = await stat(join(dir, 'tail'))
    await store.append([wire(2), wire(3)], own('a', 1, 2), [{ name: 'torn', at: 1, text: 'with its batches or not at all' }])
    const whole = await stat(join(dir, 'tail'))
    const left = await killed(store, dir)
    for (let length = size; length < whole.size; length++) {
      const torn = fresh()
      await cp(left, torn, { recursive: true })
      await truncate(join(torn, 'tail'), length)
      const again = await openIn(torn)
      expect(await all(again)).toEqual([stored(1)])
      expect(await again.feeds('key')).toMatchObject([{ seq: 1 }])
      expect(await again.receipts?.()).toEqual([])
      expect(await again.append([wire(9)], own('a', 1, 2))).toBe(2)
      await again.close()
      const third = await openIn(torn)
      expect(await all(third)).toEqual([stored(1), { ...stored(9), arrival: 2 }])
      await third.close()
    }
  })

  test('cuts off bytes that no frame accounts for, a zero-filled end among them', async () => {
    for (const garbage of [Buffer.alloc(4096), Buffer.from('some words'), Buffer.alloc(9, 255)]) {
      const dir = fresh()
      const store = await openIn(dir)
      await store.append([wire(1)])
      await store.close()
      const { size } = await stat(join(dir, 'tail'))
      await appendFile(join(dir, 'tail'), garbage)
      const again = await openIn(dir)
      expect((await stat(join(dir, 'tail'))).size).toBe(size)
      await again.append([wire(2)])
      expect(await all(again)).toEqual([stored(1), stored(2)])
      await again.close()
    }
  })

  test('between the two steps of sealing has each batch once', async () => {
    const dir = fresh()
    const store = await openIn(dir)
    for (let i = 1; i <= 600; i++) await store.append([wire(i)], own('a', i === 1 ? null : i - 1, i))
    const tail = await readFile(join(dir, 'tail'))
    expect(await store.seal()).toBe(600)
    await store.close()
    await writeFile(join(dir, 'tail'), tail)
    const again = await openIn(dir)
    const wanted = Array.from({ length: 600 }, (_, i) => stored(i + 1))
    expect(await all(again)).toEqual(wanted)
    await again.seal()
    expect(await all(again)).toEqual(wanted)
    expect(await again.feeds('key')).toMatchObject([{ seq: 600 }])
    await again.close()
  })

  test('is refused, and left as it is, where sealed batches are missing', async () => {
    const dir = fresh()
    const store = await openIn(dir)
    for (let i = 1; i <= 600; i++) await store.append([wire(i)])
    await store.seal()
    await store.close()
    const sealed = await readFile(join(dir, 'sealed'))
    sealed[100] = (sealed[100] as number) ^ 1
    await writeFile(join(dir, 'sealed'), sealed)
    await expect(openIn(dir)).rejects.toThrow('batches 1 to 512 are missing')
    expect(await readFile(join(dir, 'sealed'))).toEqual(sealed)
  })

  test('a snapshot that is not whole is none', async () => {
    const dir = fresh()
    const store = await openIn(dir)
    await store.writeSnapshot({ meta: 1, chunks: new Map([['a', 'x'.repeat(100)]]) }, true)
    await truncate(join(dir, 'snapshot'), 50)
    expect(await store.readSnapshot()).toBe(null)
    await store.close()
  })
})

describe('the folder of a store', () => {
  test('is open once in a process, and free again after closing', async () => {
    const dir = fresh()
    const store = await openIn(dir)
    await expect(openIn(dir)).rejects.toMatchObject({ name: 'FolderInUseError' })
    await store.close()
    await (await openIn(dir)).close()
  })

  test('is refused while another process lives that has it', async () => {
    const dir = fresh()
    await (await openIn(dir)).close()
    const other = execFile(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    await writeFile(join(dir, 'lock'), String(other.pid))
    await expect(openIn(dir)).rejects.toThrow(`Process ${other.pid} has this workspace open`)
    const gone = new Promise((resolve) => other.once('exit', resolve))
    other.kill()
    await gone
    await (await openIn(dir)).close()
  })
})
