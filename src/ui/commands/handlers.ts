/**
 * Who does what a command asks for. Parts of the page say so while they are there; where two do, the one that came last has it, so
 * a view may do better what the frame does everywhere. A command that nobody does is not offered.
 */

import { useEffect, useRef } from 'react'
import { createEmitter } from '../../base/emitter.ts'
import type { Observable } from '../session.ts'
import type { CommandId } from './catalogue.ts'

/** Answers false where it does not apply now: then the key is left to the browser. */
export type Handler = () => boolean | void
export type Handlers = Readonly<Partial<Record<CommandId, Handler>>>

const changed = createEmitter<void>()
let stack: readonly { readonly ids: readonly string[]; readonly handlers: () => Handlers }[] = []
let offered: ReadonlySet<CommandId> = new Set()
let wanted: CommandId | null = null

/** The commands that somebody does now. */
export const offeredCommands: Observable<ReadonlySet<CommandId>> = {
  get: () => offered,
  subscribe: (listener) => changed.on(listener),
}

/** Says whether somebody did it. */
export function runCommand(id: CommandId): boolean {
  const doer = stack.findLast(({ handlers }) => handlers()[id] !== undefined)
  const handler = doer?.handlers()[id]
  return handler !== undefined && handler() !== false
}

/** Runs the command as soon as a part of the page comes that does it: the view it belongs to is being opened. */
export function runOnArrival(id: CommandId): void {
  wanted = id
}

/** Does these commands while the component is there. Which ones is fixed by the first render; what they do may change. */
export function useCommands(handlers: Handlers): void {
  const latest = useRef(handlers)
  const ids = Object.keys(handlers).toSorted().join(' ')
  useEffect(() => {
    latest.current = handlers
  })
  useEffect(() => {
    const entry = { ids: ids.split(' '), handlers: () => latest.current }
    stack = [...stack, entry]
    told()
    const due = wanted
    if (due !== null && latest.current[due]) {
      wanted = null
      runCommand(due)
    }
    return () => {
      stack = stack.filter((one) => one !== entry)
      told()
    }
  }, [ids])
}

function told(): void {
  offered = new Set(stack.flatMap(({ ids }) => ids as CommandId[]))
  changed.emit()
}
