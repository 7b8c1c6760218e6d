import { useObservable } from '../use-observable.ts'
import { type CommandId, commandOf } from './catalogue.ts'
import { ariaKeys, capsWords, keysOf } from './keymap.ts'
import { ownKeys } from './own-keys.ts'

/** The keys of a command as a person has them: for a button beside it. */
export function useKeysOf(id: CommandId): {
  readonly aria: string | undefined
  readonly words: string | null
  readonly hint: string
} {
  const own = useObservable(ownKeys)
  const [first] = keysOf(commandOf(id), own)
  const words = first === undefined ? null : capsWords(first)
  // For the end of a tooltip.
  return { aria: ariaKeys(id, own), words, hint: words === null ? '' : ` (${words})` }
}
