/**
 * What the editor may see of awareness. Presence is a hint that any peer can write: a colour ends up in a style and a
 * position in Yjs, which throws on some. So cursors come through here, and what does not have the right shape does not.
 */

import type { Awareness } from 'y-protocols/awareness'

const NEUTRAL = '#7a7d8a'
const NAME_CHARS = 40

/** The part of Awareness that y-codemirror.next uses, for the text with this name. */
export function cursorsFor(awareness: Awareness, textName: string) {
  return {
    doc: awareness.doc,
    getLocalState: () => awareness.getLocalState(),
    setLocalStateField: (field: string, value: unknown) => awareness.setLocalStateField(field, value),
    on: (event: 'change', listener: (...args: unknown[]) => void) => awareness.on(event, listener),
    off: (event: 'change', listener: (...args: unknown[]) => void) => awareness.off(event, listener),
    getStates: () => {
      const states = new Map<number, object>()
      for (const [client, state] of awareness.getStates()) {
        const shown = client === awareness.clientID ? state : cleaned(state, textName)
        if (shown) states.set(client, shown)
      }
      return states
    },
  }
}

function cleaned(state: { readonly [field: string]: unknown }, textName: string): object | null {
  const { user, cursor } = state as { user?: { name?: unknown; color?: unknown }; cursor?: { anchor?: unknown; head?: unknown } }
  if (!isPosition(cursor?.anchor, textName) || !isPosition(cursor?.head, textName)) return null
  const color = typeof user?.color === 'string' && /^#[0-9a-f]{6}$/i.test(user.color) ? user.color : NEUTRAL
  const name = typeof user?.name === 'string' && user.name !== '' ? user.name.slice(0, NAME_CHARS) : 'Somebody'
  return { user: { name, color }, cursor }
}

/** A relative position of Yjs on this text, or a letter of it. */
function isPosition(value: unknown, textName: string): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { type, tname, item, assoc } = value as { type?: unknown; tname?: unknown; item?: unknown; assoc?: unknown }
  if (type !== null && type !== undefined) return false
  if (tname !== null && tname !== undefined && tname !== textName) return false
  if (assoc !== undefined && typeof assoc !== 'number') return false
  return item === null || item === undefined ? tname === textName : isLetter(item)
}

function isLetter(item: unknown): boolean {
  const { client, clock } = item as { client?: unknown; clock?: unknown }
  return isCount(client) && isCount(clock)
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
