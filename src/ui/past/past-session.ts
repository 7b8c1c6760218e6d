/**
 * The session as it looks in the past: everything is read from the fold of then, and nothing can be written. Names are those by
 * which people went then.
 */

import { createEmitter } from '../../base/emitter.ts'
import { type Refusal, refuse } from '../../base/result.ts'
import type { Past } from '../../replica/past.ts'
import type { Replica } from '../../replica/replica.ts'
import type { Session } from '../session.ts'

export interface PastSession {
  readonly session: Session
  close(): void
}

const READ_ONLY: Refusal = {
  code: 'wrong_state',
  detail: 'This is the past, and it stays as it was. Go back to now to change something.',
}

export function createPastSession(session: Session, past: Past): PastSession {
  const { replica } = session
  // Listeners in here live as long as this look into the past, and not as long as the workspace.
  const rights = createEmitter<void>()
  const stop = replica.onAuthority(() => rights.emit())
  const then = {
    views: past.views,
    nodes: past.fold.nodes,
    may: () => false,
    capabilityFor: () => null,
    nextUndo: undefined,
    nextRedo: undefined,
    undo: () => null,
    redo: () => null,
    onAuthority: (listener: () => void) => rights.on(listener),
    transact: forbidden,
    publish: forbidden,
    redeem: forbidden,
  } satisfies { readonly [name in keyof Replica]?: unknown }
  return {
    session: {
      ...session,
      replica: overlaid(replica, then),
      lookAt: () => undefined,
      run: () => refuse(READ_ONLY),
      importPlan: async () => refuse(READ_ONLY),
    },
    close: stop,
  }
}

/** The replica, with these in place of its own. Its private fields stay its own, so what is called is called on it. */
function overlaid(replica: Replica, then: object): Replica {
  return new Proxy(replica, {
    get(target, name) {
      if (Object.hasOwn(then, name)) return Reflect.get(then, name)
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function forbidden(): never {
  throw new Error('Broken invariant: nothing is written in the past')
}
