/**
 * What an answer of a provider has cost so far, while it comes: absolute totals, said anew with each piece, so that they are known
 * wherever the stream breaks off, by whomever.
 *
 * What the provider said goes first: Anthropic tells what it has read as it begins, and what it has written when it is done; the others
 * tell both at the end, some with every piece, some never. What nobody has said is estimated from what was sent and what came, and
 * the total is an estimate then. An answer of which nothing came costs nothing.
 */

import type { ModelPart, ModelRequest } from './model.ts'
import { inputTokensOf, tokensIn } from './token-estimate.ts'

export class StreamMeter {
  readonly #request: ModelRequest
  #input: number | null = null
  #output: number | null = null
  #received = 0

  constructor(request: ModelRequest) {
    this.#request = request
  }

  /** A piece of the stream as the provider sent it. Whether it says a number. */
  heard(piece: unknown): boolean {
    const { message, usage } = fields(piece)
    // As a message begins, what is written of it is one token and no total.
    const begun = fields(fields(message)['usage'])
    const [input, output] = [inputIn(begun) ?? inputIn(fields(usage)), outputIn(fields(usage))]
    this.#input = input ?? this.#input
    this.#output = output ?? this.#output
    return input !== null || output !== null
  }

  /** What the SDK made of all that was said. */
  told(input: number | undefined, output: number | undefined): void {
    this.#input = input ?? this.#input
    this.#output = output ?? this.#output
  }

  /** So many characters of words, thoughts or a tool's input. */
  received(text: string): void {
    this.#received += text.length
  }

  get total(): Extract<ModelPart, { readonly type: 'usage' }> {
    const [inputTokens, outputTokens] = [this.#input ?? inputTokensOf(this.#request), this.#output ?? tokensIn(this.#received)]
    const isEstimate = this.#input === null || this.#output === null
    return { type: 'usage', usage: { inputTokens, outputTokens, ...(isEstimate ? { estimated: true as const } : {}) } }
  }
}

/** What was read from a cache, or written to it, is paid for as well. */
function inputIn(usage: Fields): number | null {
  const own = whole(usage['input_tokens'])
  if (own === null) return whole(usage['prompt_tokens'])
  return own + (whole(usage['cache_read_input_tokens']) ?? 0) + (whole(usage['cache_creation_input_tokens']) ?? 0)
}

function outputIn(usage: Fields): number | null {
  return whole(usage['output_tokens']) ?? whole(usage['completion_tokens'])
}

type Fields = Readonly<Record<string, unknown>>

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function whole(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null
}
