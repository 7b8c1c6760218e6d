/** `worknode import <file>`: a plan into the workspace of this machine. Progress and the report go to stderr. */
import { readFile, stat } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { Command } from 'commander'
import { refuse, type Result } from '../../base/result.ts'
import { LOCAL } from '../../core/limits.ts'
import { importPlan } from '../../operations/import-plan.ts'
import { wordsOf } from '../../operations/import-report.ts'
import type { Replica } from '../../replica/replica.ts'
import { readSettings } from '../settings.ts'

/** A workspace as these commands need it. */
export interface Opened {
  readonly replica: Replica
  close(): Promise<void>
}

export type OpenWorkspaceIn = (dataDir: string) => Promise<Opened>

/** 0: all of it is here. 1: nothing is, or it could not be saved. 2: what could be read is here, and some lines could not. */
type ExitCode = 0 | 1 | 2

export function importCommand(openIn: OpenWorkspaceIn): Command {
  return new Command('import')
    .description('import a plan of Beads JSON lines; what is here already is brought up to date, nothing is removed')
    .argument('<file>', 'the plan, such as .beads/issues.jsonl')
    .option('--data <folder>', 'where the host keeps its data (WORKNODE_DATA, .worknode)')
    .addHelpText(
      'after',
      '\nExits with 0 when all of the plan is here, 2 when lines had to be left out, 1 when nothing was imported or saved.',
    )
    .action(async (file: string, flags: { data?: string }) => {
      process.exitCode = await importFile(file, flags, openIn, process.stderr)
    })
}

export interface Output {
  readonly isTTY?: boolean
  write(text: string): unknown
}

export async function importFile(
  file: string,
  flags: { readonly data?: string },
  openIn: OpenWorkspaceIn,
  output: Output,
): Promise<ExitCode> {
  const say = (line: string): unknown => output.write(`${line}\n`)
  const settings = readSettings(process.env, flags)
  const text = settings.ok ? await readPlan(file) : settings
  if (!settings.ok || !text.ok) {
    if (!text.ok) say(text.refusal.detail)
    return 1
  }
  return within(settings.value.dataDir, openIn, say, async ({ replica }) => {
    const imported = await importPlan(replica, text.value, showProgress(output), () => setImmediate())
    if (!imported.ok) {
      say(imported.refusal.detail)
      return 1
    }
    for (const line of wordsOf(imported.value)) say(line)
    const { problem } = replica.saveState
    if (problem !== null) say(`Not saved: ${problem}`)
    return problem !== null ? 1 : imported.value.skipped > 0 ? 2 : 0
  })
}

/** Opens the workspace for as long as the work takes. What stands in the way is said in a line. */
export async function within<T extends number>(
  dataDir: string,
  openIn: OpenWorkspaceIn,
  say: (line: string) => unknown,
  work: (opened: Opened) => Promise<T>,
): Promise<T | 1> {
  let opened: Opened
  try {
    opened = await openIn(dataDir)
  } catch (error) {
    if (!(error instanceof Error) || (error.name !== 'FolderInUseError' && !('code' in error))) throw error
    say(error.message)
    return 1
  }
  try {
    return await work(opened)
  } finally {
    await opened.close()
  }
}

async function readPlan(file: string): Promise<Result<string>> {
  try {
    const { size } = await stat(file)
    if (size > LOCAL.importBytes)
      return refuse({
        code: 'too_large',
        detail: `${file} is too large: a plan may have ${LOCAL.importBytes / 1024 / 1024} MiB.`,
      })
    return { ok: true, value: await readFile(file, 'utf8') }
  } catch (error) {
    return refuse({
      code: 'not_found',
      detail: `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    })
  }
}

/** On a terminal one line that counts; elsewhere a line for each tenth. */
function showProgress(output: Output): (done: number, total: number) => void {
  let tenth = -1
  return (done, total) => {
    const words = `${done.toLocaleString('en')} of ${total.toLocaleString('en')} tasks`
    const now = Math.floor((done / total) * 10)
    if (output.isTTY) output.write(`\r${words}${done === total && now !== tenth ? '\n' : ''}`)
    else if (now !== tenth) output.write(`${words}\n`)
    tenth = now
  }
}
