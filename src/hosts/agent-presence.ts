/**
 * Signs of life of the agents of this tab, under their own keys: each says its statement as a client of its own in the presence that
 * the tab shares with its peers, so that others hear of each agent and not of the tab alone.
 */

import { applyAwarenessUpdate, type Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness'
import type { Bytes } from '../base/bytes.ts'
import { LOCAL } from '../core/limits.ts'
import { type KeyPair, sign } from '../log/keys.ts'
import { createAwareness } from '../sync/presence-bridge.ts'
import { createPresence } from '../sync/presence.ts'

export interface AgentPresence {
  beat(run: string | null, step: string): void
  close(): void
}

interface Who {
  readonly pair: KeyPair
  readonly name: string
  readonly colour: string
}

/** `shared`: the presence of the tab, null until its network is there. */
export function agentPresence(shared: () => Awareness | null, workspace: Bytes, { pair, name, colour }: Who): AgentPresence {
  const awareness = createAwareness()
  const presence = createPresence({
    awareness,
    workspace,
    key: pair.key,
    sign: (message) => sign(pair, message),
    // Nobody but the agent itself is in this one.
    verify: async () => false,
    now: () => performance.now(),
  })
  let last = 0
  awareness.on('update', pass)

  function pass(): void {
    const into = shared()
    if (into && awareness.meta.has(awareness.clientID))
      applyAwarenessUpdate(into, encodeAwarenessUpdate(awareness, [awareness.clientID]), 'agent')
  }

  return {
    beat(run, step) {
      // Greater than any before, also after the page was loaded anew.
      last = Math.max(last + 1, Date.now())
      void presence.say({
        name: name.slice(0, LOCAL.nameChars),
        colour,
        task: null,
        work: { run, step: step.slice(0, LOCAL.stepChars), n: last },
      })
    },
    close() {
      presence.close()
      awareness.off('update', pass)
      awareness.destroy()
    },
  }
}
