/**
 * Which signalling messages reach y-webrtc. It believes them all; these rules make a bad or unlucky one harmless.
 *
 * - Only the greater of two peer ids calls. The smaller answers an announcement with one of its own. So two offers never cross,
 *   which in y-webrtc leaves a link that looks connected and carries nothing.
 * - Only an offer may begin an entry. A late candidate or answer for nobody is dropped, where y-webrtc would keep an entry
 *   that never connects and hides that peer for good.
 * - What does not belong to the session at hand (a duplicate, another session's candidate) is dropped; simple-peer would
 *   destroy a working connection over it.
 */

export interface SessionView {
  readonly initiator: boolean
  /** The lane is open and ICE does not say otherwise. */
  readonly alive: boolean
  /** The offer of this end waits for an answer. */
  readonly awaitsAnswer: boolean
  /** The other end's description, as far as it came. */
  readonly remoteSdp: string | undefined
}

export type Verdict =
  | { readonly act: 'drop' }
  /**
   * Hand it to y-webrtc. `begins`: this makes a new entry. `addressed`: it was meant for this end, so whoever sent it listens.
   * `sdp`: the other end's description.
   */
  | { readonly act: 'pass'; readonly from: string; readonly begins: boolean; readonly addressed: boolean; readonly sdp?: string }
  /** Forget the entry first: it is dead, and the other end begins anew. */
  | { readonly act: 'replace'; readonly from: string; readonly sdp: string }
  /** Let that peer call: tell it that we are here. */
  | { readonly act: 'answer'; readonly from: string }

const DROP: Verdict = { act: 'drop' }
const ID_CHARS = 64
const SDP_CHARS = 16 * 1024
const CANDIDATE_CHARS = 1024

export function judgeSignal(ownId: string, message: unknown, session: (from: string) => SessionView | undefined): Verdict {
  if (!isRecord(message)) return DROP
  const { type, from, to, signal } = message
  if (typeof from !== 'string' || from.length > ID_CHARS || from === ownId || (to !== undefined && to !== ownId)) return DROP
  const known = session(from)
  if (type === 'announce') {
    if (known) return DROP
    return ownId > from ? { act: 'pass', from, begins: true, addressed: to === ownId } : { act: 'answer', from }
  }
  if (type !== 'signal' || to !== ownId || !isRecord(signal)) return DROP
  if (signal['type'] === 'candidate')
    return known && belongs(signal['candidate'], known) ? { act: 'pass', from, begins: false, addressed: true } : DROP
  const sdp = signal['sdp']
  if (typeof sdp !== 'string' || sdp.length > SDP_CHARS) return DROP
  if (signal['type'] === 'answer') {
    // One only: the certificate that counts is the one in the description that was applied.
    const expected = known?.initiator && known.awaitsAnswer && known.remoteSdp === undefined
    return expected ? { act: 'pass', from, begins: false, addressed: true, sdp } : DROP
  }
  if (signal['type'] !== 'offer' || ownId > from) return DROP
  if (!known) return { act: 'pass', from, begins: true, addressed: true, sdp }
  return known.alive || known.remoteSdp === sdp ? DROP : { act: 'replace', from, sdp }
}

/** A candidate is of the session whose description named its user fragment. */
function belongs(candidate: unknown, { remoteSdp }: SessionView): boolean {
  if (remoteSdp === undefined || !isRecord(candidate)) return false
  const { candidate: line, sdpMid, sdpMLineIndex } = candidate
  if (typeof line !== 'string' || line.length > CANDIDATE_CHARS) return false
  if (sdpMid != null && typeof sdpMid !== 'string') return false
  if (sdpMLineIndex != null && typeof sdpMLineIndex !== 'number') return false
  const fragment = / ufrag (\S+)/.exec(line)?.[1]
  return fragment === undefined || remoteSdp.includes(`a=ice-ufrag:${fragment}`)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
