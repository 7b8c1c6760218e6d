/** The lane of a peer connection as a link. */

import { LOCAL } from '../core/limits.ts'
import { createLinkEnd, type CountedLink } from './link-end.ts'
import { bindingOf } from './rtc-binding.ts'
import type { LaneConnection } from './rtc-connection.ts'
import { routeIn, type Stat } from './rtc-route.ts'

export interface LaneLink {
  readonly link: CountedLink
  /** The lane went away under the link. */
  lost(reason: string): void
}

/** Nothing, where the connection's certificates are not beyond doubt. `shut` hangs up the whole connection. */
export function laneLink(connection: LaneConnection, peer: string, shut: (reason: string) => void): LaneLink | undefined {
  const { lane } = connection
  // On a busy machine the lane opens before the caller's own promise for the answer has settled, and no description is shown yet.
  const remoteSdp = connection.remoteDescription?.sdp ?? connection.remoteSdp
  const binding = bindingOf(connection.localDescription?.sdp ?? '', remoteSdp ?? '')
  if (binding === undefined) return undefined
  const end = createLinkEnd({
    peer,
    transport: 'webrtc',
    maxFrame: Math.min(LOCAL.frameBytes, connection.sctp?.maxMessageSize ?? LOCAL.frameBytes),
    binding,
    async route() {
      const report = await connection.getStats()
      return routeIn(report.values() as Iterable<Stat>)
    },
    write: (frame) => lane.send(frame),
    buffered: () => lane.bufferedAmount,
    shut,
  })
  lane.addEventListener('message', (event: MessageEvent) => {
    if (event.data instanceof ArrayBuffer) end.receive(new Uint8Array(event.data))
    else end.link.close('the peer sent text')
  })
  lane.addEventListener('bufferedamountlow', () => end.drained())
  return { link: end.link, lost: (reason) => end.link.close(reason) }
}
