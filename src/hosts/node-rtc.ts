/**
 * WebRTC for a host, by a package with the browsers' own implementation in a binary. Import it late: it is large, and not there for
 * every platform.
 *
 * What the transport expects of a browser and the package lacks is added here: an event can be kept from the listeners after the one
 * that stops it (the gate on y-webrtc's channel relies on that), and a channel says when its buffer has drained.
 */

import wrtc from '@roamhq/wrtc'
import type { RtcParts } from '../sync/rtc-connection.ts'

type Listener = ((event: object) => void) | { handleEvent(event: object): void }

interface Target {
  readonly _listeners?: Readonly<Record<string, ReadonlySet<Listener>>>
  dispatchEvent(event: { readonly type: string }): void
}

interface Channel extends Target {
  readonly bufferedAmount: number
  bufferedAmountLowThreshold?: number
  send(data: Uint8Array): void
}

const POLL_MS = 10

const { RTCPeerConnection, RTCDataChannel, RTCSessionDescription, RTCIceCandidate } = wrtc as unknown as RtcParts & {
  readonly RTCDataChannel: { readonly prototype: Channel }
}

for (const target of [(RTCPeerConnection as unknown as { prototype: Target }).prototype, RTCDataChannel.prototype])
  target.dispatchEvent = dispatch

const polled = new WeakSet<Channel>()
const send = RTCDataChannel.prototype.send
RTCDataChannel.prototype.send = function (this: Channel, data) {
  send.call(this, data)
  if (polled.has(this) || !isOverLow(this)) return
  polled.add(this)
  const poll = setInterval(() => {
    if (isOverLow(this)) return
    clearInterval(poll)
    polled.delete(this)
    this.dispatchEvent({ type: 'bufferedamountlow' })
  }, POLL_MS)
}

export const nodeRtc: RtcParts = { RTCPeerConnection, RTCSessionDescription, RTCIceCandidate }

/** As the package does it, in order of registration and never within the call that caused it; and it can be stopped. */
function dispatch(this: Target, event: { readonly type: string }): void {
  process.nextTick(() => {
    let stopped = false
    Object.assign(event, { stopImmediatePropagation: () => (stopped = true) })
    const own = (this as unknown as Readonly<Record<string, unknown>>)[`on${event.type}`]
    for (const listener of new Set([
      ...(this._listeners?.[event.type] ?? []),
      ...(typeof own === 'function' ? [own as Listener] : []),
    ])) {
      if (stopped) return
      if (typeof listener === 'function') listener.call(this, event)
      else listener.handleEvent(event)
    }
  })
}

function isOverLow(channel: Channel): boolean {
  return channel.bufferedAmount > (channel.bufferedAmountLowThreshold ?? 0)
}
