/** What thinks for an agent of this tab, opened with the provider's key that is kept here. */

import { realClock } from '../agents/clock.ts'
import type { Model } from '../agents/model.ts'
import { type ModelConfig, openModel, originOf } from '../agents/model-config.ts'
import { paced } from '../agents/paced.ts'
import type { OwnAgents } from '../store/own-agents.ts'

/** Each step of a script stands so long, so that it can be looked at. */
const PACE_MS = 900

/** Throws in words for a person where it cannot be had. */
export async function openModelHere(config: ModelConfig, secrets: Pick<OwnAgents, 'secret'>): Promise<Model> {
  const origin = originOf(config)
  const model = await openModel(config, origin === null ? null : await secrets.secret(origin))
  return model.isScripted ? paced(model, realClock, PACE_MS) : model
}

/** As it stands in the agent's profile. */
export function modelWords(config: ModelConfig): string {
  switch (config.driver) {
    case 'scripted':
      return `scripted: ${config.script}`
    case 'browser':
      return 'the browser\u2019s own model'
    case 'anthropic':
    case 'openai-compatible':
      return config.model
  }
}
