/**
 * The model port: what an agent's run loop asks of whatever answers, be it a provider's model, the browser's own, or a script.
 *
 * One call is one *step*: the whole conversation goes in, parts come out as they are made, and the last of them is `end`. A stream
 * that stops without `end` is broken. Usage is an absolute total of the step, said again whenever it is known better: a reader
 * keeps the last one and never adds within a step; it counts though the stream breaks off. A driver tries each step once; who calls
 * it decides about another try.
 *
 * Failures throw `ModelError`. Recovery by kind: `overloaded` is tried again after a wait, `broken` as well; `auth` and `limit` are
 * for a person.
 */

/** JSON Schema of a tool's input. */
export type JsonSchema = Readonly<Record<string, unknown>>

export interface Tool {
  readonly name: string
  readonly description: string
  readonly schema: JsonSchema
}

export interface ToolCall {
  /** As the model names it; answers go by it. */
  readonly id: string
  readonly name: string
  /** What the model wrote, parsed; whatever runs the tool checks it. `undefined` where it was no JSON. */
  readonly input: unknown
}

export interface ToolAnswer {
  readonly id: string
  readonly name: string
  readonly output: string
  readonly failed: boolean
}

export type Message =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly calls: readonly ToolCall[] }
  | { readonly role: 'tool'; readonly answers: readonly ToolAnswer[] }

export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  /** There where nobody said some of it, and that was reckoned. */
  readonly estimated?: true
}

export const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0 }

/** With any part of it an estimate, the whole is one. */
export function sumOf(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    ...(a.estimated || b.estimated ? { estimated: true } : {}),
  }
}

/** `length`: it was cut off; `declined`: it would not answer. */
export type EndReason = 'words' | 'calls' | 'length' | 'declined'

export type ModelPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'call'; readonly call: ToolCall }
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'end'; readonly reason: EndReason }

/** Whom a step is for. Real models go by the words of the conversation alone; scripts go by this. */
export interface StepAbout {
  readonly agent: string
  readonly role: string
  readonly task: { readonly id: string; readonly key: string; readonly title: string; readonly kind: string } | null
}

export interface ModelRequest {
  /** The rules: from Worknode, the role and the agent's profile. Never from a card. */
  readonly system: string
  readonly messages: readonly Message[]
  readonly tools: readonly Tool[]
  readonly maxOutputTokens: number
  readonly about: StepAbout
}

export interface Model {
  /** As it is shown and kept with the run, such as `claude-sonnet-4-5` or `scripted: demo`. */
  readonly name: string
  /** Nobody thought here: shown wherever its work is. */
  readonly isScripted: boolean
  /** Of a million tokens, in US dollars; null where it costs nothing or nobody knows. */
  readonly price: Price | null
  /** Ends by throwing the signal's reason when that is aborted. */
  step(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelPart>
}

export interface Price {
  readonly input: number
  readonly output: number
}

/** Millionths of a US dollar. */
export function costOf({ inputTokens, outputTokens }: Usage, price: Price | null): number {
  return price === null ? 0 : Math.ceil(inputTokens * price.input + outputTokens * price.output)
}

export type ModelErrorKind = 'overloaded' | 'auth' | 'limit' | 'broken'

export class ModelError extends Error {
  override readonly name = 'ModelError'
  readonly kind: ModelErrorKind
  /** How long the other side asks to be left alone. */
  readonly retryAfterMs: number | null

  constructor(kind: ModelErrorKind, message: string, options: { readonly retryAfterMs?: number; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.kind = kind
    this.retryAfterMs = options.retryAfterMs ?? null
  }
}
