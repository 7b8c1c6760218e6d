/** What a host must not lose and nobody else may have: `host.json` in its data folder, readable by its owner only. */

import { randomBytes as nodeRandom } from 'node:crypto'
import { join } from 'node:path'
import { type Bytes, fromHex, toHex } from '../base/bytes.ts'
import { readIfThere, writePrivate } from './private-file.ts'

export interface HostSecrets {
  /** Of the host's keys. */
  readonly seed: Bytes
  /** Of the invite that its link carries; null where it joined a workspace of others, who invite there. */
  readonly invite: Bytes | null
  readonly room: Bytes
  /** Null until the genesis is made. */
  readonly workspace: Bytes | null
  /** Sockets of other hosts of this workspace, `ws:` or `wss:`. */
  readonly peers: readonly string[]
}

const FILE = 'host.json'

export async function readSecrets(dataDir: string): Promise<HostSecrets | null> {
  const text = await readIfThere(join(dataDir, FILE))
  if (text === null) return null
  const { seed, invite, room, workspace, peers } = JSON.parse(text) as Record<string, string> & { peers?: readonly string[] }
  return {
    seed: fromHex(seed ?? ''),
    invite: invite ? fromHex(invite) : null,
    room: fromHex(room ?? ''),
    workspace: fromHex(workspace ?? ''),
    peers: peers ?? [],
  }
}

export async function writeSecrets(dataDir: string, { seed, invite, room, workspace, peers }: HostSecrets): Promise<void> {
  const text = JSON.stringify({
    seed: toHex(seed),
    invite: invite && toHex(invite),
    room: toHex(room),
    workspace: workspace && toHex(workspace),
    peers,
  })
  await writePrivate(join(dataDir, FILE), `${text}\n`)
}

export function randomBytes(length: number): Bytes {
  return new Uint8Array(nodeRandom(length))
}
