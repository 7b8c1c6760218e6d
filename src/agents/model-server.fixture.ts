/**
 * Servers of models on this machine, for tests: one that speaks Anthropic's Messages API, one that speaks OpenAI's chat completions.
 * Each request is answered by the next thing of a list, and what was asked is kept.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AiSdkConfig } from './ai-sdk-model.ts'

/** What a server does with one request. */
export type Turn =
  | { readonly say: string; readonly call?: readonly [name: string, input: unknown]; readonly tokens?: readonly [number, number] }
  /** A tool's input that is no JSON. */
  | { readonly rawInput: string }
  | { readonly status: number; readonly retryAfter?: string }
  /** The connection is lost in the middle of an answer. */
  | { readonly drop: 'reset' | 'end' }
  /** The same, as soon as the test cuts it: after its first letters, or after it said what it cost. */
  | { readonly hang: 'half' | 'said' }
  /** An answer whose cost is never told. */
  | { readonly free: string }
  /** A line of the stream that is no JSON. */
  | { readonly garbage: true }
  /** An error in the stream, after it began well. */
  | { readonly lateError: true }

export interface Asked {
  readonly headers: IncomingMessage['headers']
  readonly body: Readonly<Record<string, unknown>>
}

export interface ModelServer {
  readonly config: AiSdkConfig
  readonly asked: Asked[]
  /** Loses all connections. */
  cut(): void
  close(): Promise<void>
}

/** What is said by an answer that breaks off after three letters of it. */
const HALF = 'Half an answer'

export const SERVERS = ['anthropic', 'openai-compatible'] as const

export async function modelServer(driver: (typeof SERVERS)[number], turns: readonly Turn[]): Promise<ModelServer> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    // Pages ask first whether they may.
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('access-control-allow-headers', '*, authorization')
    response.setHeader('access-control-expose-headers', 'retry-after')
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    void bodyOf(request).then((body) => {
      const turn = turns[asked.length] ?? turns.at(-1)
      if (!turn) return void response.destroy()
      asked.push({ headers: request.headers, body })
      answer(driver, turn, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  return {
    config: { driver, model: 'test-model', url, price: { input: 3, output: 15 } },
    asked,
    cut: () => server.closeAllConnections(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string
  return JSON.parse(text) as Readonly<Record<string, unknown>>
}

function answer(driver: (typeof SERVERS)[number], turn: Turn, response: ServerResponse): void {
  if ('status' in turn) {
    const type = turn.status === 529 ? 'overloaded_error' : 'error'
    response.writeHead(turn.status, {
      'content-type': 'application/json',
      ...(turn.retryAfter ? { 'retry-after': turn.retryAfter } : {}),
    })
    return void response.end(JSON.stringify({ type: 'error', error: { type, message: `It answers ${turn.status}.` } }))
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const lines = driver === 'anthropic' ? anthropicLines(turn) : openAiLines(turn)
  for (const line of lines) response.write(line)
  if ('hang' in turn) return
  if ('drop' in turn && turn.drop === 'reset') return void setImmediate(() => response.destroy())
  response.end()
}

function anthropicLines(turn: Exclude<Turn, { status: number }>): string[] {
  const event = (type: string, data: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
  const [inputTokens, outputTokens] = ('tokens' in turn && turn.tokens) || [100, 20]
  const begin = event('message_start', {
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'test-model',
      content: [],
      stop_reason: null,
      usage: { input_tokens: inputTokens, output_tokens: 1 },
    },
  })
  const text = (words: string): string[] => [
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    event('ping', {}),
    ...[words.slice(0, 3), words.slice(3)].map((piece) =>
      event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: piece } }),
    ),
    event('content_block_stop', { index: 0 }),
  ]
  const call = (name: string, json: string): string[] => [
    event('content_block_start', { index: 1, content_block: { type: 'tool_use', id: 'toolu_1', name, input: {} } }),
    ...[json.slice(0, 4), json.slice(4)].map((piece) =>
      event('content_block_delta', { index: 1, delta: { type: 'input_json_delta', partial_json: piece } }),
    ),
    event('content_block_stop', { index: 1 }),
  ]
  const end = (reason: string): string[] => [
    event('message_delta', { delta: { stop_reason: reason, stop_sequence: null }, usage: { output_tokens: outputTokens } }),
    event('message_stop', {}),
  ]
  if ('drop' in turn || ('hang' in turn && turn.hang === 'half')) return [begin, ...text(HALF).slice(0, 3)]
  if ('hang' in turn) return [begin, ...text(HALF), ...end('end_turn').slice(0, 1)]
  if ('free' in turn) return [begin, ...text(turn.free), ...end('end_turn')]
  if ('garbage' in turn) return [begin, ...text('Well').slice(0, 3), 'event: content_block_delta\ndata: {"type":"content_bl\n\n']
  if ('lateError' in turn)
    return [begin, ...text('Well'), event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } })]
  if ('rawInput' in turn) return [begin, ...call('comment', turn.rawInput), ...end('tool_use')]
  const called = turn.call ? call(turn.call[0], JSON.stringify(turn.call[1])) : []
  return [begin, ...text(turn.say), ...called, ...end(turn.call ? 'tool_use' : 'end_turn')]
}

function openAiLines(turn: Exclude<Turn, { status: number }>): string[] {
  const [inputTokens, outputTokens] = ('tokens' in turn && turn.tokens) || [100, 20]
  const chunk = (delta: object, finish: string | null = null, more: object = {}): string =>
    `data: ${JSON.stringify({ id: 'chat_1', object: 'chat.completion.chunk', created: 1, model: 'test-model', choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`
  const usage = `data: ${JSON.stringify({ id: 'chat_1', object: 'chat.completion.chunk', created: 1, model: 'test-model', choices: [], usage: { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: inputTokens + outputTokens } })}\n\n`
  const text = (words: string): string[] => [
    chunk({ role: 'assistant', content: words.slice(0, 3) }),
    chunk({ content: words.slice(3) }),
  ]
  const call = (name: string, json: string): string[] => [
    chunk({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name, arguments: json.slice(0, 4) } }] }),
    chunk({ tool_calls: [{ index: 0, function: { arguments: json.slice(4) } }] }),
  ]
  const done = 'data: [DONE]\n\n'
  if ('drop' in turn || ('hang' in turn && turn.hang === 'half')) return text(HALF).slice(0, 1)
  if ('hang' in turn) return [...text(HALF), usage]
  if ('free' in turn) return [...text(turn.free), chunk({}, 'stop'), done]
  if ('garbage' in turn) return [...text('Well').slice(0, 1), 'data: {"id":"chat_1","cho\n\n']
  if ('lateError' in turn)
    return [
      ...text('Well'),
      `data: ${JSON.stringify({ error: { message: 'Overloaded', type: 'overloaded_error', code: 529 } })}\n\n`,
    ]
  if ('rawInput' in turn) return [...call('comment', turn.rawInput), chunk({}, 'tool_calls'), usage, done]
  const called = turn.call ? call(turn.call[0], JSON.stringify(turn.call[1])) : []
  return [...text(turn.say), ...called, chunk({}, turn.call ? 'tool_calls' : 'stop'), usage, done]
}
