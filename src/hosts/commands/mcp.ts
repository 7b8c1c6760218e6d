/** `worknode mcp`: MCP over stdio for a client that starts its servers itself, as a bridge to a running host. */

import { Command } from 'commander'
import { fetchFrom, findHost } from '../host-door.ts'
import { bridgeMcp } from '../mcp-bridge.ts'

interface Flags {
  readonly url?: string
  readonly token?: string
  readonly data?: string
}

export function mcpCommand(): Command {
  return new Command('mcp')
    .description('speak MCP over stdio, for a client that starts its servers itself; a host must be running')
    .option('--url <address>', 'where the host is (WORKNODE_URL, the host of the data folder, http://localhost:8080)')
    .option('--token <token>', 'who asks: as "worknode agent add" prints it (WORKNODE_TOKEN)')
    .option('--data <folder>', 'where the host keeps its data (WORKNODE_DATA, .worknode)')
    .action(async ({ url, token, data }: Flags) => {
      const { WORKNODE_URL, WORKNODE_TOKEN, WORKNODE_DATA } = process.env
      const named = url ?? (WORKNODE_URL || undefined)
      const found = named === undefined ? await findHost(data ?? (WORKNODE_DATA || '.worknode')) : null
      const host = named ?? found?.origin ?? 'http://localhost:8080'
      const given = token ?? WORKNODE_TOKEN ?? ''
      if (!URL.canParse(host)) {
        process.stderr.write(`${host} is no address. Say for example: --url http://localhost:8080\n`)
        process.exitCode = 1
        return
      }
      if (given === '')
        process.stderr.write('No token: give --token or WORKNODE_TOKEN. "npx worknode agent add <name>" makes one.\n')
      const ask = found && fetchFrom(found)
      await bridgeMcp({
        input: process.stdin,
        output: process.stdout,
        url: doorOf(host),
        token: given,
        ...(ask && { fetch: (at: string, init: RequestInit) => ask(new Request(at, init)) }),
      })
    })
}

/** Under whatever path the host stands. */
function doorOf(host: string): string {
  return new URL('mcp', host.endsWith('/') ? host : `${host}/`).href
}
