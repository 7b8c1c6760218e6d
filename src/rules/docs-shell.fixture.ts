/**
 * A shell in which a page's blocks are run in their order: real bash, the built command line as `npx worknode`, a scratch folder that
 * is a Git work tree, and a host that is started by the page's own `npx worknode serve`, or before the first command that needs one.
 *
 * What the page cannot know is put in: `http://localhost:8080` (or https) is where the host of the folder listens, `wn_…` the token that was printed last, and
 * a link that ends in `#join=…` the host's own. What a statement exports, later ones have.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Fence, missingAnswer, type Statement, statementsIn } from './fences.fixture.ts'

const cli = fileURLToPath(new URL('../../build/host/cli.js', import.meta.url))

/** Commands that open the folder themselves. */
const ALONE = new Set(['join', 'import', 'export', 'verify'])

export interface Said {
  readonly code: number
  readonly stdout: string
  /** Both streams, as a terminal shows them. */
  readonly said: string
}

export interface DocsShell {
  /** The folder in which the page's project is. */
  readonly folder: string
  /** Fails where a statement does, or does not say what the page says it does. */
  run(fence: Fence): Promise<void>
  /** One command more, as the page's reader might type it, or a program of hers. */
  bash(command: string, input?: string): Promise<Said>
  /** With what the page cannot know put in. */
  filled(text: string): string
  /** What `bash` runs under. */
  readonly env: Readonly<Record<string, string>>
  /** All that was said so far. */
  said(): string
  /** Rejects where a host did not end well. */
  close(): Promise<void>
}

interface Running {
  readonly process: ChildProcess
  readonly link: URL
  readonly folder: string
}

export function docsShell(): DocsShell {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'worknode-docs-')))
  const [bin, project, state] = ['bin', 'project', 'state'].map((name) => join(top, name)) as [string, string, string]
  for (const folder of [bin, project]) mkdirSync(folder)
  writeFileSync(state, '')
  executable(join(bin, 'npx'), npxOfWorknodeAlone())
  execFileSync('git', ['init', '-q'], { cwd: project })
  const env = environment(bin)
  const hosts: Running[] = []
  let transcript = ''

  return {
    folder: project,
    env,
    filled: (text) => filled(text, project),
    said: () => transcript,
    async run(fence) {
      if (fence.notRun !== null) return
      const folder = fence.isElsewhere ? mkdtempSync(join(top, 'elsewhere-')) : project
      if (fence.file !== null) {
        mkdirSync(dirname(join(folder, fence.file)), { recursive: true })
        executable(join(folder, fence.file), `${fence.text}\n`)
        return
      }
      for (const statement of statementsIn(fence)) await take(statement, folder)
    },
    bash: (command, input) => bash(command, project, input),
    async close() {
      const codes: (number | null)[] = []
      for (const { process } of hosts) {
        process.kill('SIGTERM')
        if (process.exitCode === null) await once(process, 'exit')
        codes.push(process.exitCode)
      }
      rmSync(top, { recursive: true })
      if (codes.some((code) => code !== 0)) throw new Error(`hosts ended with ${codes.join(', ')}`)
    },
  }

  async function take({ command, answers }: Statement, folder: string): Promise<void> {
    const [, verb] = /^npx worknode (\S+)/.exec(command) ?? []
    if (verb === 'serve') return start(command, folder)
    if (verb !== undefined && !ALONE.has(verb) && !hosts.some((host) => host.folder === folder))
      await start('npx worknode serve', folder)
    const text = filled(command, folder)
    const { code, said } = verb === 'events' ? await untilALine(text, folder) : await bash(text, folder)
    if (code !== 0) throw new Error(`${command}\nended with ${code}:\n${said}`)
    const missing = missingAnswer(said, answers)
    if (missing !== null) throw new Error(`${command}\ndoes not say "${missing}", but:\n${said}`)
  }

  function filled(text: string, folder: string): string {
    const origin = hosts.find((host) => host.folder === folder)?.link
    const token = [...transcript.matchAll(/\bwn_[\w-]+/g)].at(-1)?.[0]
    const full = text
      .replaceAll(/http:\/\/[\w.]+:8080\/#join=…/g, () => hosts[0]?.link.href ?? '…')
      .replaceAll(/https?:\/\/localhost:8080/g, () => origin?.origin ?? '…')
      .replaceAll('wn_…', () => token ?? '…')
    if (full.includes('…')) throw new Error(`Nothing is known to put into: ${full}`)
    return full
  }

  function begun(command: string, folder: string): ChildProcess {
    const script = `source ${state}\n${command}\ncode=$?\nexport -p > ${state}\nexit $code`
    return spawn('bash', ['-c', script], { cwd: folder, env })
  }

  async function bash(command: string, folder: string, input = ''): Promise<Said> {
    const child = begun(command, folder)
    child.stdin?.end(input)
    const heard = hear(child)
    const [code] = (await once(child, 'close')) as [number]
    transcript += heard.said
    return { code, ...heard }
  }

  /** What follows until it is interrupted: something happens, it says so, it is interrupted, and ends well. */
  async function untilALine(command: string, folder: string): Promise<Said> {
    const child = begun(`exec ${command}`, folder)
    const heard = hear(child)
    const line = once(child.stdout as NodeJS.ReadableStream, 'data').then(() => true)
    // When it listens cannot be seen, so things happen until it hears one.
    while (!(await Promise.race([line, happen(folder).then(() => false)])));
    child.kill('SIGINT')
    const [code] = (await once(child, 'close')) as [number]
    return { code, ...heard }
  }

  async function happen(folder: string): Promise<void> {
    const { code, said } = await bash('npx worknode tasks create --title "Something happens"', folder)
    if (code !== 0) throw new Error(said)
  }

  async function start(command: string, folder: string): Promise<void> {
    const child = spawn('bash', ['-c', `exec ${command}`], {
      cwd: folder,
      env: { ...env, PORT: '0', WORKNODE_OPEN: '0', LOG_LEVEL: 'error' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    for await (const line of createInterface({ input: child.stdout })) {
      const link = /^Worknode ready: (\S+)$/.exec(line)?.[1]
      if (link === undefined) continue
      hosts.push({ process: child, link: new URL(link), folder })
      return
    }
    throw new Error(`${command}\nended before it was ready`)
  }
}

function hear(child: ChildProcess): { stdout: string; said: string } {
  const heard = { stdout: '', said: '' }
  child.stdout?.on('data', (text: Buffer) => {
    heard.stdout += text.toString()
    heard.said += text.toString()
  })
  child.stderr?.on('data', (text: Buffer) => (heard.said += text.toString()))
  return heard
}

/** Nothing of who runs the test is in it, but where programs are. */
function environment(bin: string): Readonly<Record<string, string>> {
  const { PATH = '', SYSTEMROOT, HOME } = process.env
  const author = { GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@worknode.example' }
  return {
    PATH: `${bin}${delimiter}${PATH}`,
    ...(SYSTEMROOT !== undefined && { SYSTEMROOT }),
    ...(HOME !== undefined && { HOME }),
    ...author,
    GIT_COMMITTER_NAME: author.GIT_AUTHOR_NAME,
    GIT_COMMITTER_EMAIL: author.GIT_AUTHOR_EMAIL,
  }
}

function executable(file: string, text: string): void {
  writeFileSync(file, text)
  chmodSync(file, 0o755)
}

function npxOfWorknodeAlone(): string {
  return `#!/bin/sh
[ "$1" = worknode ] || { echo "npx $1: there is nothing but worknode here" >&2; exit 127; }
shift
exec "${process.execPath}" "${cli}" "$@"
`
}
