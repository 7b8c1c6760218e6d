/** Servers as people write them, a line each: addresses of signalling, and STUN and TURN with a name and a password. Pure. */

import { refuse, ok, type Result } from '../../base/result.ts'
import type { IceServer } from '../../store/profile.ts'

/** More than one may fail; more than a few only cost time. */
const MOST = 10
const ICE = /^(stun|turn)s?:(?:\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?(?:\?transport=(?:udp|tcp))?$/i

/** `isSecure`: the page came by https, whose browser then opens nothing less. */
export function parseSignalling(text: string, isSecure: boolean): Result<readonly string[]> {
  const lines = linesOf(text)
  for (const line of lines) {
    const url = URL.canParse(line) ? new URL(line) : null
    if (!url || !/^wss?:$/.test(url.protocol) || url.hash !== '')
      return invalid(
        `“${line}” is no address of a signalling server. It begins with wss:// or ws://, such as wss://host.example/signal.`,
      )
    if (isSecure && url.protocol === 'ws:' && !isLoopback(url.hostname))
      return invalid(`“${line}” is not encrypted, and a page that came by https may not open it. Use wss:// there.`)
  }
  return bounded([...new Set(lines)])
}

export function parseIce(text: string): Result<readonly IceServer[]> {
  const servers: IceServer[] = []
  for (const line of linesOf(text)) {
    const [urls = '', username, credential, ...rest] = line.split(/\s+/)
    const found = ICE.exec(urls)
    if (!found || Number(found[2] ?? 0) > 65_535)
      return invalid(
        `“${urls}” is no STUN or TURN server. Write stun:host:3478, or turn:host:3478 with a name and a password behind it.`,
      )
    const isTurn = found[1]?.toLowerCase() === 'turn'
    if (rest.length > 0) return invalid(`There is more on the line of “${urls}” than an address, a name and a password.`)
    if (isTurn && credential === undefined)
      return invalid(`“${urls}” is a TURN server: write its name and its password behind it, with spaces between them.`)
    if (!isTurn && username !== undefined) return invalid(`“${urls}” is a STUN server: it takes no name and no password.`)
    servers.push({ urls, ...(isTurn && username && credential ? { username, credential } : {}) })
  }
  return bounded(servers)
}

export function writtenIce(servers: readonly IceServer[]): string {
  return servers.map(({ urls, username, credential }) => [urls, username, credential].filter(Boolean).join(' ')).join('\n')
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

function bounded<T>(list: readonly T[]): Result<readonly T[]> {
  return list.length > MOST ? invalid(`${MOST} servers are enough: each costs time when a peer is looked for.`) : ok(list)
}

function invalid(detail: string): Result<never> {
  return refuse({ code: 'invalid', detail })
}
