/**
 * `worknode serve`: runs the host until it is told to stop. On stdout stands one line, the ready link, for scripts to wait for;
 * everything else goes to stderr.
 */
import { once } from 'node:events'
import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Command } from 'commander'
import { startHost, type Host } from '../node.ts'
import { openBrowser } from '../open-browser.ts'
import { readSettings, type HostFlags, type HostSettings } from '../settings.ts'

export function serveCommand(root: string): Command {
  return new Command('serve')
    .description('serve the app, signalling and the HTTP doors')
    .option('-p, --port <number>', 'port to listen on, 0 for any (PORT, 8080)')
    .option('--host <address>', 'address to listen on (HOST, 127.0.0.1)')
    .option('--data <folder>', 'where the host keeps its data (WORKNODE_DATA, .worknode)')
    .option('--tls-cert <file>', 'certificate chain, PEM: serves https (TLS_CERT)')
    .option('--tls-key <file>', 'its key, PEM (TLS_KEY)')
    .option('--allow-host <name...>', 'names this host is called by, beside localhost and addresses (ALLOW_HOSTS)')
    .option('--allow-origin <origin...>', 'pages of other sites that may call it, such as https://board.example (ALLOW_ORIGINS)')
    .option('--webrtc', 'also meet pages of other sites, over WebRTC (WORKNODE_WEBRTC=1)')
    .option('--rate <minute/burst>', 'requests a token may make a minute, and at once (RATE, 600/100)')
    .option('--log-level <level>', 'debug, info, warn, error or silent (LOG_LEVEL, info)')
    .option('--no-open', 'do not open the browser (WORKNODE_OPEN=0)')
    .action(async (flags: HostFlags) => {
      const settings = readSettings(process.env, flags)
      if (settings.ok) process.exitCode = await serve(settings.value, resolve(root, 'dist'))
      else process.exitCode = fail(settings.refusal.detail)
    })
}

async function serve(settings: HostSettings, siteDir: string): Promise<number> {
  let host: Host
  try {
    host = await startHost(settings, siteDir)
  } catch (error) {
    return fail(startError(error, settings))
  }
  // Heard before the ready line is out: whoever reads it may stop us at once.
  const told = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT'), orphaned()])
  process.stdout.write(`Worknode ready: ${host.url}\n`)
  if (settings.open && process.stdout.isTTY) openBrowser(host.url, report)
  await told
  await host.close()
  return 0
}

/**
 * Under `npx` a shell stands between, which dies of the SIGTERM that was meant for us and leaves us behind with the port. Only there:
 * who starts a host by itself may well mean it to outlive him.
 */
export async function orphaned(): Promise<void> {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return new Promise(() => {})
  const parent = process.ppid
  while (process.ppid === parent) await setTimeout(500, undefined, { ref: false })
}

export function startError(error: unknown, { host, port, tls }: HostSettings): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (error instanceof Error && error.name === 'FolderInUseError') return error.message
  if (tls && (code === 'ENOENT' || String(code).startsWith('ERR_OSSL') || String(code).startsWith('ERR_TLS')))
    return `The certificate or its key cannot be used: ${(error as Error).message}`
  if (code === 'EADDRINUSE') return `Port ${port} is in use. Stop what listens there, or choose another: PORT=8081 npm start`
  if (code === 'EACCES') return `Port ${port} needs rights that you do not have. Choose one above 1023: PORT=8081 npm start`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `This machine has no address ${host}. See HOST.`
  throw error
}

function fail(line: string): number {
  report(line)
  return 1
}

function report(line: string): void {
  process.stderr.write(`${line}\n`)
}
