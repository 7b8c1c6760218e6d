import { afterEach, describe, expect, test } from 'vitest'
import { createBroadcast } from './broadcast.ts'
import { transportContract } from './transport.contract.ts'
import type { Link, Transport } from './transport.ts'

let rooms = 0
const openChannel = (name: string): BroadcastChannel => new BroadcastChannel(name)
const nextEvent = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

transportContract('broadcast', () => {
  const room = `contract-${rooms++}`
  return {
    a: createBroadcast({ room, tabId: 'a', openChannel }),
    b: createBroadcast({ room, tabId: 'b', openChannel }),
    pump: nextEvent,
    close() {},
  }
})

transportContract('broadcast with locks', () => {
  const room = `contract-${rooms++}`
  const locks = createLocks().manager
  return {
    a: createBroadcast({ room, tabId: 'a', openChannel, locks }),
    b: createBroadcast({ room, tabId: 'b', openChannel, locks }),
    pump: nextEvent,
    close() {},
  }
})

describe('broadcast', () => {
  const started: Transport[] = []
  afterEach(() => started.splice(0).forEach((transport) => transport.stop()))

  test('every pair of tabs has one link, whoever came first', async () => {
    const tabs = ['c', 'a', 'd', 'b'].map((tabId) => tab(`many-${rooms}`, tabId))
    await until(() => tabs.every((one) => one.links.length === 3))
    await nextEvent()
    expect(
      tabs.map((one) =>
        one.links
          .map((link) => link.peer.charAt(0))
          .toSorted((a, b) => (a < b ? -1 : 1))
          .join(''),
      ),
    ).toEqual(['abd', 'bcd', 'abc', 'acd'])
  })

  test('a frame is seen by the tab it is for and by no other', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((tabId) => tab(`private-${rooms}`, tabId)) as [Tab, Tab, Tab]
    await until(() => [a, b, c].every((one) => one.links.length === 2))
    const seen: string[] = []
    b.links.forEach((link) => link.onFrame(() => seen.push('b')))
    c.links.forEach((link) => link.onFrame(() => seen.push('c')))
    a.links.find((link) => link.peer.startsWith('b'))?.send(Uint8Array.of(1))
    await until(() => seen.length > 0)
    await nextEvent()
    expect(seen).toEqual(['b'])
  })

  test('tabs in different rooms do not meet', async () => {
    const a = tab('one', 'a')
    const b = tab('two', 'b')
    for (let i = 0; i < 50; i++) await nextEvent()
    expect([a.links, b.links]).toEqual([[], []])
  })

  test('a tab that is killed without a goodbye is noticed by its lock', async () => {
    const locks = createLocks()
    const a = tab('killed', 'a', { locks: locks.manager })
    tab('killed', 'b', { locks: locks.manager })
    await until(() => a.links.length === 1)
    const reasons: string[] = []
    a.links[0]?.onClose((reason) => reasons.push(reason))
    locks.kill('worknode/1/killed/tab/b.0')
    await until(() => reasons.length === 1)
    expect(reasons).toEqual(['the tab is gone'])
    expect(a.transport.status()).toMatchObject({ state: 'ready', links: 0 })
  })

  test('a page that is hidden for good says goodbye, and one that comes back is met again', async () => {
    const page = new EventTarget()
    const a = tab('hidden', 'a')
    const b = tab('hidden', 'b', { page })
    await until(() => a.links.length === 1)
    let closed = false
    a.links[0]?.onClose(() => (closed = true))
    page.dispatchEvent(new Event('pagehide'))
    await until(() => closed)
    page.dispatchEvent(new Event('pageshow'))
    await until(() => a.links.length === 2 && b.links.length === 2)
  })

  test('a page that was told to stop stays stopped when it is shown again', async () => {
    const page = new EventTarget()
    const b = tab('stopped', 'b', { page })
    b.transport.stop()
    page.dispatchEvent(new Event('pageshow'))
    expect(b.transport.status().state).toBe('off')
  })

  interface Tab {
    readonly transport: Transport
    readonly links: Link[]
  }

  function tab(room: string, tabId: string, options: Partial<Parameters<typeof createBroadcast>[0]> = {}): Tab {
    const transport = createBroadcast({ room, tabId, openChannel, ...options })
    const links: Link[] = []
    transport.start((link) => links.push(link))
    started.push(transport)
    return { transport, links }
  }
})

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 5000 && !holds(); turn++) await nextEvent()
  expect(holds()).toBe(true)
}

/** The part of the Web Locks API a tab uses; `kill` lets go of a lock as a killed tab would. */
function createLocks(): { readonly manager: LockManager; kill(name: string): void } {
  const queues = new Map<string, { run(): void }[]>()
  const holders = new Map<string, () => void>()

  function next(name: string): void {
    holders.delete(name)
    queues.get(name)?.shift()?.run()
  }

  function request(name: string, ...rest: unknown[]): Promise<unknown> {
    const callback = rest.at(-1) as () => unknown
    const { signal } = (rest.length > 1 ? rest[0] : {}) as { signal?: AbortSignal }
    return new Promise((resolve, reject) => {
      const waiter = {
        run() {
          let held = true
          const release = (): void => {
            if (held) next(name)
            held = false
          }
          holders.set(name, release)
          void Promise.resolve(callback()).then((value) => {
            release()
            resolve(value)
          })
        },
      }
      signal?.addEventListener('abort', () => {
        const queue = queues.get(name)
        if (queue?.includes(waiter)) queue.splice(queue.indexOf(waiter), 1)
        reject(signal.reason as Error)
      })
      if (holders.has(name)) queues.set(name, [...(queues.get(name) ?? []), waiter])
      else queueMicrotask(() => waiter.run())
    })
  }

  return { manager: { request } as unknown as LockManager, kill: (name) => holders.get(name)?.() }
}
