/** `worknode events`: what happens on the board, a line an event, as it arrives. */

import { once } from 'node:events'
import { Command } from 'commander'
import { WorknodeError } from '../../sdk/error.ts'
import { linesOf } from './answers.ts'
import { connect, type ConnectionFlags, type Environment, withConnection, wordsOf } from './connection.ts'
import type { Output } from './import.ts'

interface Flags extends ConnectionFlags {
  readonly since: string
  readonly type?: string
  readonly task?: string
  readonly actor?: string
  readonly json?: boolean
}

export function eventsCommand(): Command {
  return withConnection(new Command('events'))
    .description('follow what happens; ends when it is interrupted')
    .option('--since <place>', 'now, start, a cursor or an HLC', 'now')
    .option('--type <type>', 'such as task.completed, or task for all about tasks')
    .option('--task <task>', 'about one task, by its id or key')
    .option('--actor <actor>', 'by one key')
    .option('--json', 'a JSON object a line')
    .action(async (flags: Flags) => {
      const stop = new AbortController()
      void once(process, 'SIGINT').then(() => stop.abort())
      process.exitCode = await followEvents(flags, process.env, stop.signal, process.stdout, process.stderr)
    })
}

export async function followEvents(
  { since, type, task, actor, json, ...flags }: Flags,
  env: Environment,
  signal: AbortSignal,
  stdout: Output,
  stderr: Output,
): Promise<0 | 1> {
  try {
    const client = await connect(flags, env, { isOwner: true })
    for await (const event of client.events(since === 'start' ? null : since, { type, task, actor, signal }))
      stdout.write(json ? `${JSON.stringify(event)}\n` : `${linesOf(event).join('\n')}\n`)
    return 0
  } catch (error) {
    if (!(error instanceof WorknodeError)) throw error
    stderr.write(`${wordsOf(error)}\n`)
    return 1
  }
}
