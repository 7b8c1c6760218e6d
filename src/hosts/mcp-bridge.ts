/**
 * MCP over stdio, for clients that start their servers themselves: every line is a message, and goes to a running host's `/mcp` as it
 * is, with the token; what the host answers goes back line by line. Both eras of the protocol pass, since nothing is understood here
 * but what becomes an HTTP header. It opens no workspace of its own: two writers with one key would be one too many.
 */

import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { notReached } from '../sdk/not-reached.ts'
import { serverSent } from '../sdk/server-sent.ts'

export interface BridgePorts {
  readonly input: Readable
  readonly output: Writable
  /** The whole address of the host's MCP door. */
  readonly url: string
  readonly token: string
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>
}

interface Message {
  readonly id?: string | number
  readonly method?: string
  readonly params?: { readonly _meta?: Readonly<Record<string, unknown>>; readonly [name: string]: unknown }
  readonly jsonrpc?: unknown
  /** Of a problem that is no message. */
  readonly detail?: unknown
  readonly result?: { readonly protocolVersion?: unknown }
}

const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion'
/** Of JSON-RPC: what is no message, and a fault on the way. */
const PARSE_ERROR = -32_700
const NOT_REACHED = -32_000

/** Resolves when the client has closed its end. What is still under way then is given up, as the protocol says. */
export async function bridgeMcp({ input, output, url, token, fetch: ask = fetch }: BridgePorts): Promise<void> {
  const underWay = new Map<string | number, AbortController>()
  const all = new AbortController()
  /** Of the older era, where it is agreed upon once. */
  let agreed: string | null = null

  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue
    const message = parsed(line)
    if (message === null) say({ jsonrpc: '2.0', id: null, error: { code: PARSE_ERROR, message: 'This is no JSON.' } })
    else void forward(message, line)
  }
  all.abort()

  async function forward(message: Message, line: string): Promise<void> {
    const { id, method } = message
    if (method === 'notifications/cancelled') {
      const cancelled = message.params?.['requestId'] as string | number
      underWay.get(cancelled)?.abort()
    }
    const own = new AbortController()
    const isRequest = id !== undefined && method !== undefined
    if (isRequest) underWay.set(id, own)
    try {
      const signal = AbortSignal.any([own.signal, all.signal])
      const response = await ask(url, { method: 'POST', headers: headersOf(message), body: line, signal })
      await passOn(response, message, signal)
    } catch (error) {
      if (own.signal.aborted || all.signal.aborted) return
      // Whoever asked hears why; a notification has nobody who waits.
      const { code, detail, hint } = notReached(url, error)
      const help = code === 'untrusted' ? `${detail} ${hint}` : null
      if (isRequest)
        fail(id, help ?? `The host at ${url} cannot be reached (${reasonOf(error)}). Start it with: npx worknode serve`)
    } finally {
      if (isRequest) underWay.delete(id)
    }
  }

  function headersOf({ method, params }: Message): Record<string, string> {
    const version = params?._meta?.[VERSION_KEY]
    const name = params?.['name'] ?? params?.['uri']
    const isNewer = typeof version === 'string'
    return {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(isNewer && { 'MCP-Protocol-Version': version }),
      ...(isNewer && method && { 'Mcp-Method': method }),
      ...(isNewer && typeof name === 'string' && { 'Mcp-Name': name }),
      ...(!isNewer && agreed !== null && { 'MCP-Protocol-Version': agreed }),
    }
  }

  async function passOn(response: Response, { id, method }: Message, signal: AbortSignal): Promise<void> {
    const type = response.headers.get('content-type') ?? ''
    if (type.includes('text/event-stream') && response.body) {
      for await (const { data } of serverSent(response.body, signal, () => undefined)) learn(data, method)
      return
    }
    const text = await response.text()
    const answer = type.includes('json') ? parsed(text) : null
    if (answer?.jsonrpc !== undefined) learn(text, method)
    else if (id !== undefined && method !== undefined && response.status !== 202)
      fail(id, `The host answered ${response.status}: ${typeof answer?.detail === 'string' ? answer.detail : text.slice(0, 200)}`)
  }

  function learn(text: string, method: string | undefined): void {
    const message = parsed(text)
    if (message === null) return
    const version = message.result?.protocolVersion
    if (method === 'initialize' && typeof version === 'string') agreed = version
    say(message)
  }

  function fail(id: string | number, words: string): void {
    say({ jsonrpc: '2.0', id, error: { code: NOT_REACHED, message: words } })
  }

  function say(message: unknown): void {
    output.write(`${JSON.stringify(message)}\n`)
  }
}

function parsed(text: string): Message | null {
  try {
    return JSON.parse(text) as Message
  } catch {
    // Told to whoever sent it.
    return null
  }
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? message
}
