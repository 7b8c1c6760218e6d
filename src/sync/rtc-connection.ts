/**
 * The peer connection we hand to simple-peer (`peerOpts.wrtc`): the browser's own, with a lane of ours beside its channel.
 *
 * The lane is a negotiated channel with a fixed id, made in the constructor at both ends. Nobody announces it, so there is no
 * moment at which one end may send and the other does not listen yet. Messages on simple-peer's own channel pass a gate
 * before simple-peer sees them: our listener is there first, and stops the event.
 */

import { LOW_WATER } from './link-end.ts'

export interface RtcParts {
  readonly RTCPeerConnection: typeof RTCPeerConnection
  readonly RTCSessionDescription: typeof RTCSessionDescription
  readonly RTCIceCandidate: typeof RTCIceCandidate
}

export interface LaneConnection extends RTCPeerConnection {
  readonly lane: RTCDataChannel
  readonly bornAt: number
  /** What the other end described itself as, when its description was let through. */
  remoteSdp: string | undefined
  /** The other end has said something to this one, and not only into the room. */
  answered: boolean
}

export interface LaneHooks {
  now(): number
  /** The lane carries frames from here on. */
  opened(connection: LaneConnection): void
  /** The lane carries no more, for whatever reason; said once or more. */
  closed(connection: LaneConnection): void
  /** Whether simple-peer may see this message. */
  admits(message: Uint8Array): boolean
}

const LANE = { label: 'worknode', id: 100 }

export function laneRtc(parts: RtcParts, hooks: LaneHooks): RtcParts {
  const gate = (event: MessageEvent): void => {
    if (!(event.data instanceof ArrayBuffer) || !hooks.admits(new Uint8Array(event.data))) event.stopImmediatePropagation()
  }

  class LanePeerConnection extends parts.RTCPeerConnection implements LaneConnection {
    readonly lane: RTCDataChannel
    readonly bornAt = hooks.now()
    remoteSdp: string | undefined
    answered = false
    #hasChannel = false

    constructor(config?: RTCConfiguration) {
      super(config)
      this.lane = super.createDataChannel(LANE.label, { negotiated: true, id: LANE.id, ordered: true })
      this.lane.binaryType = 'arraybuffer'
      this.lane.bufferedAmountLowThreshold = LOW_WATER
      this.lane.addEventListener('open', () => hooks.opened(this))
      this.lane.addEventListener('close', () => hooks.closed(this))
      this.addEventListener('datachannel', (event) => {
        // One channel from the caller is simple-peer's. simple-peer would take any later one in its place.
        if (this.#hasChannel) {
          event.stopImmediatePropagation()
          event.channel.close()
        } else this.#gate(event.channel)
      })
    }

    override createDataChannel(label: string, options?: RTCDataChannelInit): RTCDataChannel {
      const channel = super.createDataChannel(label, options)
      this.#gate(channel)
      return channel
    }

    /** simple-peer closes without an event; the lane must hear of it all the same. */
    override close(): void {
      super.close()
      hooks.closed(this)
    }

    #gate(channel: RTCDataChannel): void {
      this.#hasChannel = true
      channel.addEventListener('message', gate)
    }
  }

  return {
    RTCPeerConnection: LanePeerConnection,
    RTCSessionDescription: parts.RTCSessionDescription,
    RTCIceCandidate: parts.RTCIceCandidate,
  }
}
