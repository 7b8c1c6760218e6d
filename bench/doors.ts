/**
 * What a way in costs: one read and one write through each door, beside the operation called directly; and events from one thread
 * to another by shared memory, beside a port. In one process on one machine, so the network of a real one comes on top.
 */

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { MessageChannel, Worker } from 'node:worker_threads'
import { createAdaptorServer } from '@hono/node-server'
import { transformWithOxc } from 'vite'
import { testDoor } from '../src/api/door.fixture.ts'
import { run } from '../src/operations/table.ts'
import { Client } from '../src/sdk/client.ts'
import { createRing, writeRing } from '../src/sdk/event-ring.ts'
import type { Figure } from './table.ts'

const EVENT = { id: `${'a'.repeat(64)}:1`, hlc: '2026-01-01T00:00:00.000Z-0000', type: 'task.progress', data: { value: 50 } }

export async function doorFigures(root: string, calls: number, events: number, say: (line: string) => void): Promise<Figure[]> {
  return [...(await callFigures(calls, say)), ...(await eventFigures(root, events, say))]
}

async function callFigures(calls: number, say: (line: string) => void): Promise<Figure[]> {
  const board = await testDoor({ pace: { perMinute: 1e9, burst: 1e9 } })
  const context = { replica: board.owner }
  const made = run(context, 'create_task', { title: 'Measured' })
  if (!made.ok) throw new Error(made.refusal.detail)
  const { id } = made.value
  const server = createAdaptorServer({ fetch: board.app.fetch }) as Server
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const clients = {
    'the client in process': await Client.local(context),
    'the client, REST in memory': new Client('http://host', 'owner', { fetch: async (request) => board.app.fetch(request) }),
    'the client, REST over a socket': new Client(url, 'owner'),
  }
  const figures: Figure[] = []
  const of = async (act: (n: number) => unknown): Promise<number> => {
    for (let n = 0; n < calls / 10; n++) await act(n)
    const startedAt = performance.now()
    for (let n = 0; n < calls; n++) await act(n)
    return ((performance.now() - startedAt) * 1000) / calls
  }
  const readUs = await of(() => run(context, 'get_task', { id }))
  const writeUs = await of((n) => {
    run(context, 'update_task', { id, progress: n % 100 })
    return board.owner.saved()
  })
  for (const [name, client] of Object.entries(clients)) {
    const raw = (value: number, what: string): NonNullable<Figure['raw']> => ({ value, what })
    figures.push(
      { name: `read, ${name}`, value: await of(() => client.call('get_task', { id })), unit: 'µs', raw: raw(readUs, 'run()') },
      {
        name: `write, ${name}`,
        value: await of((n) => client.call('update_task', { id, progress: n % 100 })),
        unit: 'µs',
        raw: raw(writeUs, 'run() and saved()'),
      },
    )
    say(`${name}: measured`)
  }
  server.closeAllConnections()
  server.close()
  return figures
}

const READER = `
  const { parentPort, workerData } = require('node:worker_threads')
  const { ring, port, count, seen } = workerData
  const done = new Int32Array(seen)
  let read = 0
  const heard = () => { Atomics.store(done, 0, ++read); Atomics.notify(done, 0) }
  if (ring) {
    const reader = readRing(ring, { fromTail: true })
    parentPort.postMessage('reading')
    while (read < count) if (reader.next(1000) !== undefined) heard()
  } else {
    port.on('message', heard)
    parentPort.postMessage('reading')
  }
`

async function eventFigures(root: string, count: number, say: (line: string) => void): Promise<Figure[]> {
  const { code } = await transformWithOxc(readFileSync(join(root, 'src', 'sdk', 'event-ring.ts'), 'utf8'), 'event-ring.ts')
  const source = `${code.replaceAll(/^export /gm, '')}${READER}`
  /** Each waited for, or as fast as they can be sent: what an event takes until the other thread has it, or has all. */
  const timeOf = async (way: 'ring' | 'port', isEachWaitedFor: boolean): Promise<number> => {
    const seen = new SharedArrayBuffer(4)
    const done = new Int32Array(seen)
    const ring = createRing(RING_BYTES)
    const { port1, port2 } = new MessageChannel()
    const worker = new Worker(source, {
      eval: true,
      workerData: { count, seen, ...(way === 'ring' ? { ring } : { port: port2 }) },
      transferList: way === 'ring' ? [] : [port2],
    })
    await once(worker, 'message')
    const write = way === 'ring' ? writeRing(ring) : (event: unknown) => port1.postMessage(event)
    const startedAt = performance.now()
    for (let n = 0; n < count; n++) {
      write(EVENT)
      if (isEachWaitedFor) Atomics.wait(done, 0, n)
    }
    for (let read = Atomics.load(done, 0); read < count; read = Atomics.load(done, 0)) Atomics.wait(done, 0, read)
    const us = ((performance.now() - startedAt) * 1000) / count
    port1.close()
    await worker.terminate()
    return us
  }
  const figures: Figure[] = []
  for (const isEachWaitedFor of [true, false])
    figures.push({
      name: `event to another thread, ${isEachWaitedFor ? 'one at a time' : 'as fast as they come'}, shared memory`,
      value: await timeOf('ring', isEachWaitedFor),
      unit: 'µs',
      raw: { value: await timeOf('port', isEachWaitedFor), what: 'the same by a MessagePort' },
    })
  say('events between threads: measured')
  return figures
}

/** Room for all of them, so that none is missed and both ways tell the same. */
const RING_BYTES = 1 << 24
