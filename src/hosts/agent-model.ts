/** What thinks for an agent of this browser, in words and for how long each of its steps is to stand. */

import type { ModelConfig } from '../agents/model-config.ts'

/** Of a script: it is done in no time, and nobody could watch it. */
export const PACE_MS = 900

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
