/**
 * Hears the keys and runs their commands: never while somebody types, a dialog is open or a menu is, but for what works while typing.
 * Keys that are pressed one after the other count as one while they follow within a moment.
 */

import { useEffect } from 'react'
import { type CommandId, commandOf } from './catalogue.ts'
import { runCommand } from './handlers.ts'
import { keyMap, type OwnKeys, strokeOf } from './keymap.ts'
import { ownKeys } from './own-keys.ts'

const FOLLOWS_MS = 1000

export interface KeyReader {
  /** The command that this stroke completes, `more` where it begins one, null where it is none of ours. */
  read(stroke: string, at: number): CommandId | 'more' | null
}

/** Reads strokes as keys. `at`: milliseconds, on any clock. */
export function createKeyReader(own: OwnKeys): KeyReader {
  const commands = keyMap(own)
  const beginnings = new Set([...commands.keys()].flatMap((keys) => prefixesOf(keys)))
  let begun: { readonly keys: string; readonly until: number } | null = null
  return {
    read(stroke, at) {
      const before = begun !== null && at <= begun.until ? begun.keys : null
      begun = null
      // What does not go on with what was begun stands for itself.
      for (const keys of before === null ? [stroke] : [`${before} ${stroke}`, stroke]) {
        const command = commands.get(keys)
        if (command) return command
        if (beginnings.has(keys)) {
          begun = { keys, until: at + FOLLOWS_MS }
          return 'more'
        }
      }
      return null
    },
  }
}

function prefixesOf(keys: string): string[] {
  const strokes = keys.split(' ')
  return strokes.slice(1).map((_stroke, at) => strokes.slice(0, at + 1).join(' '))
}

export function useCommandKeys(): void {
  useEffect(() => {
    let reader = createKeyReader(ownKeys.get())
    const stop = ownKeys.subscribe(() => {
      reader = createKeyReader(ownKeys.get())
    })
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return
      const stroke = strokeOf({ ...strokeParts(event), altGraph: event.getModifierState('AltGraph') })
      if (stroke === null || isCovered()) return
      const typing = isTyping(event.target)
      // What is typed into a field is no key of ours, nor the beginning of one.
      if (typing && !stroke.startsWith('mod+')) return
      const found = reader.read(stroke, event.timeStamp)
      if (found === null || (found !== 'more' && typing && !commandOf(found).whileTyping)) return
      if (found === 'more' || runCommand(found)) event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => {
      stop()
      document.removeEventListener('keydown', onKey)
    }
  }, [])
}

function strokeParts({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent) {
  return { key, ctrlKey, metaKey, altKey, shiftKey }
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

export function isCovered(): boolean {
  return document.querySelector('dialog[open], [role="menu"]') !== null
}
