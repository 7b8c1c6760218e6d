/**
 * `worknode agent`: the agents whose keys this machine's host holds. While the host runs, it is asked; else the folder is opened.
 * The token goes to stdout once, with what to do with it; nothing keeps it.
 */

import { Command } from 'commander'
import * as z from 'zod/mini'
import { refuse, type Result } from '../../base/result.ts'
import { RIGHTS } from '../../core/change.ts'
import { NODE_TYPES } from '../../core/ids.ts'
import { ROLES } from '../../core/roles.ts'
import { AGENTS_PATH } from '../agent-door.ts'
import { AgentSpec, instantOf } from '../agent-spec.ts'
import { askHost, findHost } from '../host-door.ts'
import type { HostedAgent, HostedAgents, NewAgent } from '../hosted-agents.ts'
import type { NodeWorkspace } from '../node-workspace.ts'
import { readSettings } from '../settings.ts'
import type { Output } from './import.ts'
import { agentLines, snippets } from './agent-words.ts'

type OpenIn = (dataDir: string) => Promise<NodeWorkspace>

interface Flags {
  readonly data?: string
  readonly json?: boolean
}

interface AddFlags extends Flags {
  readonly role?: string
  readonly verbs?: readonly string[]
  readonly types?: readonly string[]
  readonly files?: readonly string[]
  readonly projects?: readonly string[]
  readonly expires?: string
}

export function agentCommand(openIn: OpenIn): Command {
  const data = ['--data <folder>', 'where the host keeps its data (WORKNODE_DATA, .worknode)'] as const
  const json = ['--json', 'answer as JSON'] as const
  const done = (code: number): void => void (process.exitCode = code)
  return new Command('agent')
    .description('agents that act through this host by a token')
    .addCommand(
      new Command('add')
        .description('make an agent: its key, its profile, its capability, and a token, which is shown once')
        .argument('<name>')
        .option('--role <role>', `what it may to begin with: ${ROLES.join(', ')}`, 'agent')
        .option('--verbs <verbs...>', `only these: read, ${RIGHTS.join(', ')}`)
        .option('--types <types...>', `only on these: ${NODE_TYPES.join(', ')}`)
        .option('--files <patterns...>', "only files that match, such as 'src/network/**'")
        .option('--projects <ids...>', 'only in these projects')
        .option('--expires <when>', 'such as 24h, 30d or 2027-01-01T00:00:00Z (never)')
        .option(...data)
        .option(...json)
        .action(async (name: string, flags: AddFlags) =>
          done(await addAgent(name, flags, openIn, process.stdout, process.stderr)),
        ),
    )
    .addCommand(
      new Command('list')
        .description('the agents whose keys this host holds, and what is left of their rights')
        .option(...data)
        .option(...json)
        .action(async (flags: Flags) => done(await listAgents(flags, openIn, process.stdout, process.stderr))),
    )
    .addCommand(
      new Command('remove')
        .description('end all that it may, and forget its key; its work stays')
        .argument('<name>')
        .option(...data)
        .action(async (name: string, flags: Flags) =>
          done(await removeAgent(name, flags, openIn, process.stdout, process.stderr)),
        ),
    )
}

export async function addAgent(name: string, flags: AddFlags, openIn: OpenIn, stdout: Output, stderr: Output): Promise<0 | 1> {
  const expires = flags.expires === undefined ? undefined : instantOf(flags.expires, Date.now())
  if (expires === null) return fail(stderr, `--expires takes 90m, 24h, 30d or a time, not "${flags.expires}".`)
  const words = (list: readonly string[] | undefined): string[] | undefined =>
    list?.flatMap((part) => part.split(/[\s,]+/)).filter(Boolean)
  const { role, files } = flags
  const asked = {
    name,
    role,
    verbs: words(flags.verbs),
    types: words(flags.types),
    files,
    projects: words(flags.projects),
    expires,
  }
  const spec = AgentSpec.safeParse(Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)))
  if (!spec.success) return fail(stderr, z.prettifyError(spec.error))
  return through(flags, openIn, stderr, {
    host: ({ ask }) => ask('POST', AGENTS_PATH, spec.data) as Promise<Result<NewAgent>>,
    folder: (agents, { replica }) => agents.add(replica, spec.data),
    say: (agent, origin) => stdout.write(flags.json ? `${JSON.stringify({ ...agent, url: origin })}\n` : snippets(agent, origin)),
  })
}

export function listAgents(flags: Flags, openIn: OpenIn, stdout: Output, stderr: Output): Promise<0 | 1> {
  return through(flags, openIn, stderr, {
    host: ({ ask }) => ask('GET', AGENTS_PATH) as Promise<Result<readonly HostedAgent[]>>,
    folder: async (agents) => ({ ok: true, value: await agents.list() }),
    say: (agents) => stdout.write(flags.json ? `${JSON.stringify(agents)}\n` : agentLines(agents)),
  })
}

export function removeAgent(name: string, flags: Flags, openIn: OpenIn, stdout: Output, stderr: Output): Promise<0 | 1> {
  return through(flags, openIn, stderr, {
    host: ({ ask }) => ask('DELETE', `${AGENTS_PATH}/${encodeURIComponent(name)}`),
    folder: (agents, { replica }) => agents.remove(replica, name),
    say: () => stdout.write(`${name} is removed: its token opens nothing any more.\n`),
  })
}

interface Ways<T> {
  readonly host: (door: { ask(method: string, path: string, body?: unknown): Promise<Result<unknown>> }) => Promise<Result<T>>
  readonly folder: (agents: HostedAgents, workspace: NodeWorkspace) => Promise<Result<T>>
  readonly say: (value: T, origin: string) => unknown
}

/** The folder is opened where nobody has it open; whoever has is asked. */
async function through<T>({ data }: Flags, openIn: OpenIn, stderr: Output, { host, folder, say }: Ways<T>): Promise<0 | 1> {
  const settings = readSettings(process.env, data === undefined ? {} : { data })
  if (!settings.ok) return fail(stderr, settings.refusal.detail)
  const { dataDir, port } = settings.value
  let opened: NodeWorkspace
  try {
    opened = await openIn(dataDir)
  } catch (error) {
    if (!(error instanceof Error) || (error.name !== 'FolderInUseError' && !('code' in error))) throw error
    const door = error.name === 'FolderInUseError' ? await findHost(dataDir) : null
    if (door === null) return fail(stderr, error.message)
    return told(await host({ ask: (method, path, body) => asked(door, method, path, body) }), door.origin)
  }
  try {
    return told(await folder(opened.agents, opened), `http://localhost:${port || 8080}`)
  } finally {
    await opened.close()
  }

  function told(result: Result<T>, origin: string): 0 | 1 {
    if (!result.ok) return fail(stderr, result.refusal.detail)
    say(result.value, origin)
    return 0
  }
}

async function asked(...question: Parameters<typeof askHost>): Promise<Result<unknown>> {
  try {
    return await askHost(...question)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return refuse({ code: 'unavailable', detail: `The host at ${question[0].origin} does not answer: ${error.message}` })
  }
}

function fail(stderr: Output, line: string): 1 {
  stderr.write(`${line}\n`)
  return 1
}
