/** What a workspace's database holds. `indexeddb-log.ts` says what the key of a record means. */

import type { DBSchema } from 'idb'
import type { Bytes } from '../base/bytes.ts'

export type RecordKey = [first: number, count: number, raw: number, packed: number]

export interface FeedState {
  readonly seq: number
  readonly id: Bytes
  readonly clean: boolean
}

export interface StoreSchema extends DBSchema {
  log: { key: RecordKey; value: Bytes }
  feeds: { key: [key: string, feed: string]; value: FeedState }
  snapshot: { key: [kind: 'meta' | 'chunk', name: string]; value: unknown }
  meta: { key: 'incarnation'; value: string }
}
