/**
 * Where a command's host is, and who the command is to it: what the flags say, else WORKNODE_URL and WORKNODE_TOKEN, else what the
 * host that has this machine's data folder open tells there.
 */

import type { Command } from 'commander'
import { Client, type ClientOptions } from '../../sdk/client.ts'
import { WorknodeError } from '../../sdk/error.ts'
import { fetchFrom, findHost } from '../host-door.ts'

export interface ConnectionFlags {
  readonly url?: string
  readonly token?: string
  readonly data?: string
}

export function withConnection(command: Command): Command {
  return command
    .option('--url <address>', 'where the host is (WORKNODE_URL, the host of the data folder, http://localhost:8080)')
    .option('--token <token>', 'who you are to it (WORKNODE_TOKEN, the token of the data folder’s owner)')
    .option('--data <folder>', 'where the host keeps its data (WORKNODE_DATA, .worknode)')
}

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * `isOwner`: without a token, as the owner of this machine's host. Its token goes to that host alone, never to an address that was
 * named; and a command that judges an agent must not take the owner's rights for the agent's.
 */
export async function connect(
  flags: ConnectionFlags,
  env: Environment,
  { isOwner, ...options }: ClientOptions & { readonly isOwner: boolean },
): Promise<Client> {
  const url = flags.url ?? (env['WORKNODE_URL'] || undefined)
  const token = flags.token ?? (env['WORKNODE_TOKEN'] || undefined)
  const door = url === undefined ? await findHost(flags.data ?? (env['WORKNODE_DATA'] || '.worknode')) : null
  if (token === undefined && !isOwner)
    throw new WorknodeError('unauthorized', 'Say which agent this is: its token in WORKNODE_TOKEN or --token.')
  const known = door && fetchFrom(door)
  return new Client(url ?? door?.origin ?? 'http://localhost:8080', token ?? door?.token ?? null, {
    ...options,
    ...(known && { fetch: known }),
  })
}

/** What went wrong in one line, with what to do about it. */
export function wordsOf({ code, detail, hint, status }: WorknodeError): string {
  if (status !== undefined || code !== 'unavailable') return `${detail}${hint === undefined ? '' : ` ${hint}`} (${code})`
  return `${detail} Is the host running? "npx worknode serve" starts one; --url or WORKNODE_URL says where it is. (${code})`
}
