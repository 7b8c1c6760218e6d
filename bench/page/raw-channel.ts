/**
 * A data channel with nothing around it, between the same two browsers: how long so many bytes take, and how long plain Yjs
 * takes for the same state over it. One page asks, the other answers; the clock is that of who asks.
 */

import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'
import type { Bytes } from '../../src/base/bytes.ts'
import type { Step } from '../workload.ts'
import { yjsTwin } from '../yjs-twin.ts'

let peer: RTCPeerConnection | undefined
let channel: RTCDataChannel | undefined

const FRAME = 64 * 1024
const HIGH = 1024 * 1024

/** The side that answers: prepares the Yjs document, then offers. */
export async function rawOffer(): Promise<string> {
  const steps = (await (await fetch('/steps.json')).json()) as readonly Step[]
  const doc = yjsTwin(steps)
  const connection = begin()
  if (channel) {
    channel.onmessage = ({ data }: MessageEvent<string>) => {
      const { kind, bytes } = JSON.parse(data) as { kind: 'bytes' | 'yjs'; bytes: number }
      void send(kind === 'yjs' ? (encodeStateAsUpdate(doc) as Bytes) : crypto.getRandomValues(new Uint8Array(16)), bytes)
    }
  }
  await connection.setLocalDescription(await connection.createOffer())
  return gathered(connection)
}

export async function rawAnswer(offer: string): Promise<string> {
  const connection = begin()
  await connection.setRemoteDescription({ type: 'offer', sdp: offer })
  await connection.setLocalDescription(await connection.createAnswer())
  return gathered(connection)
}

export async function rawAccept(answer: string): Promise<void> {
  await peer?.setRemoteDescription({ type: 'answer', sdp: answer })
}

export async function rawAskBytes(bytes: number): Promise<number> {
  const startedAt = performance.now()
  await ask('bytes', bytes)
  return performance.now() - startedAt
}

export async function rawAskYjs(): Promise<{ readonly ms: number; readonly bytes: number; readonly tasks: number }> {
  const startedAt = performance.now()
  const update = await ask('yjs', 0)
  const doc = new Doc()
  applyUpdate(doc, update)
  const ms = performance.now() - startedAt
  return { ms, bytes: update.length, tasks: doc.getMap('tasks').size }
}

function begin(): RTCPeerConnection {
  const connection = new RTCPeerConnection()
  const made = connection.createDataChannel('raw', { negotiated: true, id: 1 })
  made.binaryType = 'arraybuffer'
  made.bufferedAmountLowThreshold = HIGH / 2
  peer = connection
  channel = made
  return connection
}

async function gathered(connection: RTCPeerConnection): Promise<string> {
  while (connection.iceGatheringState !== 'complete')
    await new Promise((resolve) => connection.addEventListener('icegatheringstatechange', resolve, { once: true }))
  return connection.localDescription?.sdp ?? ''
}

/** Asks the other page and gathers the answer: four bytes of length, then as many. */
async function ask(kind: 'bytes' | 'yjs', bytes: number): Promise<Bytes> {
  const open = channel as RTCDataChannel
  if (open.readyState !== 'open') await new Promise((resolve) => open.addEventListener('open', resolve, { once: true }))
  return new Promise((resolve) => {
    let whole: Bytes | undefined
    let have = 0
    open.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      if (!whole) {
        whole = new Uint8Array(new DataView(data).getUint32(0))
        return
      }
      whole.set(new Uint8Array(data), have)
      have += data.byteLength
      if (have === whole.length) resolve(whole)
    }
    open.send(JSON.stringify({ kind, bytes }))
  })
}

/** Sends `content`, repeated up to `atLeast` bytes. */
async function send(content: Bytes, atLeast: number): Promise<void> {
  const open = channel as RTCDataChannel
  const whole = new Uint8Array(Math.max(content.length, atLeast))
  for (let at = 0; at < whole.length; at += content.length) whole.set(content.subarray(0, whole.length - at), at)
  const head = new DataView(new ArrayBuffer(4))
  head.setUint32(0, whole.length)
  open.send(head.buffer)
  for (let at = 0; at < whole.length; at += FRAME) {
    if (open.bufferedAmount > HIGH)
      await new Promise((resolve) => open.addEventListener('bufferedamountlow', resolve, { once: true }))
    open.send(whole.subarray(at, at + FRAME))
  }
}
