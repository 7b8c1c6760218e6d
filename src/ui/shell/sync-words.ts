/** The state of saving and sharing as one plain sentence. Nothing is called saved or shared before it is. */

import type { SyncState } from '../session.ts'
import { count } from '../words.ts'

export interface SyncWords {
  readonly text: string
  /** How it looks: a problem wants a person, `waiting` passes by itself. */
  readonly tone: 'good' | 'busy' | 'waiting' | 'problem'
}

export function syncWords({ save, peers, unshared, offline }: SyncState): SyncWords {
  if (save.problem !== null) return { text: `Not saved: ${save.problem}`, tone: 'problem' }
  if (save.pending > 0) return { text: 'Saving…', tone: 'busy' }
  if (offline) {
    const text = unshared > 0 ? `Offline, ${count(unshared, 'change waits', 'changes wait')}` : 'Offline, all changes saved here'
    return { text, tone: 'waiting' }
  }
  if (peers === 0) {
    const text =
      unshared > 0 ? `No peers, ${count(unshared, 'change waits', 'changes wait')}` : 'No peers, all changes saved here'
    return { text, tone: 'waiting' }
  }
  if (unshared > 0) return { text: `${count(peers, 'peer')}, sharing ${count(unshared, 'change')}`, tone: 'busy' }
  return { text: `${count(peers, 'peer')}, all changes saved and shared`, tone: 'good' }
}
