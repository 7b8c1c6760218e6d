/** What a host is told: flags win over the environment, the environment over the defaults. A value that makes no sense is refused. */
import * as z from 'zod/mini'
import { ok, refuse, type Result } from '../base/result.ts'

export interface HostSettings {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly dataDir: string
  readonly open: boolean
  readonly page: PageSettings
}

/** What the page asks its host for. No signalling named: the page uses `/signal` of where it came from. */
export interface PageSettings {
  readonly signalling: readonly string[]
  readonly iceServers: readonly IceServer[]
  /** The host's own workspace and where it can be reached as a peer, relative to the page. */
  readonly peer?: { readonly workspace: string; readonly path: string }
}

export interface IceServer {
  readonly urls: string | readonly string[]
  readonly username?: string | undefined
  readonly credential?: string | undefined
}

export interface HostFlags {
  readonly host?: string
  readonly port?: string
  readonly data?: string
  readonly open?: boolean
}

const IceServers = z.array(
  z.strictObject({
    urls: z.union([z.string(), z.array(z.string())]),
    username: z.optional(z.string()),
    credential: z.optional(z.string()),
  }),
)

export function readSettings(env: Readonly<Record<string, string | undefined>>, flags: HostFlags = {}): Result<HostSettings> {
  const port = flags.port ?? (env.PORT || '8080')
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    return invalid(`The port must be a number from 0 to 65535, not "${port}".`)
  const signalling = (env.SIGNALING_URLS ?? '').split(/[\s,]+/).filter((url) => url !== '')
  const odd = signalling.find((url) => !isWebSocketUrl(url))
  if (odd !== undefined) return invalid(`SIGNALING_URLS must name ws:// or wss:// addresses, not "${odd}".`)
  const iceServers = parseIceServers(env.ICE_SERVERS || '[]')
  if (!iceServers) {
    return invalid('ICE_SERVERS must be JSON such as [{"urls":"turn:turn.example:3478","username":"u","credential":"c"}].')
  }
  return ok({
    host: flags.host ?? (env.HOST || '127.0.0.1'),
    port: Number(port),
    dataDir: flags.data ?? (env.WORKNODE_DATA || '.worknode'),
    open: (flags.open ?? true) && env.WORKNODE_OPEN !== '0',
    page: { signalling, iceServers },
  })
}

function invalid(detail: string): Result<never> {
  return refuse({ code: 'invalid', detail })
}

function isWebSocketUrl(text: string): boolean {
  return URL.canParse(text) && /^wss?:$/.test(new URL(text).protocol)
}

function parseIceServers(text: string): readonly IceServer[] | undefined {
  try {
    return IceServers.safeParse(JSON.parse(text)).data
  } catch {
    // Not JSON: the caller says what it should be.
    return undefined
  }
}
