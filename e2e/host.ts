/**
 * A host of a test's own: the built one, on a free port, with an empty data folder. Given away as a fixture, so that it ends
 * with the test. `startHost` gives more of them: one that serves only as another's signalling server can be stopped and started
 * again on its port (`SIGNALING_URLS` of the other names it), as happens to a real one.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { test as base } from '@playwright/test'

/** The built command line. */
export const cli = fileURLToPath(new URL('../build/host/cli.js', import.meta.url))

export interface HostProcess {
  /** The whole ready link of the last start, with its invitation. */
  readonly link: string
  /** Address of the app, ending in a slash. */
  readonly url: string
  readonly port: number
  readonly signalUrl: string
  readonly dataDir: string
  /** Stops the process with its data kept; resolves to its exit code. */
  stop(): Promise<number | null>
  /** Ends it as a power cut would: nothing of it runs any more. */
  kill(): Promise<void>
  /** Starts it again, on the same port and data. */
  restart(): Promise<void>
}

export type StartHost = (env?: Readonly<Record<string, string>>) => Promise<HostProcess>

export const test = base.extend<{ startHost: StartHost; host: HostProcess }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixtures a fixture needs off this pattern.
  startHost: async ({}, use) => {
    const ends: (() => Promise<void>)[] = []
    await use(async (env = {}) => {
      const dataDir = await mkdtemp(join(tmpdir(), 'worknode-e2e-'))
      const host = await run(dataDir, env)
      ends.push(async () => {
        await host.stop()
        await rm(dataDir, { recursive: true, force: true })
      })
      return host
    })
    await Promise.all(ends.map((end) => end()))
  },
  host: async ({ startHost }, use) => {
    await use(await startHost())
  },
})

export { expect } from '@playwright/test'

async function run(dataDir: string, given: Readonly<Record<string, string>>): Promise<HostProcess> {
  const env = { WORKNODE_DATA: dataDir, ...given }
  let running = await launch({ ...env, PORT: '0' })
  const url = new URL(running.link)
  const port = Number(url.port)
  return {
    get link() {
      return running.link
    },
    url: `${url.origin}/`,
    port,
    signalUrl: `ws://${url.host}/signal`,
    dataDir,
    async stop() {
      await end('SIGTERM')
      return running.process.exitCode
    },
    kill: () => end('SIGKILL'),
    async restart() {
      running = await launch({ ...env, PORT: String(port) })
    },
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (running.process.exitCode !== null || running.process.signalCode !== null) return
    const gone = once(running.process, 'exit')
    running.process.kill(signal)
    await gone
  }
}

async function launch(env: Readonly<Record<string, string>>): Promise<{ readonly process: ChildProcess; readonly link: string }> {
  const child = spawn(process.execPath, [cli, 'serve'], {
    env: { ...process.env, HOST: '127.0.0.1', WORKNODE_OPEN: '0', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const link = /^Worknode ready: (\S+)$/.exec(line)?.[1]
    if (link) return { process: child, link }
  }
  throw new Error('the host ended before it was ready: its reason stands above')
}
