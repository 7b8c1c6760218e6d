/**
 * The driver over the AI SDK: Anthropic's Messages API, and every server that speaks OpenAI's chat completions.
 *
 * It goes by the SDK's provider interface (`doStream`), one request a step: what is tried again, and when, is decided in one place
 * (`model-step.ts`), and nothing below tries again unseen. Whatever goes wrong is a `ModelError`: 408, 429, 5xx and a lost
 * connection are worth another try, 401 and 403 are for a person, and any other refusal is of this request.
 */

import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { type EndReason, type Message, type Model, ModelError, type ModelPart, type ModelRequest } from './model.ts'
import { ANTHROPIC_URL, type ModelConfig } from './model-config.ts'
import { StreamMeter } from './stream-meter.ts'

export type AiSdkConfig = Extract<ModelConfig, { readonly driver: 'anthropic' | 'openai-compatible' }>
type LanguageModel = ReturnType<ReturnType<typeof createAnthropic>>
type Options = Parameters<LanguageModel['doStream']>[0]
type Part = Awaited<ReturnType<LanguageModel['doStream']>>['stream'] extends ReadableStream<infer P> ? P : never

export function aiSdkModel(config: AiSdkConfig, key: string | null): Model {
  const model = languageModel(config, key)
  return {
    name: config.model,
    isScripted: false,
    price: config.price ?? null,
    async *step(request, signal) {
      const reader = await opened(model, optionsOf(request, signal), signal)
      const meter = new StreamMeter(request)
      try {
        for (;;) {
          const { done, value } = await reader.read().catch((error: unknown) => Promise.reject(failure(error, signal)))
          if (done) return
          yield* partsOf(value, meter, signal)
        }
      } finally {
        // Whoever stops listening wants no more of it.
        reader.cancel().catch(() => undefined)
      }
    },
  }
}

function languageModel(config: AiSdkConfig, key: string | null): LanguageModel {
  if (config.driver === 'anthropic')
    return createAnthropic({
      apiKey: key ?? '',
      baseURL: config.url ?? ANTHROPIC_URL,
      // Without it the API refuses whatever comes from a page. The person's own key goes from their own device.
      headers: { 'anthropic-dangerous-direct-browser-access': 'true' },
    })(config.model)
  return createOpenAICompatible({
    name: 'openai-compatible',
    baseURL: config.url,
    includeUsage: true,
    ...(key === null ? {} : { apiKey: key }),
  })(config.model)
}

async function opened(model: LanguageModel, options: Options, signal: AbortSignal): Promise<ReadableStreamDefaultReader<Part>> {
  try {
    return (await model.doStream(options)).stream.getReader()
  } catch (error) {
    throw failure(error, signal)
  }
}

function* partsOf(part: Part, meter: StreamMeter, signal: AbortSignal): Iterable<ModelPart> {
  switch (part.type) {
    case 'raw':
      if (meter.heard(part.rawValue)) yield meter.total
      break
    case 'text-delta':
    case 'reasoning-delta':
    case 'tool-input-delta':
      meter.received(part.delta)
      yield meter.total
      if (part.type === 'text-delta') yield { type: 'text', text: part.delta }
      break
    case 'tool-call':
      yield { type: 'call', call: { id: part.toolCallId, name: part.toolName, input: parsed(part.input) } }
      break
    case 'error':
      throw failure(part.error, signal)
    case 'finish': {
      const { unified, raw } = part.finishReason
      // A stream that ends without a word why has broken off, and what the SDK sums up then is not the whole.
      if (unified === 'error' || unified === 'interrupted' || raw === undefined)
        throw new ModelError('broken', 'The answer broke off before its end.')
      meter.told(part.usage.inputTokens.total, part.usage.outputTokens.total)
      yield meter.total
      yield { type: 'end', reason: REASONS[unified] }
      break
    }
    // Sources, and where a piece begins and ends: nothing that a run needs.
    default:
  }
}

const REASONS: Readonly<Record<'stop' | 'tool-calls' | 'length' | 'content-filter' | 'other', EndReason>> = {
  stop: 'words',
  other: 'words',
  'tool-calls': 'calls',
  length: 'length',
  'content-filter': 'declined',
}

function optionsOf({ system, messages, tools, maxOutputTokens }: ModelRequest, abortSignal: AbortSignal): Options {
  return {
    prompt: [{ role: 'system', content: system }, ...messages.map(promptOf)],
    tools: tools.map(({ name, description, schema }) => ({ type: 'function', name, description, inputSchema: schema })),
    maxOutputTokens,
    abortSignal,
    // What a stream has cost is read off its pieces: one that breaks off never comes to a sum.
    includeRawChunks: true,
  }
}

function promptOf(message: Message): Options['prompt'][number] {
  switch (message.role) {
    case 'user':
      return { role: 'user', content: [{ type: 'text', text: message.text }] }
    case 'assistant':
      return {
        role: 'assistant',
        content: [
          ...(message.text === '' ? [] : [{ type: 'text' as const, text: message.text }]),
          ...message.calls.map(({ id, name, input }) => ({
            type: 'tool-call' as const,
            toolCallId: id,
            toolName: name,
            input: input ?? {},
          })),
        ],
      }
    case 'tool':
      return {
        role: 'tool',
        content: message.answers.map(({ id, name, output, failed }) => ({
          type: 'tool-result',
          toolCallId: id,
          toolName: name,
          output: { type: failed ? 'error-text' : 'text', value: output },
        })),
      }
  }
}

/** What a model wrote that is no JSON is told to it by the tool, as any input that does not fit. */
function parsed(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The SDK's errors by what they carry: its classes may be there twice in a bundle. */
function failure(error: unknown, signal: AbortSignal): Error {
  if (signal.aborted) return signal.reason as Error
  if (error instanceof ModelError) return error
  const { statusCode, responseHeaders, message, data, type } = (typeof error === 'object' && error !== null ? error : {}) as {
    readonly statusCode?: number
    readonly responseHeaders?: Readonly<Record<string, string>>
    readonly message?: string
    readonly data?: { readonly error?: { readonly type?: string } }
    readonly type?: string
  }
  const words = String(message ?? error).slice(0, 500)
  const isBusy =
    type === 'overloaded_error' || data?.error?.type === 'overloaded_error' || statusCode === 429 || statusCode === 529
  if (isBusy || statusCode === 408 || (statusCode !== undefined && statusCode >= 500))
    return new ModelError('overloaded', words, { ...retryAfter(responseHeaders?.['retry-after']), cause: error })
  if (statusCode === 401 || statusCode === 402 || statusCode === 403) return new ModelError('auth', words, { cause: error })
  // 200: what came was no stream of this API.
  if (statusCode === undefined || statusCode < 400) return new ModelError('broken', words, { cause: error })
  return new ModelError('limit', words, { cause: error })
}

/** In seconds, or a date. */
function retryAfter(said: string | undefined): { readonly retryAfterMs?: number } {
  if (said === undefined) return {}
  const seconds = Number(said)
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(said) - Date.now()
  return Number.isFinite(ms) && ms > 0 ? { retryAfterMs: ms } : {}
}
