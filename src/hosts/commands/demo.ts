/**
 * `worknode demo`: a host with a workspace of its own, in which scripted agents build a small web application, without a key and
 * without a network. Says what happens, then where to look at it, and serves that until it is told to stop.
 */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { SCRIPTED_WORDS } from '../../agents/scenario/team.ts'
import { type Host, startHost } from '../node.ts'
import { runDemo } from '../node-demo.ts'
import { type HostSettings, readSettings } from '../settings.ts'
import { orphaned, startError } from './serve.ts'

interface DemoFlags {
  readonly port?: string
  readonly data?: string
  readonly pace: string
  readonly answer: string
}

export function demoCommand(root: string): Command {
  return new Command('demo')
    .description('watch scripted agents build a small web application; no key, no network')
    .option('-p, --port <number>', 'port to listen on, 0 for any (PORT, 8080)')
    .option('--data <folder>', 'keep the workspace here; else it goes with the process')
    .option('--pace <ms>', 'how long each step takes', '400')
    .option('--answer <words>', 'what you answer to the agents’ question', 'Ocean blue')
    .action(async ({ port, data, pace, answer }: DemoFlags) => {
      if (!/^\d{1,5}$/.test(pace)) return fail(`The pace is a number of milliseconds, not "${pace}".`)
      const folder = data ?? (await mkdtemp(join(tmpdir(), 'worknode-demo-')))
      const settings = readSettings(process.env, { data: folder, open: false, logLevel: 'warn', ...(port ? { port } : {}) })
      if (!settings.ok) return fail(settings.refusal.detail)
      try {
        await demo(settings.value, resolve(root, 'dist'), Number(pace), answer)
      } finally {
        if (data === undefined) await rm(folder, { recursive: true, force: true })
      }
    })
}

async function demo(settings: HostSettings, siteDir: string, paceMs: number, answer: string): Promise<void> {
  let host: Host
  try {
    host = await startHost(settings, siteDir)
  } catch (error) {
    return fail(startError(error, settings))
  }
  const stop = new AbortController()
  const told = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT'), orphaned()]).then(() => stop.abort())
  say(SCRIPTED_WORDS)
  say(`Watch it: ${host.url}`)
  try {
    await runDemo(host.workspace, { paceMs, answer, say }, stop.signal)
    say('All done. On the board, Files has index.html: run it in the preview.')
    say(`The board: ${host.url}`)
    await told
  } catch (error) {
    if (!stop.signal.aborted) throw error
  } finally {
    await host.close()
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function fail(line: string): void {
  process.stderr.write(`${line}\n`)
  process.exitCode = 1
}
