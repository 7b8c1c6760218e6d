/** One step until it is whole: what helps is tried again, a bounded number of times; nothing of a broken try is kept but what it cost. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LOCAL } from '../core/limits.ts'
import { createVirtualClock } from '../sync/pair-clock.ts'
import { type Model, ModelError, type ModelPart, type ModelRequest, type Usage } from './model.ts'
import { OutOfRoomError, stepOf, waitAfter } from './model-step.ts'

const REQUEST: ModelRequest = {
  system: '',
  messages: [],
  tools: [],
  maxOutputTokens: 100,
  about: { agent: 'a', role: '', task: null },
}
const SIGNAL = new AbortController().signal

/** Answers each try with the next of these; an error is thrown at its place. */
function modelOf(...tries: readonly (readonly (ModelPart | Error)[])[]): Model & { readonly made: () => number } {
  let made = 0
  return {
    name: 'test',
    isScripted: false,
    price: null,
    made: () => made,
    async *step() {
      await null
      const parts = tries[Math.min(made++, tries.length - 1)] ?? []
      for (const part of parts) {
        if (part instanceof Error) throw part
        yield part
      }
    },
  }
}

/** Time passes as soon as something waits for it. */
function hurried() {
  const clock = createVirtualClock()
  return {
    now: () => clock.now(),
    after(ms: number, run: () => void) {
      clock.after(ms, run)
      queueMicrotask(() => clock.advance(ms))
    },
  }
}

const text = (words: string): ModelPart => ({ type: 'text', text: words })
const usage = (inputTokens: number, outputTokens: number): ModelPart => ({ type: 'usage', usage: { inputTokens, outputTokens } })
const end: ModelPart = { type: 'end', reason: 'words' }

test('a stream that broke off leaves its cost behind and nothing else: each try counts once, by its last word', async () => {
  const model = modelOf(
    [text('Half a '), usage(100, 5), new ModelError('broken', 'reset')],
    [text('Half'), usage(100, 9)],
    [text('All of it'), usage(100, 1), usage(100, 20), end],
  )
  const told: number[] = []
  const onUsage = ({ outputTokens }: Usage): void => void told.push(outputTokens)
  const step = await stepOf(model, REQUEST, SIGNAL, { clock: hurried(), random: () => 0, onUsage })
  expect(step).toMatchObject({ text: 'All of it', usage: { inputTokens: 300, outputTokens: 5 + 9 + 20 }, tries: 3 })
  expect(told).toEqual([5, 5 + 9, 5 + 9 + 1, 5 + 9 + 20])
})

test('what its tries have cost bounds the next, and without room there is none', async () => {
  const broken = modelOf([usage(100, 5), new ModelError('broken', 'reset')])
  const rooms = [40, 20, null]
  const asked: number[] = []
  const model: Model = {
    ...broken,
    step(request, signal) {
      asked.push(request.maxOutputTokens)
      return broken.step(request, signal)
    },
  }
  const spent: number[] = []
  const roomAfter = ({ outputTokens }: Usage): number | null => {
    spent.push(outputTokens)
    return rooms[spent.length - 1] ?? null
  }
  await expect(stepOf(model, REQUEST, SIGNAL, { clock: hurried(), random: () => 0, roomAfter })).rejects.toThrow(OutOfRoomError)
  expect(asked).toEqual([100, 40, 20])
  expect(spent).toEqual([5, 10, 15])
})

test('who is overloaded is asked so many times and no more, and a key that is refused only once', async () => {
  const busy = modelOf([new ModelError('overloaded', '529')])
  await expect(stepOf(busy, REQUEST, SIGNAL, { clock: hurried(), random: () => 0 })).rejects.toMatchObject({ kind: 'overloaded' })
  expect(busy.made()).toBe(LOCAL.stepAttempts)
  const locked = modelOf([new ModelError('auth', '401')])
  await expect(stepOf(locked, REQUEST, SIGNAL, { clock: hurried(), random: () => 0 })).rejects.toMatchObject({ kind: 'auth' })
  expect(locked.made()).toBe(1)
})

test('an abort ends the wait between two tries', async () => {
  const stop = new AbortController()
  const busy = modelOf([new ModelError('overloaded', '529')])
  const clock = createVirtualClock()
  const waiting = stepOf(busy, REQUEST, stop.signal, {
    clock,
    random: () => 0,
    onRetry: () => queueMicrotask(() => stop.abort(new Error('paused'))),
  })
  await expect(waiting).rejects.toThrow('paused')
  expect(busy.made()).toBe(1)
})

test('waits grow, differ between agents, honour what was asked for, and have a bound', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.option(fc.nat(10_000_000)),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (tries, asked, draw) => {
        const ms = waitAfter(tries, asked, () => draw)
        expect(ms).toBeLessThanOrEqual(LOCAL.stepBackoffMostMs)
        expect(ms).toBeGreaterThanOrEqual(Math.min(LOCAL.stepBackoffMostMs, Math.max(asked ?? 0, LOCAL.stepBackoffMs / 2)))
      },
    ),
  )
  expect(waitAfter(4, null, () => 0)).toBeGreaterThan(waitAfter(1, null, () => 0.99))
  expect(waitAfter(3, null, () => 0.1)).not.toBe(waitAfter(3, null, () => 0.9))
})
