/** The scripts that agents can go by in place of a model, by name. */

import type { Script } from './scripted.ts'

export const SCRIPTS: Readonly<Record<string, () => Promise<Script>>> = {
  demo: async () => (await import('./scenario/scripts.ts')).demoScript,
  'first-look': async () => (await import('./scripts/first-look.ts')).firstLook,
}
