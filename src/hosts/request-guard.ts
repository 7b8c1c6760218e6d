/**
 * Which requests are meant for this host.
 *
 * DNS rebinding: a page whose name is suddenly said to be this machine sends that name as Host, so only names that are ours are
 * answered. An address in digits is: no name was looked up to get there. CSRF: a browser says in Origin whose page sends a request,
 * so only pages of this host, and of origins that were listed, are answered. Both hold before anything else is looked at.
 *
 * The sockets (`/signal`, `/peer`) stand outside: browsers let any page open a socket anywhere, pages of other sites are meant to
 * meet here, and what protects a workspace there is a secret (`sync/hello.ts`).
 */

import { isIP } from 'node:net'
import { refuse, type Result } from '../base/result.ts'

export interface GuardOptions {
  /** What the host listens on. */
  readonly host: string
  readonly allowHosts: readonly string[]
  readonly allowOrigins: readonly string[]
}

export type RequestGuard = (host: string | undefined, origin: string | undefined) => Result<null>

export function createRequestGuard({ host, allowHosts, allowOrigins }: GuardOptions): RequestGuard {
  const names = new Set(['localhost', host, ...allowHosts])
  return (given, origin) => {
    const url = `http://${given ?? ''}`
    if (given === undefined || given === '' || !URL.canParse(url)) return denied('A request names the host that it is for.')
    const { hostname, host: authority } = new URL(url)
    const bare = hostname.replace(/^\[|\]$/g, '')
    if (isIP(bare) === 0 && !names.has(bare) && !bare.endsWith('.localhost'))
      return denied(`This host does not go by the name ${bare}. Whoever runs it can allow that: --allow-host ${bare}.`)
    if (origin === undefined || allowOrigins.includes(origin)) return { ok: true, value: null }
    if (URL.canParse(origin) && new URL(origin).host === authority) return { ok: true, value: null }
    return denied(`Pages of ${origin} may not call this host. Whoever runs it can allow that: --allow-origin ${origin}.`)
  }
}

function denied(detail: string): Result<never> {
  return refuse({ code: 'permission_denied', detail })
}
