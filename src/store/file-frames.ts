/**
 * Frames in a file, and files replaced whole: the ground that `file-store.ts` stands on.
 *
 *   frame = [u32 length of what follows, u32 crc of it, u32 length of the facts, facts as JSON, data]      little-endian
 *
 * A frame is there or not: one that a crash left half written fails its checksum, and what is there ends before it.
 */

import { type FileHandle, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Bytes } from '../base/bytes.ts'

export interface Frame<Facts> {
  readonly facts: Facts
  /** Where its data lies in the file. */
  readonly at: number
  readonly length: number
}

const HEAD = 8
const FACTS_HEAD = 4

export function encodeFrame(facts: unknown, data: readonly Uint8Array[] = []): Buffer {
  const text = Buffer.from(JSON.stringify(facts))
  const length = FACTS_HEAD + text.length + data.reduce((sum, part) => sum + part.length, 0)
  const frame = Buffer.concat([Buffer.alloc(HEAD + FACTS_HEAD), text, ...data], HEAD + length)
  frame.writeUInt32LE(length, 0)
  frame.writeUInt32LE(text.length, HEAD)
  frame.writeUInt32LE(crc32(frame.subarray(HEAD)), 4)
  return frame
}

/** Where the data of a frame lies behind the frame's own start. */
export function dataOffset(frame: Buffer): number {
  return HEAD + FACTS_HEAD + frame.readUInt32LE(HEAD)
}

/** Reads frames up to the first that is not whole. Answers where they end; what lies behind is the caller's to cut off. */
export async function readFrames<Facts>(file: FileHandle, take: (frame: Frame<Facts>) => void): Promise<number> {
  const { size } = await file.stat()
  let at = 0
  while (at + HEAD + FACTS_HEAD <= size) {
    const head = await readBytes(file, at, HEAD)
    const length = view(head).getUint32(0, true)
    if (length < FACTS_HEAD || at + HEAD + length > size) break
    const body = await readBytes(file, at + HEAD, length)
    if (crc32(body) !== view(head).getUint32(4, true)) break
    const data = FACTS_HEAD + view(body).getUint32(0, true)
    take({
      facts: JSON.parse(Buffer.from(body.subarray(FACTS_HEAD, data)).toString()) as Facts,
      at: at + HEAD + data,
      length: length - data,
    })
    at += HEAD + length
  }
  return at
}

export async function readBytes(file: FileHandle, at: number, length: number): Promise<Bytes> {
  const bytes = new Uint8Array(length)
  for (let read = 0; read < length;) {
    const { bytesRead } = await file.read(bytes, read, length - read, at + read)
    if (bytesRead === 0) throw new Error(`a file of the store ends early, at ${at + read}`)
    read += bytesRead
  }
  return bytes
}

/** Replaces a file by one with this content: after a crash it is the old one or the new one. */
export async function replaceFile(path: string, content: readonly Uint8Array[]): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    for (const part of content) await file.writeFile(part)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  await syncFolder(dirname(path))
}

/** A new name is durable once its folder is. Windows has no such call, and needs none. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function view(bytes: Bytes): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
