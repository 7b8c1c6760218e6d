/**
 * `worknode hook`: stands before an agent's edits of files and asks the board whether its capability covers them.
 *
 * As a PreToolUse hook of Claude Code it reads the call on stdin. What is refused is denied with the reason, which the agent is told;
 * what is allowed is left to whatever else decides (no answer, exit 0). Anything that goes wrong on the way denies too, unless told
 * otherwise (`--fail-open`): a guard that is away guards nothing. Exit 2 is that, where there is no call to answer.
 */

import { spawnSync } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { Command } from 'commander'
import * as z from 'zod/mini'
import type { Client } from '../../sdk/client.ts'
import { WorknodeError } from '../../sdk/error.ts'
import { isPassing } from '../../sdk/retry.ts'
import { connect, type ConnectionFlags, type Environment, withConnection, wordsOf } from './connection.ts'
import { type Place, placeOf, rootOf } from './hook-paths.ts'
import type { Output } from './import.ts'

export interface HookFlags extends ConnectionFlags {
  readonly root?: string
  readonly failOpen?: boolean
}

const ToolCall = z.object({
  tool_name: z.string(),
  tool_input: z._default(z.object({ file_path: z.optional(z.string()), notebook_path: z.optional(z.string()) }), {}),
  cwd: z.optional(z.string()),
})
const WRITING = /^(?:Edit|MultiEdit|Write|NotebookEdit)$/

/** An edit waits for this: better a clear no than a long silence. */
const QUICK = { isOwner: false, timeoutMs: 5000, retry: { attempts: 2, patienceMs: 2000 } }

export function hookCommand(): Command {
  const rootWords = 'the folder that file patterns are relative to (CLAUDE_PROJECT_DIR, the Git work tree)'
  const openWords = 'allow what cannot be asked about, as when no host answers; without, it is denied'
  return withConnection(new Command('hook'))
    .description('a hook before edits: denies an agent what lies outside of its file patterns')
    .option('--root <folder>', rootWords)
    .option('--fail-open', openWords)
    .action(async (flags: HookFlags) => {
      process.exitCode = await preToolUse(await text(process.stdin), flags, process.env, process.stdout, process.stderr).catch(
        (error: unknown) => {
          // Of a bug too, since every other exit code lets the edit through.
          process.stderr.write(`worknode hook: ${error instanceof Error ? error.stack : String(error)}\n`)
          return 2
        },
      )
    })
    .addCommand(
      withConnection(new Command('pre-commit'))
        .description('a Git hook: refuses a commit with changes outside of the agent’s file patterns')
        .option('--root <folder>', rootWords)
        .option('--fail-open', openWords)
        .action(async (_: HookFlags, command: Command) => {
          process.exitCode = await preCommit(command.optsWithGlobals<HookFlags>(), process.env, process.stderr)
        }),
    )
}

/** 0: answered, or nothing to say. 2: there was no call to answer, which stops the edit as well. */
export async function preToolUse(
  input: string,
  flags: HookFlags,
  env: Environment,
  stdout: Output,
  stderr: Output,
): Promise<0 | 2> {
  const call = parseCall(input)
  if (!call) {
    stderr.write('worknode hook: stdin holds no call of a tool, as Claude Code gives it to a PreToolUse hook.\n')
    return flags.failOpen ? 0 : 2
  }
  const path = call.tool_input.file_path ?? call.tool_input.notebook_path
  if (!WRITING.test(call.tool_name) || path === undefined) return 0
  const cwd = call.cwd ?? process.cwd()
  const place = placeOf(path, cwd, flags.root ?? env['CLAUDE_PROJECT_DIR'] ?? rootOf(cwd))
  const verdict = await verdictOn([place], flags, env)
  if (verdict.notice !== null) stderr.write(`worknode hook: ${verdict.notice}\n`)
  if (verdict.denied.length === 0) return 0
  const reason = verdict.denied.map(({ why }) => why).join('\n')
  const hookSpecificOutput = { hookEventName: 'PreToolUse', permissionDecision: 'deny', permissionDecisionReason: reason }
  stdout.write(`${JSON.stringify({ hookSpecificOutput })}\n`)
  return 0
}

/** 1 refuses the commit. */
export async function preCommit(flags: HookFlags, env: Environment, stderr: Output): Promise<0 | 1> {
  const root = flags.root ?? rootOf(process.cwd())
  const staged = spawnSync('git', ['diff', '--cached', '--name-status', '--no-renames', '-z'], { cwd: root, encoding: 'utf8' })
  if (staged.status !== 0) {
    stderr.write(`worknode hook: git does not say what is staged: ${staged.error?.message ?? staged.stderr}\n`)
    return 1
  }
  // A, M, D or T, then the path, each ended by a zero; paths are relative to the work tree's top.
  const fields = staged.stdout.split('\0').slice(0, -1)
  const places = fields.flatMap((path, index): Place[] => {
    const change = fields[index - 1]
    return index % 2 === 0 ? [] : [{ path, verb: change === 'A' ? 'create' : change === 'D' ? 'delete' : 'update' }]
  })
  const verdict = await verdictOn(places, flags, env)
  if (verdict.notice !== null) stderr.write(`worknode hook: ${verdict.notice}\n`)
  for (const { why } of verdict.denied) stderr.write(`${why}\n`)
  if (verdict.denied.length === 0) return 0
  stderr.write(`worknode hook: the commit is refused. "git restore --staged <file>" takes a file out of it.\n`)
  return 1
}

interface Verdict {
  readonly denied: readonly { readonly path: string; readonly why: string }[]
  /** What a person at the terminal should know. */
  readonly notice: string | null
}

async function verdictOn(places: readonly Place[], flags: HookFlags, env: Environment): Promise<Verdict> {
  try {
    const client = await connect(flags, env, QUICK)
    const answers: { path: string; why: string | null }[] = []
    for (const place of places) answers.push({ path: place.path, why: await whyNot(client, place) })
    return { denied: answers.flatMap(({ path, why }) => (why === null ? [] : [{ path, why }])), notice: null }
  } catch (error) {
    if (!(error instanceof WorknodeError)) throw error
    const why = `The board does not say whether you may: ${wordsOf(error)}`
    // A host that answers no, to a token that has ended say, is no host that is away.
    if (flags.failOpen && isPassing(error)) return { denied: [], notice: `${why} Allowed, as --fail-open says.` }
    return { denied: places.map(({ path }) => ({ path, why: `${path} is denied. ${why}` })), notice: null }
  }
}

async function whyNot(client: Client, { path, verb, outside }: Place): Promise<string | null> {
  if (outside) return `${path} lies outside of the project, where no file pattern reaches.`
  const { allowed, why } = await client.call('authorize', { verb, type: 'document', path })
  return allowed ? null : `You may not ${verb} ${path}: ${why}`
}

function parseCall(input: string): z.output<typeof ToolCall> | null {
  try {
    return ToolCall.safeParse(JSON.parse(input)).data ?? null
  } catch {
    // Not JSON: the caller says what it should be.
    return null
  }
}
