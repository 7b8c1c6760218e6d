/** Hands the whole log to the browser as a file: each batch behind its length (u32, little-endian), as the store keeps them. */

import type { Bytes } from '../base/bytes.ts'
import type { Session } from './session.ts'

export async function exportCopy({ replica, workspaceId }: Session): Promise<void> {
  const parts: Bytes[] = []
  for await (const page of replica.exportLog()) {
    for (const wire of page) {
      const length = new Uint8Array(4)
      new DataView(length.buffer).setUint32(0, wire.length, true)
      parts.push(length, wire)
    }
  }
  const address = URL.createObjectURL(new Blob(parts, { type: 'application/octet-stream' }))
  const link = document.createElement('a')
  link.href = address
  link.download = `worknode-${workspaceId.slice(0, 8)}.log`
  link.click()
  // The download has begun by now; the address would keep the bytes in memory.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
