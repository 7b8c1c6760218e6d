/** `worknode verify <file>`: checks an exported log from zero and says what that proves. Exits with 1 if anything is wrong with it. */
import { createReadStream } from 'node:fs'
import { Command } from 'commander'
import type { Event } from '../../core/event.ts'
import { decodeLog, LogFileError } from '../../log/log-file.ts'
import { type LogReport, verifyLog } from '../../replica/verify-log.ts'
import type { Output } from './import.ts'

interface Flags {
  readonly workspace?: string
  readonly events?: boolean
}

export function verifyCommand(): Command {
  return new Command('verify')
    .description('check an exported log from zero: every signature, every hash, and whether every change was allowed')
    .argument('<file>', 'the log, as "worknode export --log" or the app writes it')
    .option('--workspace <id>', 'the workspace that it must be of')
    .option('--events', 'write every change as a JSON line on stdout: who, what, by which right, when, and the verdict')
    .action(async (file: string, flags: Flags) => {
      process.exitCode = await verifyFile(file, flags, process.stdout, process.stderr)
    })
}

export async function verifyFile(file: string, flags: Flags, stdout: Output, stderr: Output): Promise<0 | 1> {
  const said = flags.events ? stderr : stdout
  try {
    const checked = await verifyLog(decodeLog(createReadStream(file)), {
      ...(flags.workspace !== undefined && { workspace: flags.workspace }),
      ...(flags.events && { onEvent: (event: Event) => stdout.write(`${JSON.stringify(event)}\n`) }),
      ...(stderr.isTTY && { onProgress: (batches: number) => stderr.write(`\r${batches.toLocaleString('en')} batches`) }),
    })
    if (stderr.isTTY) stderr.write('\r\u001b[K')
    if (!checked.ok) {
      stderr.write(`${checked.refusal.detail}\n`)
      return 1
    }
    for (const line of wordsOf(checked.value)) said.write(`${line}\n`)
    return checked.value.problems.length === 0 ? 0 : 1
  } catch (error) {
    if (!(error instanceof LogFileError) && !(error instanceof Error && 'code' in error)) throw error
    stderr.write(`${file} cannot be checked: ${error.message}\n`)
    return 1
  }
}

/** What was found, a line each, and what it proves. */
export function wordsOf(report: LogReport): string[] {
  const { workspace, batches, changes, authors, from, to, withoutEffect, adopted, forks, problems } = report
  const number = (count: number): string => count.toLocaleString('en')
  const void_ = [...withoutEffect].toSorted((a, b) => b[1] - a[1])
  const sum = void_.reduce((total, [, count]) => total + count, 0)
  const lines = [
    `workspace    ${workspace}`,
    `state        ${report.stateHash}`,
    `batches      ${number(batches)}, signed by ${number(authors)} ${authors === 1 ? 'key' : 'keys'}`,
    `changes      ${number(changes)}, of which ${number(changes - sum + adopted)} count`,
    `from, to     ${new Date(from).toISOString()}, ${new Date(to).toISOString()}, by the authors’ clocks`,
    ...void_.map(([why, count]) => `without effect  ${number(count)}: ${why}`),
    ...(adopted > 0 ? [`adopted      ${number(adopted)} of these, so they count`] : []),
    ...(forks > 0 ? [`forks        ${number(forks)}: a key wrote two histories, in a copied profile or in other hands`] : []),
    '',
  ]
  if (problems.length > 0)
    return [...lines, 'Something is wrong with this log:', ...problems.map((problem) => `  ${problem}`), 'It proves nothing.']
  return [
    ...lines,
    'This proves: each batch was signed by the key it names and has not been altered since; each feed is whole up to its last',
    'batch here, in its order; and every change that counts was allowed, by rights that lead back to the keys which founded the',
    'workspace. Whoever holds the same batches has the same state.',
    'It does not prove: that there are no newer batches elsewhere, that the clocks of the authors were right, or who is behind a key.',
  ]
}
