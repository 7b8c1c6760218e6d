/** What a host is told: flags win over the environment, the environment over the defaults. A value that makes no sense is refused. */
import * as z from 'zod/mini'
import { DEFAULT_PACE, type PaceLimits } from '../api/pace.ts'
import { ok, refuse, type Result } from '../base/result.ts'

export interface HostSettings {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly dataDir: string
  readonly open: boolean
  /** Files of a certificate chain and its key, PEM; null serves plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | null
  /** Names that requests may give as Host, beside those of this machine. */
  readonly allowHosts: readonly string[]
  /** Origins of pages elsewhere that may call this host. */
  readonly allowOrigins: readonly string[]
  /** Whether the host meets pages over WebRTC that it did not serve. */
  readonly webrtc: boolean
  readonly logLevel: LogLevel
  /** How fast one token may ask. */
  readonly pace: PaceLimits
  readonly page: PageSettings
}

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

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
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly allowHost?: readonly string[]
  readonly allowOrigin?: readonly string[]
  readonly webrtc?: boolean
  readonly logLevel?: string
  readonly rate?: string
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
  const signalling = listIn(env.SIGNALING_URLS)
  const odd = signalling.find((url) => !isWebSocketUrl(url))
  if (odd !== undefined) return invalid(`SIGNALING_URLS must name ws:// or wss:// addresses, not "${odd}".`)
  const iceServers = parseIceServers(env.ICE_SERVERS || '[]')
  if (!iceServers) {
    return invalid('ICE_SERVERS must be JSON such as [{"urls":"turn:turn.example:3478","username":"u","credential":"c"}].')
  }
  const [cert, key] = [flags.tlsCert ?? env.TLS_CERT, flags.tlsKey ?? env.TLS_KEY]
  if (!cert !== !key) return invalid('TLS needs both files: --tls-cert for the certificate and --tls-key for its key.')
  const allowHosts = (flags.allowHost ?? listIn(env.ALLOW_HOSTS)).map((name) => name.toLowerCase())
  const oddHost = allowHosts.find((name) => !/^[a-z0-9_.-]+$/.test(name))
  if (oddHost !== undefined) return invalid(`--allow-host takes a name without port or slash, not "${oddHost}".`)
  const allowOrigins = flags.allowOrigin ?? listIn(env.ALLOW_ORIGINS)
  const oddOrigin = allowOrigins.find((origin) => !isOrigin(origin))
  if (oddOrigin !== undefined) return invalid(`--allow-origin takes an origin such as https://board.example, not "${oddOrigin}".`)
  const logLevel = LOG_LEVELS.find((level) => level === (flags.logLevel ?? (env.LOG_LEVEL || 'info')))
  if (logLevel === undefined) return invalid(`The log level is one of ${LOG_LEVELS.join(', ')}.`)
  const pace = paceIn(flags.rate ?? env.RATE)
  if (pace === null) return invalid('The rate is requests a minute and how many at once, such as 600/100.')
  return ok({
    host: flags.host ?? (env.HOST || '127.0.0.1'),
    port: Number(port),
    dataDir: flags.data ?? (env.WORKNODE_DATA || '.worknode'),
    open: (flags.open ?? true) && env.WORKNODE_OPEN !== '0',
    tls: cert && key ? { cert, key } : null,
    allowHosts,
    allowOrigins,
    webrtc: flags.webrtc ?? env.WORKNODE_WEBRTC === '1',
    logLevel,
    pace,
    page: { signalling, iceServers },
  })
}

function invalid(detail: string): Result<never> {
  return refuse({ code: 'invalid', detail })
}

function paceIn(text: string | undefined): PaceLimits | null {
  if (!text) return DEFAULT_PACE
  const [perMinute = 0, burst = 0] = (/^(\d{1,9})\/(\d{1,9})$/.exec(text)?.slice(1) ?? []).map(Number)
  return perMinute > 0 && burst > 0 ? { perMinute, burst } : null
}

function listIn(text: string | undefined): readonly string[] {
  return (text ?? '').split(/[\s,]+/).filter((word) => word !== '')
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text
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
