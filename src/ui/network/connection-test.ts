/**
 * Whether servers do what they are for, tried from this very browser: signalling answers, STUN tells an address, TURN relays. Each
 * trial ends by itself, with words, and leaves nothing behind.
 */

import type { IceServer } from '../../store/profile.ts'

export interface Tried {
  readonly server: string
  readonly ok: boolean
  readonly words: string
}

const PATIENCE_MS = 6000

export function trySignalling(url: string, patienceMs = PATIENCE_MS): Promise<Tried> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url)
    const startedAt = performance.now()
    let opened = false
    const end = (ok: boolean, words: string): void => {
      clearTimeout(timer)
      socket.close()
      resolve({ server: url, ok, words })
    }
    const timer = setTimeout(
      () => end(false, opened ? 'Something answers there, and it is no signalling server.' : 'Nothing answered in time.'),
      patienceMs,
    )
    socket.addEventListener('open', () => {
      opened = true
      socket.send('{"type":"ping"}')
    })
    socket.addEventListener('message', ({ data }) => {
      if (typeof data === 'string' && /"type"\s*:\s*"pong"/.test(data))
        end(true, `Reachable: it answered after ${Math.max(1, Math.round(performance.now() - startedAt))} ms.`)
    })
    socket.addEventListener('error', () => end(false, 'Not reachable: nothing there takes the connection.'))
  })
}

export function tryIce(server: IceServer, patienceMs = PATIENCE_MS): Promise<Tried> {
  const isTurn = /^turns?:/i.test(server.urls)
  const wanted = isTurn ? 'relay' : 'srflx'
  return new Promise((resolve) => {
    const connection = new RTCPeerConnection({ iceServers: [server], iceTransportPolicy: isTurn ? 'relay' : 'all' })
    let fault = ''
    const end = (ok: boolean, words: string): void => {
      clearTimeout(timer)
      connection.close()
      resolve({ server: server.urls, ok, words })
    }
    const giveUp = (): void => end(false, fault || 'Nothing answered in time.')
    const timer = setTimeout(giveUp, patienceMs)
    connection.addEventListener('icecandidate', ({ candidate }) => {
      // The end of the search: what was wanted did not come.
      if (!candidate) return giveUp()
      if (candidate.type !== wanted) return
      end(
        true,
        isTurn ? 'It relays.' : `It answers: seen from there, this device is at ${candidate.address ?? 'an address of its own'}.`,
      )
    })
    connection.addEventListener('icecandidateerror', ({ errorCode, errorText }) => {
      fault = errorCode === 401 ? 'It refuses this name and password.' : `No answer that helps (${errorCode} ${errorText}).`
    })
    connection.createDataChannel('trial')
    connection
      .createOffer()
      .then((offer) => connection.setLocalDescription(offer))
      .catch((error: unknown) => end(false, `It cannot be tried here: ${error instanceof Error ? error.message : String(error)}`))
  })
}
