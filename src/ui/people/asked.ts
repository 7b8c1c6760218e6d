import type { ActorKey } from '../../core/ids.ts'
import type { Holder } from './roster.ts'

/** What somebody asked of the page that takes a dialog. */
export type Asked =
  | {
      readonly for: 'removal'
      readonly name: string
      readonly actors: readonly ActorKey[]
      /** One device of somebody who stays. */
      readonly isDevice: boolean
    }
  | { readonly for: 'rights'; readonly name: string; readonly holder: Holder; readonly how: 'role' | 'narrow' }
  | { readonly for: 'grant'; readonly to: ActorKey | null }
  | { readonly for: 'agent' }

export type Ask = (asked: Asked) => void
