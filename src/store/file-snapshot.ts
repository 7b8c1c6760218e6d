/**
 * The snapshot of a folder's store, in one file: a checksum, then meta and chunks, each serialised apart, so that chunks which
 * stay are carried over as they are. It is a cache: a file that is not whole is none.
 */

import { readFile } from 'node:fs/promises'
import { deserialize, serialize } from 'node:v8'
import { crc32 } from 'node:zlib'
import { replaceFile } from './file-frames.ts'
import type { Snapshot } from './store.ts'

interface Parts {
  readonly meta: Buffer
  readonly chunks: ReadonlyMap<string, Buffer>
}

const CHECK = 4

export async function readSnapshotFile(path: string): Promise<Snapshot | null> {
  const parts = await readParts(path)
  if (!parts) return null
  const chunks = [...parts.chunks].map(([name, bytes]): [string, unknown] => [name, deserialize(bytes)])
  return { meta: deserialize(parts.meta) as unknown, chunks: new Map(chunks) }
}

export async function writeSnapshotFile(path: string, { meta, chunks }: Snapshot, fresh: boolean): Promise<void> {
  const kept = fresh ? [] : ((await readParts(path))?.chunks ?? [])
  const fresher = [...chunks].map(([name, chunk]): [string, Buffer] => [name, serialize(chunk)])
  const bytes = serialize({ meta: serialize(meta), chunks: new Map([...kept, ...fresher]) } satisfies Parts)
  const check = Buffer.alloc(CHECK)
  check.writeUInt32LE(crc32(bytes))
  await replaceFile(path, [check, bytes])
}

async function readParts(path: string): Promise<Parts | null> {
  let file: Buffer
  try {
    file = await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  if (file.length < CHECK || crc32(file.subarray(CHECK)) !== file.readUInt32LE(0)) return null
  return deserialize(file.subarray(CHECK)) as Parts
}
