/** The commands that the operations table makes: one an operation, in groups, and `worknode call` for any by its name. */

import { text } from 'node:stream/consumers'
import { Command, Option } from 'commander'
import { WorknodeError } from '../../sdk/error.ts'
import type { InputOf, OperationName } from '../../sdk/operations.ts'
import { linesOf } from './answers.ts'
import { connect, type ConnectionFlags, type Environment, withConnection, wordsOf } from './connection.ts'
import type { Output } from './import.ts'
import { type CommandOption, inputOf, type OperationCommand, operationCommands } from './operations.ts'

interface Flags extends ConnectionFlags {
  readonly json?: boolean
}

export function tableCommands(): Command[] {
  const commands = operationCommands()
  const groups = [...new Set(commands.map(({ group }) => group))]
  return [callCommand(commands), ...groups.map((group) => groupCommand(group, commands))]
}

function groupCommand(group: string, commands: readonly OperationCommand[]): Command {
  const own = commands.filter((one) => one.group === group)
  const [first] = own
  if (first && own.length === 1 && first.verb === group) return operationCommand(first)
  const command = new Command(group).description(own.map(({ verb }) => verb).join(', '))
  for (const one of own) command.addCommand(operationCommand(one), { isDefault: one.verb === 'list' })
  return command
}

function operationCommand(described: OperationCommand): Command {
  const { operation, summary, verb, params, options } = described
  const command = withConnection(new Command(verb)).description(summary)
  for (const param of params) command.argument(`<${param}>`, param === 'id' ? 'its id, or the key of a task' : '')
  const named = options.map((option) => ({ field: option.field, option: optionOf(option) }))
  for (const { option } of named) command.addOption(option)
  return command.option('--json', 'answer as JSON').action(async (...given: unknown[]) => {
    const flags = command.opts<Flags & Readonly<Record<string, unknown>>>()
    const values = Object.fromEntries(named.map(({ field, option }) => [field, flags[option.attributeName()]]))
    const input = inputOf(described, given.slice(0, params.length) as string[], values)
    process.exitCode =
      typeof input === 'string'
        ? fail(process.stderr, input)
        : await callOperation(operation, input, flags, process.env, process.stdout, process.stderr)
  })
}

function optionOf({ flag, kind, isRequired, choices }: CommandOption): Option {
  const value = { switch: '', number: ' <number>', text: ' <text>', json: ' <json>', list: ' <words...>' }[kind]
  const option = new Option(`${flag}${value}`, choices.length > 0 ? `one of: ${choices.join(', ')}` : '')
  return option.makeOptionMandatory(isRequired)
}

function callCommand(commands: readonly OperationCommand[]): Command {
  const names = commands.map(({ operation, summary }) => `  ${operation.padEnd(20)} ${summary}`).join('\n')
  return withConnection(new Command('call'))
    .description('call any operation by its name, with its input as JSON; the answer is JSON')
    .argument('<operation>', 'its name in the table')
    .option('--json <input>', 'its input; - reads it from stdin', '{}')
    .addHelpText('after', `\nOperations:\n${names}`)
    .action(async (name: string, flags: ConnectionFlags & { readonly json: string }) => {
      process.exitCode = await call(name, flags, commands)
    })
}

async function call(
  name: string,
  { json, ...flags }: ConnectionFlags & { readonly json: string },
  commands: readonly OperationCommand[],
): Promise<0 | 1> {
  const found = commands.find(({ operation }) => operation === name.replaceAll('-', '_'))
  if (!found) return fail(process.stderr, `There is no operation ${name}. "worknode call --help" names them.`)
  let input: unknown
  try {
    input = JSON.parse(json === '-' ? await text(process.stdin) : json)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return fail(process.stderr, `The input is not JSON: ${error.message}`)
  }
  if (typeof input !== 'object' || input === null) return fail(process.stderr, 'The input is a JSON object.')
  return callOperation(found.operation, input, { ...flags, json: true }, process.env, process.stdout, process.stderr)
}

/** 0: done. 1: refused, or nobody was there; one line says which. */
export async function callOperation(
  operation: OperationName,
  input: InputOf<OperationName>,
  flags: Flags,
  env: Environment,
  stdout: Output,
  stderr: Output,
): Promise<0 | 1> {
  try {
    const client = await connect(flags, env, { isOwner: true })
    const answer = await client.call(operation, input)
    stdout.write(flags.json ? `${JSON.stringify(answer)}\n` : `${linesOf(answer).join('\n')}\n`)
    return 0
  } catch (error) {
    if (!(error instanceof WorknodeError)) throw error
    return fail(stderr, wordsOf(error))
  }
}

function fail(stderr: Output, line: string): 1 {
  stderr.write(`${line}\n`)
  return 1
}
