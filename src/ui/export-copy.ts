/** Hands the whole log to the browser as a file, as `worknode verify` checks it. */

import type { Bytes } from '../base/bytes.ts'
import { encodeLog } from '../log/log-file.ts'
import type { Session } from './session.ts'

export async function exportCopy({ replica, workspaceId }: Session): Promise<void> {
  const parts: Bytes[] = []
  for await (const part of encodeLog(replica.exportLog())) parts.push(part)
  const address = URL.createObjectURL(new Blob(parts, { type: 'application/octet-stream' }))
  const link = document.createElement('a')
  link.href = address
  link.download = `worknode-${workspaceId.slice(0, 8)}.log`
  link.click()
  // The download has begun by now; the address would keep the bytes in memory.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
