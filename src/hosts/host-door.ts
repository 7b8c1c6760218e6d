/**
 * How a command finds the host that has its data folder open: where it listens, and the token of its owner.
 *
 * Both are files in that folder, readable by its owner only: who can read them can read the host's own key as well. The address
 * is told at each start; it is only asked for when the folder is in use, so one that a crash left behind misleads nobody. Over TLS
 * the command knows the host by its certificate, whatever names that has.
 */

import { X509Certificate } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { type IncomingMessage, request as requestPlain, type RequestOptions } from 'node:http'
import { request as requestTls } from 'node:https'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { json } from 'node:stream/consumers'
import { connect, type TLSSocket } from 'node:tls'
import { once } from 'node:events'
import * as z from 'zod/mini'
import type { RandomBytes } from '../base/random.ts'
import { refuse, type Result } from '../base/result.ts'
import { readIfThere, writePrivate } from './private-file.ts'

const TOKEN = 'owner.token'
const ADDRESS = 'address.json'

const Address = z.object({ origin: z.string(), fingerprint: z.nullable(z.string()) })
/** Where a host listens; over TLS, what its certificate is known by. */
export type Address = z.output<typeof Address>

export interface HostDoor extends Address {
  readonly token: string
}

/** The token of the host's owner: made once, and good until the file is deleted and the host started anew. */
export async function ownerTokenIn(dataDir: string, random: RandomBytes): Promise<string> {
  const known = await readIfThere(join(dataDir, TOKEN))
  if (known !== null) return known.trim()
  const token = `wn_${Buffer.from(random(32)).toString('base64url')}`
  await writePrivate(join(dataDir, TOKEN), `${token}\n`)
  return token
}

export async function tellAddress(dataDir: string, origin: string, certificate: string | null): Promise<void> {
  const fingerprint = certificate && new X509Certificate(certificate).fingerprint256
  await writePrivate(join(dataDir, ADDRESS), `${JSON.stringify({ origin, fingerprint } satisfies Address)}\n`)
}

export function withdrawAddress(dataDir: string): Promise<void> {
  return rm(join(dataDir, ADDRESS), { force: true })
}

/** Null where no host has told of itself, or one that is just starting. */
export async function findHost(dataDir: string): Promise<HostDoor | null> {
  const [address, token] = [await readIfThere(join(dataDir, ADDRESS)), await readIfThere(join(dataDir, TOKEN))]
  return address === null || token === null ? null : { ...Address.parse(JSON.parse(address)), token: token.trim() }
}

/** Rejects as the network does. */
export async function askHost(door: HostDoor, method: string, path: string, body?: unknown): Promise<Result<unknown>> {
  const url = new URL(path, door.origin)
  const headers = { Authorization: `Bearer ${door.token}`, 'Content-Type': 'application/json' }
  const answer = await send(door, url, { method, headers }, body === undefined ? undefined : JSON.stringify(body))
  const value = await json(answer)
  if ((answer.statusCode ?? 500) < 400) return { ok: true, value }
  const { code = 'internal', detail = 'The host did not say why.' } = value as { code?: string; detail?: string }
  return refuse({ code, detail })
}

/**
 * `fetch` to that host over TLS, where a certificate that signed itself is as good as any: it is known. Null where plain `fetch` will do.
 */
export function fetchFrom(address: Address): ((request: Request) => Promise<Response>) | null {
  if (address.fingerprint === null) return null
  return async (request) => {
    const { method, signal } = request
    const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer())
    const answer = await send(
      address,
      new URL(request.url),
      { method, signal, headers: Object.fromEntries(request.headers) },
      body,
    )
    const { statusCode: status = 500 } = answer
    const content = status === 204 || status === 304 ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>)
    return new Response(content, { status, headers: answer.headers as Record<string, string> })
  }
}

async function send(
  { fingerprint }: Address,
  url: URL,
  options: RequestOptions,
  body: string | Buffer | undefined,
): Promise<IncomingMessage> {
  const socket = fingerprint === null ? null : await connectKnown(url, fingerprint)
  const asked = socket ? requestTls(url, { ...options, createConnection: () => socket }) : requestPlain(url, options)
  asked.end(body)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  return answer
}

/** The token goes to nobody but the holder of that certificate. */
async function connectKnown(url: URL, fingerprint: string): Promise<TLSSocket> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const name = isIP(host) === 0 ? { servername: host } : {}
  const socket = connect({ host, port: Number(url.port || 443), rejectUnauthorized: false, ...name })
  await once(socket, 'secureConnect')
  if (socket.getPeerX509Certificate()?.fingerprint256 === fingerprint) return socket
  socket.destroy()
  throw new Error(`What listens at ${url.origin} is not the host of this folder.`)
}
