/**
 * A transport brings links to peers; a link carries frames both ways, whole, in order, each once, until it closes.
 *
 * A link knows nothing of the log. A frame is at most `maxFrame` bytes. `send` never blocks and never throws: on a closed
 * link it does nothing. The sender looks at `buffered()` and waits for `drained()` (backpressure); a sender that does not
 * may be cut off. When a link closes, frames on their way may be lost: whoever uses it starts over on the next link.
 *
 * Run `transportContract` (`transport.contract.ts`) against an implementation before using it.
 */

import type { Bytes } from '../base/bytes.ts'

export interface Link {
  /** Names the other end on this transport, for people and logs; proves nothing. */
  readonly peer: string
  readonly transport: string
  readonly maxFrame: number
  /** Bytes that both ends know and nobody between them can choose (a digest of the DTLS fingerprints), or empty. */
  readonly binding: Bytes
  /** Which way it goes, where the transport can tell. */
  readonly route?: () => Promise<LinkRoute | null>
  send(frame: Bytes): void
  /** Bytes accepted by `send` and not yet handed to the network. */
  buffered(): number
  /** Resolves when `buffered()` is low again, or the link has closed. */
  drained(): Promise<void>
  /** One listener; frames that came before it is set are kept for it. */
  onFrame(listener: (frame: Bytes) => void): void
  /** Called once, with a plain reason; at once if the link is closed already. */
  onClose(listener: (reason: string) => void): void
  close(reason: string): void
}

/** The way that bytes take to the other end. */
export interface LinkRoute {
  /** Over somebody between the two, who passes on what it cannot read. */
  readonly relayed: boolean
  readonly roundTripMs: number | null
}

export interface Transport {
  readonly name: string
  /** Begins to look for peers; every link that opens is handed over, once. */
  start(onLink: (link: Link) => void): void
  /** Closes all links and looks for no more; `start` may be called again ("work offline", then online). */
  stop(): void
  /** What a person would want to know, such as "signalling unreachable". */
  status(): TransportStatus
  onStatus(listener: (status: TransportStatus) => void): () => void
}

export interface TransportStatus {
  readonly state: 'off' | 'connecting' | 'ready' | 'unreachable'
  readonly links: number
  readonly detail: string
}
