/** The scripts that agents can go by in place of a model, by name. */

import type { Script } from './scripted.ts'

export const SCRIPTS: Readonly<Record<string, () => Promise<Script>>> = {
  'first-look': async () => (await import('./scripts/first-look.ts')).firstLook,
}
