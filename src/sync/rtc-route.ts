/** Which way a peer connection goes, read off its statistics: straight to the peer, or over a relay (TURN). */

import type { LinkRoute } from './transport.ts'

/** What of the browser's statistics matters here. */
export interface Stat {
  readonly id: string
  readonly type: string
  readonly selectedCandidatePairId?: string
  readonly localCandidateId?: string
  readonly remoteCandidateId?: string
  readonly nominated?: boolean
  readonly state?: string
  readonly currentRoundTripTime?: number
  readonly candidateType?: string
}

/** Null while no pair of addresses is chosen. */
export function routeIn(stats: Iterable<Stat>): LinkRoute | null {
  const byId = new Map([...stats].map((stat) => [stat.id, stat]))
  const all = [...byId.values()]
  const named = all.find(({ type, selectedCandidatePairId }) => type === 'transport' && selectedCandidatePairId)
  const pair =
    byId.get(named?.selectedCandidatePairId ?? '') ??
    // Firefox names none: there it is the one that both ends agreed on.
    all.find(({ type, nominated, state }) => type === 'candidate-pair' && nominated && state === 'succeeded')
  const ends = [pair?.localCandidateId, pair?.remoteCandidateId].map((id) => byId.get(id ?? '')?.candidateType)
  if (!pair || ends.every((end) => end === undefined)) return null
  const seconds = pair.currentRoundTripTime
  return { relayed: ends.includes('relay'), roundTripMs: seconds === undefined ? null : Math.round(seconds * 1000) }
}
