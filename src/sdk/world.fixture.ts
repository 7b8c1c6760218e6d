/** A network, a clock and chance that a test plays itself: pauses end at once and are written down, or when the test says so. */

import type { Ports } from './ports.ts'

export interface World {
  readonly ports: Ports
  readonly requests: readonly Request[]
  /** Every pause that was waited for to its end, or would have been. */
  readonly pauses: readonly number[]
  /** Lets time pass: pauses that end meanwhile do, in their order. */
  advance(ms: number): Promise<void>
}

type Answering = (request: Request, count: number) => Response | Promise<Response>

/** `sleeps` short of this end by themselves. What is longer waits for `advance`. */
export function world(answering: Answering, random = 0.5, endsBelow = 20_000): World {
  const requests: Request[] = []
  const pauses: number[] = []
  let now = Date.UTC(2026, 0, 1)
  let keys = 0
  const waiting = new Set<{ readonly at: number; readonly end: () => void }>()
  return {
    requests,
    pauses,
    ports: {
      fetch: async (request) => {
        requests.push(request.clone())
        return answering(request, requests.length)
      },
      now: () => now,
      random: () => random,
      newKey: () => `key-${++keys}`,
      wait: (ms, signal) =>
        new Promise((resolve) => {
          if (signal.aborted) return resolve()
          if (ms < endsBelow) {
            pauses.push(ms)
            now += ms
            return resolve()
          }
          const one = { at: now + ms, end: resolve }
          waiting.add(one)
          signal.addEventListener('abort', () => {
            waiting.delete(one)
            resolve()
          })
        }),
    },
    async advance(ms) {
      now += ms
      for (const one of [...waiting].toSorted((a, b) => a.at - b.at))
        if (one.at <= now) {
          waiting.delete(one)
          one.end()
        }
      await settled()
    },
  }
}

/** All that can go on without the network or time has gone on. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
}

export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } })
}

export function problem(status: number, code: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify({ type: 'about:blank', title: code, status, code, detail: `It is ${code}.` }), {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...headers },
  })
}

/** A stream of events that breaks off after these, or stays open. */
export function stream(text: string, end: 'ends' | 'breaks' | 'stays'): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text))
      if (end === 'ends') controller.close()
    },
    pull(controller) {
      if (end === 'breaks') controller.error(new TypeError('network'))
    },
  })
  return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })
}
