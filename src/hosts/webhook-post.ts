/**
 * The POST of a webhook: to anywhere for the host's owner, to public addresses only for everybody else.
 *
 * A name is judged by the address that the connection is made to, so one that answers otherwise a moment later leads nowhere else.
 * Redirects are not followed, connections are not shared, and of what comes back only the status is told.
 */

import { lookup } from 'node:dns'
import { request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { isPublicAddress } from './public-address.ts'

export type Reach = 'anywhere' | 'public'

export type WebhookPost = (
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
  reach: Reach,
) => Promise<number>

const NOT_PUBLIC = 'It leads to an address that is not public.'

/** The address that a URL names in digits; null where it names a host. */
function literalOf(url: URL): string | null {
  const digits = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return isIP(digits) === 0 ? null : digits
}

/** Whether the URL itself says that it is not public; what its name leads to shows when it is called. */
export function namesPrivateAddress(url: string): boolean {
  const literal = literalOf(new URL(url))
  return literal !== null && !isPublicAddress(literal)
}

/** Answers the status; rejects where nobody answers, or where it must not lead. */
export const postWebhook: WebhookPost = async (url, body, headers, signal, reach) => {
  // Node asks for no name where the URL has an address in digits.
  if (reach === 'public' && namesPrivateAddress(url)) throw new Error(NOT_PUBLIC)
  const target = new URL(url)
  return new Promise((resolve, reject) => {
    const send = target.protocol === 'https:' ? overHttps : overHttp
    const sent = send(target, {
      method: 'POST',
      headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
      signal,
      agent: false,
      ...(reach === 'public' && { lookup: lookupPublic }),
    })
    sent.on('error', reject)
    // After a status or an error this says nothing more.
    sent.on('close', () => reject(new Error('It closed the connection.')))
    sent.on('response', (response) => {
      resolve(response.statusCode ?? 0)
      // What it says beside its status is nobody's business here.
      response.destroy()
    })
    sent.end(body)
  })
}

/** As the system's, and fails where any address of the name is not public. */
const lookupPublic: LookupFunction = (name, options, answer) => {
  lookup(name, { ...options, all: true }, (error, found) => {
    const [first] = found ?? []
    if (error || !first) return answer(error ?? new Error(`${name} has no address.`), '')
    if (!found.every(({ address }) => isPublicAddress(address))) return answer(new Error(NOT_PUBLIC), '')
    return options.all ? answer(null, found) : answer(null, first.address, first.family)
  })
}
