/**
 * Which model an agent asks, as a person chose it on this device: never in the log. The key of a provider is not part of it; that lies
 * apart, sealed, and is opened where the model is called (`hosts/model-keys.ts`).
 */

import type { Model, Price } from './model.ts'
import { ModelError } from './model.ts'
import { scriptedModel } from './scripted.ts'
import { SCRIPTS } from './scripts.ts'

export type ModelConfig =
  /** Answers by a script: no model, no key, no network. */
  | { readonly driver: 'scripted'; readonly script: string }
  | { readonly driver: 'anthropic'; readonly model: string; readonly url?: string; readonly price?: Price }
  /** Any server that speaks OpenAI's chat completions: Ollama, LM Studio, vLLM, a gateway. */
  | { readonly driver: 'openai-compatible'; readonly model: string; readonly url: string; readonly price?: Price }
  /** The one that the browser brings along, where it does. */
  | { readonly driver: 'browser' }

/** Loads no more code than the choice needs. */
export async function openModel(config: ModelConfig, key: string | null): Promise<Model> {
  switch (config.driver) {
    case 'scripted': {
      const load = Object.hasOwn(SCRIPTS, config.script) ? SCRIPTS[config.script] : undefined
      if (!load) throw new ModelError('auth', `There is no script ${config.script}.`)
      return scriptedModel(config.script, await load())
    }
    case 'anthropic':
    case 'openai-compatible':
      return (await import('./ai-sdk-model.ts')).aiSdkModel(config, key)
    case 'browser':
      return (await import('./browser-model.ts')).browserModel(globalThis)
  }
}

/** Where the page has to be let through to: what the model's server is, or null where there is none. */
export function originOf(config: ModelConfig): string | null {
  if (config.driver === 'anthropic') return new URL(config.url ?? ANTHROPIC_URL).origin
  return config.driver === 'openai-compatible' ? new URL(config.url).origin : null
}

export const ANTHROPIC_URL = 'https://api.anthropic.com/v1'
