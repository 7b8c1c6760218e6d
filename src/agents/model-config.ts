/**
 * Which model an agent asks, as a person chose it on this device: never in the log. The key of a provider is not part of it; that lies
 * apart, sealed, and is opened where the model is called (`store/sealed-secret.ts`).
 */

import type { Price } from './model.ts'

export type ModelConfig =
  /** Answers by a script: no model, no key, no network. */
  | { readonly driver: 'scripted'; readonly script: string }
  | { readonly driver: 'anthropic'; readonly model: string; readonly url?: string; readonly price?: Price }
  /** Any server that speaks OpenAI's chat completions: Ollama, LM Studio, vLLM, a gateway. */
  | { readonly driver: 'openai-compatible'; readonly model: string; readonly url: string; readonly price?: Price }
  /** The one that the browser brings along, where it does. */
  | { readonly driver: 'browser' }

/** The server of the model, or null where there is none: a key belongs to it, whatever the model is called. */
export function originOf(config: ModelConfig): string | null {
  if (config.driver === 'anthropic') return new URL(config.url ?? ANTHROPIC_URL).origin
  return config.driver === 'openai-compatible' ? new URL(config.url).origin : null
}

export const ANTHROPIC_URL = 'https://api.anthropic.com/v1'
