/** What is measured of a link, in words. Pure. */

import type { LinkRoute } from '../../sync/transport.ts'

/** `812 B`, `1.4 MB`. */
export function bytes(n: number): string {
  if (n < 1000) return `${Math.round(n)} B`
  const [size, unit] = n < 1e6 ? [n / 1e3, 'kB'] : n < 1e9 ? [n / 1e6, 'MB'] : [n / 1e9, 'GB']
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`
}

export function routeWords(transport: string, route: LinkRoute | null): string {
  if (transport === 'broadcast') return 'In this browser, from tab to tab'
  if (transport === 'websocket') return 'By WebSocket, to the host itself'
  if (transport !== 'webrtc') return transport
  if (route === null) return 'By WebRTC'
  const way = route.relayed ? 'over a relay (TURN), which cannot read it' : 'straight to the other device'
  return `By WebRTC, ${way}${route.roundTripMs === null ? '' : `, ${route.roundTripMs} ms there and back`}`
}

export function lagWords(lagMs: number | null): string {
  if (lagMs === null) return 'nothing sent yet'
  return lagMs < 1000 ? `${Math.round(lagMs)} ms` : `${(lagMs / 1000).toFixed(1)} s`
}
