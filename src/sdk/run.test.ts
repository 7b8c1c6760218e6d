import { expect, test } from 'vitest'
import { Client } from './client.ts'
import type { ArrivedEvent, Door } from './door.ts'
import { WorknodeError } from './error.ts'
import { settled, world } from './world.fixture.ts'

const ME = `01${'a'.repeat(64)}`
const OTHER = `01${'b'.repeat(64)}`

interface Held {
  readonly agent: string
  readonly state: string
}

/** A board with one task, whose run the test takes away, and an agent that it pauses. */
function board(): {
  readonly client: Client
  readonly calls: readonly string[]
  readonly advance: (ms: number) => Promise<void>
  readonly scene: { run: Held | null; paused: boolean; isGone: boolean; seen: string }
  readonly tell: (type: string) => void
} {
  const { ports, advance } = world(() => new Response(), 0.5, 0)
  const calls: string[] = []
  const scene = { run: null as Held | null, paused: false, isGone: false, seen: 'a' }
  let told: (() => void) | null = null
  const door: Door = {
    call: async (name, input) => {
      const { seen } = input as { readonly seen?: string }
      calls.push(name === 'release_task' ? `${name} ${JSON.stringify(input)}` : seen === undefined ? name : `${name} ${seen}`)
      if (scene.isGone) throw new WorknodeError('unavailable', 'Nobody is there.')
      if (name === 'who_am_i') return { actor: ME } as never
      if (name === 'claim_next') scene.run = { agent: ME, state: 'working' }
      if (name === 'list_agents') return [{ actor: ME, paused: scene.paused }] as never
      if (name === 'submit_task') scene.run = { agent: ME, state: 'submitted' }
      if (name === 'release_task') scene.run = null
      return { id: 'a', key: 'WN-1', run: scene.run, seen: scene.seen } as never
    },
    async *events(since, filter, signal) {
      expect([since, filter]).toEqual(['now', { task: 'a' }])
      while (!signal.aborted) {
        await new Promise<void>((resolve) => {
          told = resolve
          signal.addEventListener('abort', () => resolve())
        })
        if (!signal.aborted) yield { type: 'task.stopped' } as ArrivedEvent
      }
    },
  }
  return { client: new Client(null, null, { ...ports, door }), calls, advance, scene, tell: () => told?.() }
}

/** Heard at once, so that nobody takes it for unheard. */
const failureOf = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => null,
    (error: unknown) => error,
  )

const FOREVER = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped working'))))

test('what work answers is the answer of the run, and what was handed in is not given back', async () => {
  const { client, calls } = board()
  const done = await client.withRun(async (task, signal) => {
    expect(signal.aborted).toBe(false)
    await task.submit('done')
    return 7
  })
  expect(done).toBe(7)
  expect(calls).toEqual(['claim_next', 'who_am_i', 'submit_task a', 'get_task'])
})

test('where there is nothing to do, nothing is done', async () => {
  const { ports } = world(() => new Response())
  const door = { call: async () => null } as unknown as Door
  const client = new Client(null, null, { ...ports, door })
  expect(await client.withRun(() => Promise.reject(new Error('must not run')))).toBeNull()
})

test('who throws gives the task back, with what was thrown', async () => {
  const { client, calls } = board()
  await expect(client.withRun(() => Promise.reject(new Error('no idea')))).rejects.toThrow('no idea')
  expect(calls.at(-1)).toBe('release_task {"id":"a","failed":true,"note":"no idea"}')
})

test('who hands nothing in gives the task back', async () => {
  const { client, calls } = board()
  await client.withRun(async () => {})
  expect(calls.at(-1)).toBe('release_task {"id":"a","failed":false,"note":""}')
})

test('a run says that it goes on, three times in a lease', async () => {
  const { client, calls, advance } = board()
  const stop = new AbortController()
  const run = client.withRun((_, signal) => FOREVER(signal), { signal: stop.signal })
  const ended = failureOf(run)
  await settled()
  for (let looks = 0; looks < 40; looks++) await advance(15_000)
  expect(calls.filter((name) => name === 'renew_task')).toHaveLength(2)
  expect(calls.filter((name) => name === 'list_agents')).toHaveLength(40)
  stop.abort(new Error('enough'))
  expect(await ended).toMatchObject({ message: 'enough' })
  expect(calls.at(-1)).toMatch(/^release_task .*"failed":false/)
})

test('what the run looks at by itself the program has not read: its writes say what it read before', async () => {
  const { client, calls, scene, advance } = board()
  let submit!: () => void
  const run = client.withRun(async (task) => {
    await new Promise<void>((resolve) => (submit = resolve))
    await task.submit('Done.')
  })
  await settled()
  scene.seen = 'a.b'
  for (let looks = 0; looks < 20; looks++) await advance(15_000)
  submit()
  await run
  expect(calls).toContain('renew_task')
  expect(calls.filter((name) => name.startsWith('submit_task'))).toEqual(['submit_task a'])
})

test.each([OTHER, null])('a run that %s holds instead is over as soon as an event tells of it', async (agent) => {
  const { client, calls, scene, tell } = board()
  const run = client.withRun((_, signal) => FOREVER(signal))
  const ended = failureOf(run)
  await settled()
  scene.run = agent === null ? null : { agent, state: 'working' }
  tell('task.stopped')
  expect(await ended).toMatchObject({ code: 'run_over' })
  expect(calls.filter((name) => name.startsWith('release_task'))).toEqual([])
})

test('an agent that is paused stops within a look, and gives the task back', async () => {
  const { client, calls, scene, advance } = board()
  const run = client.withRun((_, signal) => FOREVER(signal))
  const ended = failureOf(run)
  await settled()
  scene.paused = true
  await advance(15_000)
  expect(await ended).toMatchObject({ code: 'run_over', message: 'You are paused.' })
  expect(calls.at(-1)).toMatch(/^release_task/)
})

test('a network that is away does not end a run, until nobody was there for a whole lease', async () => {
  const { client, scene, advance } = board()
  let signal: AbortSignal | null = null
  const run = client.withRun((_, own) => FOREVER((signal = own)))
  const ended = failureOf(run)
  await settled()
  scene.isGone = true
  for (let looks = 0; looks < 39; looks++) await advance(15_000)
  expect((signal as unknown as AbortSignal).aborted).toBe(false)
  await advance(15_000)
  expect(await ended).toMatchObject({ code: 'run_over' })
})
