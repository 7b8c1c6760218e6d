/**
 * Everything that a key or the palette can ask of the page, said once: the key map, the `?` sheet, the palette and the settings
 * read this list. What a command does is given by whichever part of the page is there to do it (`handlers.ts`).
 *
 * Keys are written as `keymap.ts` reads them: `mod` is ⌘ on a Mac and Ctrl elsewhere; a space stands between keys that are
 * pressed one after the other.
 */

export const GROUPS = ['Everywhere', 'Go to', 'Board', 'Card in focus'] as const
export type CommandGroup = (typeof GROUPS)[number]

interface Spec {
  readonly title: string
  readonly group: CommandGroup
  /** As they come; a person may choose others. */
  readonly keys: readonly string[]
  /** Belongs to the browser or to what has the focus: shown, and left as it is. */
  readonly fixed?: true
  /** Works while somebody types as well. */
  readonly whileTyping?: true
  /** For keys alone: in a list of commands it would mean nothing. */
  readonly keysOnly?: true
}

const SPECS = {
  search: { title: 'Search tasks, people and commands', group: 'Everywhere', keys: ['mod+k'], whileTyping: true, keysOnly: true },
  'new-task': { title: 'New task', group: 'Everywhere', keys: ['c'] },
  undo: { title: 'Undo what you did last', group: 'Everywhere', keys: ['mod+z'] },
  redo: { title: 'Do it again', group: 'Everywhere', keys: ['mod+shift+z', 'mod+y'] },
  invite: { title: 'Invite people and agents', group: 'Everywhere', keys: [] },
  settings: { title: 'Settings', group: 'Everywhere', keys: ['mod+,'] },
  theme: { title: 'Change the theme', group: 'Everywhere', keys: [] },
  offline: { title: 'Work offline, or go online again', group: 'Everywhere', keys: [] },
  copy: { title: 'Download a copy of this workspace', group: 'Everywhere', keys: [] },
  reload: { title: 'Reload to the new version', group: 'Everywhere', keys: [] },
  close: { title: 'Close what is open', group: 'Everywhere', keys: ['escape'], fixed: true, keysOnly: true },
  keys: { title: 'Show all keys', group: 'Everywhere', keys: ['?'] },
  'go-board': { title: 'Board', group: 'Go to', keys: ['g b'] },
  'go-agents': { title: 'Agents', group: 'Go to', keys: ['g a'] },
  'go-inbox': { title: 'Inbox', group: 'Go to', keys: ['g i'] },
  'go-activity': { title: 'Activity', group: 'Go to', keys: ['g t'] },
  'go-insights': { title: 'Insights', group: 'Go to', keys: ['g s'] },
  'go-files': { title: 'Files', group: 'Go to', keys: ['g f'] },
  'go-people': { title: 'People', group: 'Go to', keys: ['g p'] },
  'go-network': { title: 'Network', group: 'Go to', keys: ['g n'] },
  'go-start': { title: 'All workspaces', group: 'Go to', keys: ['g w'] },
  filter: { title: 'Filter tasks', group: 'Board', keys: ['/'] },
  'card-below': { title: 'Card below', group: 'Board', keys: ['arrowdown', 'j'], keysOnly: true },
  'card-above': { title: 'Card above', group: 'Board', keys: ['arrowup', 'k'], keysOnly: true },
  'card-right': { title: 'Column to the right', group: 'Board', keys: ['arrowright', 'l'], keysOnly: true },
  'card-left': { title: 'Column to the left', group: 'Board', keys: ['arrowleft', 'h'], keysOnly: true },
  open: { title: 'Open the task', group: 'Card in focus', keys: ['enter'], fixed: true, keysOnly: true },
  'move-right': { title: 'Move one column to the right', group: 'Card in focus', keys: [']'], keysOnly: true },
  'move-left': { title: 'Move one column to the left', group: 'Card in focus', keys: ['['], keysOnly: true },
  'move-down': { title: 'Move down in its column', group: 'Card in focus', keys: ['alt+arrowdown'], keysOnly: true },
  'move-up': { title: 'Move up in its column', group: 'Card in focus', keys: ['alt+arrowup'], keysOnly: true },
  'assign-me': { title: 'Assign to me, or no longer', group: 'Card in focus', keys: ['i'], keysOnly: true },
  select: { title: 'Select it, or no longer', group: 'Card in focus', keys: ['x'], keysOnly: true },
  'select-to': { title: 'Select all from the last selected to it', group: 'Card in focus', keys: ['shift+x'], keysOnly: true },
  'select-column': { title: 'Select its whole column', group: 'Card in focus', keys: ['mod+a'], keysOnly: true },
  menu: { title: 'All actions', group: 'Card in focus', keys: ['m'], keysOnly: true },
} as const satisfies Readonly<Record<string, Spec>>

export type CommandId = keyof typeof SPECS

export interface Command extends Spec {
  readonly id: CommandId
}

export const COMMANDS: readonly Command[] = (Object.keys(SPECS) as CommandId[]).map((id) => ({ id, ...SPECS[id] }))

export function commandOf(id: CommandId): Command {
  return { id, ...SPECS[id] }
}
