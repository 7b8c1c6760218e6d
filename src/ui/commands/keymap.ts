/**
 * Keys as text: `c`, `mod+shift+z`, `alt+arrowup`, `g b`.
 *
 * A stroke is one key with what is held beside it; keys are one or more strokes, one after the other. A sign that takes Shift to type
 * is named by itself (`?`, not `shift+/`), so that it is the same key on every keyboard.
 */

import { COMMANDS, type Command, type CommandId, commandOf } from './catalogue.ts'

/** What a person chose in place of the keys that a command comes with; an empty list is no key at all. */
export type OwnKeys = Readonly<Partial<Record<CommandId, readonly string[]>>>

export interface Stroke {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
  /** AltGr counts as Ctrl and Alt on some systems, and is only a way to type a sign. */
  readonly altGraph?: boolean
}

const ONLY_HELD = new Set(['control', 'meta', 'alt', 'shift', 'altgraph', 'capslock', 'dead', 'unidentified', 'process'])

/** The stroke in our words; null while nothing but Shift and the like is down. */
export function strokeOf({ key, ctrlKey, metaKey, altKey, shiftKey, altGraph = false }: Stroke): string | null {
  const name = key === ' ' ? 'space' : key.toLowerCase()
  if (ONLY_HELD.has(name)) return null
  const isSign = /^.$/u.test(name) && name.toUpperCase() === name.toLowerCase()
  const held = [
    ...((ctrlKey || metaKey) && !altGraph ? ['mod'] : []),
    ...(altKey && !altGraph ? ['alt'] : []),
    ...(shiftKey && !isSign ? ['shift'] : []),
  ]
  return [...held, name].join('+')
}

export function strokesOf(keys: string): readonly string[] {
  return keys.split(' ')
}

export function keysOf({ id, keys, fixed }: Command, own: OwnKeys): readonly string[] {
  return fixed ? keys : (own[id] ?? keys)
}

/** Which command each key asks for. Where two want the same key the later in the list has it, as the settings say. */
export function keyMap(own: OwnKeys): ReadonlyMap<string, CommandId> {
  return new Map(COMMANDS.flatMap((command) => keysOf(command, own).map((keys) => [keys, command.id] as const)))
}

/** The commands that `keys` cannot be given to beside: those that have them, begin with them, or are begun by them. */
export function rivalsOf(id: CommandId, keys: string, own: OwnKeys): readonly Command[] {
  return COMMANDS.filter((other) => other.id !== id && keysOf(other, own).some((theirs) => overlap(theirs, keys)))
}

function overlap(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b} `) || b.startsWith(`${a} `)
}

/** Why these keys cannot be chosen, in words; null if they can. */
export function keysFault(id: CommandId, keys: string, own: OwnKeys): string | null {
  const [first = ''] = strokesOf(keys)
  if (['tab', 'shift+tab', 'enter', 'space', 'escape'].includes(first))
    return `${capsWords(keys)} is how the page is worked. Choose another.`
  const rivals = rivalsOf(id, keys, own)
  if (rivals.length === 0) return null
  return `${capsWords(keys)} already means “${rivals.map(({ title }) => title).join('”, “')}”. Choose another, or change that one first.`
}

const NAMES: Readonly<Record<string, string>> = {
  alt: 'Alt',
  shift: '⇧',
  arrowup: '↑',
  arrowdown: '↓',
  arrowleft: '←',
  arrowright: '→',
  escape: 'Esc',
  enter: 'Enter',
  space: 'Space',
}

/** What stands on the keys: `['Ctrl', 'K']`. */
export function capsOf(stroke: string, mac = isMac()): readonly string[] {
  const parts =
    stroke.endsWith('+') && stroke !== '+' ? [...stroke.slice(0, -2).split('+'), '+'] : stroke === '+' ? ['+'] : stroke.split('+')
  return parts.map((part) => {
    if (part === 'mod') return mac ? '⌘' : 'Ctrl'
    if (part === 'alt' && mac) return '⌥'
    return NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part[0]?.toUpperCase() + part.slice(1))
  })
}

/** `Ctrl+K`, `G then B`: for sentences and tooltips. */
export function capsWords(keys: string, mac = isMac()): string {
  return strokesOf(keys)
    .map((stroke) => capsOf(stroke, mac).join(mac ? '' : '+'))
    .join(' then ')
}

/** `Control+K` as `aria-keyshortcuts` wants it; sequences cannot be said there. */
export function ariaKeys(id: CommandId, own: OwnKeys): string | undefined {
  const single = keysOf(commandOf(id), own).find((keys) => strokesOf(keys).length === 1)
  return single
    ?.replace('mod', isMac() ? 'Meta' : 'Control')
    .replace(/(^|\+)(.)/g, (_all, plus: string, letter: string) => plus + letter.toUpperCase())
}

/** Where there is no browser there is no keyboard either. */
function isMac(): boolean {
  const { navigator } = globalThis as { readonly navigator?: Navigator }
  return /Mac|iP/.test(navigator?.userAgent ?? '')
}
