/**
 * What the service worker and a tab say to each other, so that the tab answers a request to `/api`.
 *
 *   worker ── who ──> tab           a tab says which workspace it has open, and the name of a lock that it holds while it lives
 *   worker ── request ──> tab       over a channel of its own
 *          <── head ──              status and headers; the body with them, unless it is a stream
 *          ── more ──>              of a stream, a part at a time
 *          <── part | end ──
 *          ── cancel ──>            nobody waits for it any more
 */

/** Held by a tab that answers, followed by its name: whoever gets it knows that the tab is gone. */
export const DOOR_LOCK = 'worknode door '

export interface WhoMessage {
  readonly type: 'worknode who'
}

/** What a tab answers to `who`. */
export interface Here {
  /** Null while it has none open. */
  readonly workspace: string | null
  /** When its person last looked at it or did something in it; milliseconds since 1970. */
  readonly usedAt: number
  readonly lock: string
}

export interface RequestMessage {
  readonly type: 'worknode request'
  /** Not answered if another one is open by now: nothing was done then. */
  readonly workspace: string
  readonly method: string
  readonly url: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: ArrayBuffer | null
}

export type ToTab = WhoMessage | RequestMessage

export type FromTab =
  | {
      readonly type: 'head'
      readonly status: number
      readonly headers: readonly (readonly [string, string])[]
      /** Null where there is none; `stream` where it comes part by part. */
      readonly body: ArrayBuffer | 'stream' | null
    }
  /** It has another workspace open by now, or none. */
  | { readonly type: 'moved' }
  | { readonly type: 'part'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: 'end' }
  | { readonly type: 'broken' }

export type ToTabLater = 'more' | 'cancel'
