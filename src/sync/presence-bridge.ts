/**
 * Carries awareness where WebRTC does not: between the tabs of one browser, or, in memory, between two replicas of a test.
 *
 * Messages are plain awareness updates under the same limits as on the network; an empty one asks for everybody's state. What
 * came over a bridge goes to other carriers and not back over the bridge.
 */

import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness'
import { Doc } from 'yjs'
import type { Bytes } from '../base/bytes.ts'
import { admitsAwareness } from './rtc-gate.ts'

/** Reaches all others; a message may be lost or come twice. */
export interface Carrier {
  send(message: Bytes): void
  onMessage(listener: (message: Bytes) => void): void
  close(): void
}

/** An awareness with an empty Y.Doc behind it, which is only there because the library wants one. */
export function createAwareness(): Awareness {
  return new Awareness(new Doc())
}

/** Returns the function that takes the bridge down. */
export function bridgeAwareness(awareness: Awareness, carrier: Carrier): () => void {
  const bridge = {}
  const tell = (clients: number[]): void => {
    if (clients.length > 0) carrier.send(encodeAwarenessUpdate(awareness, clients) as Bytes)
  }
  const onUpdate = ({ added, updated, removed }: Record<'added' | 'updated' | 'removed', number[]>, origin: unknown): void => {
    // Our own state changes from there only when somebody took it away: then it is said again.
    const ours = (id: number): boolean => origin !== bridge || id === awareness.clientID
    tell([...added, ...updated, ...removed].filter((id) => ours(id) && awareness.meta.has(id)))
  }
  awareness.on('update', onUpdate)
  carrier.onMessage((message) => {
    const states = awareness.getStates()
    if (message.length === 0) tell([...states.keys()])
    else if (admitsAwareness(message, (id) => states.has(id), states.size)) applyAwarenessUpdate(awareness, message, bridge)
  })
  // The first state of an awareness has clock 0, which receivers take for nothing new: said again, it is heard.
  awareness.setLocalState(awareness.getLocalState())
  carrier.send(new Uint8Array())
  return () => {
    awareness.off('update', onUpdate)
    carrier.close()
  }
}

/** Between the tabs of one browser. */
export function broadcastCarrier(room: string, openChannel: (name: string) => BroadcastChannel): Carrier {
  const channel = openChannel(`worknode/1/${room}/presence`)
  return {
    send: (message) => channel.postMessage(message),
    onMessage(listener) {
      channel.onmessage = (event) => {
        if (event.data instanceof Uint8Array) listener(event.data as Bytes)
      }
    },
    close: () => channel.close(),
  }
}
