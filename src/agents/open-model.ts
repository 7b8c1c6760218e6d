/** From what was chosen to what answers. A page that only shows the choice needs nothing of this. */

import { type Model, ModelError } from './model.ts'
import type { ModelConfig } from './model-config.ts'
import { scriptedModel } from './scripted.ts'
import { SCRIPTS } from './scripts.ts'

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
