/** Hands the whole log to the browser as a file, as `worknode verify` checks it. */

import type { Bytes } from '../base/bytes.ts'
import { encodeLog } from '../log/log-file.ts'
import { saveFile } from './save-file.ts'
import type { Session } from './session.ts'

export async function exportCopy({ replica, workspaceId }: Session): Promise<void> {
  const parts: Bytes[] = []
  for await (const part of encodeLog(replica.exportLog())) parts.push(part)
  saveFile(parts, 'application/octet-stream', `worknode-${workspaceId.slice(0, 8)}.log`)
}
