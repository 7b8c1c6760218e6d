/** `worknode export`: the tasks of this machine's workspace as Beads JSON lines, or its whole log, on stdout or into a file. */
import { createWriteStream } from 'node:fs'
import { rename } from 'node:fs/promises'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Command } from 'commander'
import { encodeLog } from '../../log/log-file.ts'
import { exportPlan } from '../../operations/export-plan.ts'
import { readSettings } from '../settings.ts'
import { type OpenWorkspaceIn, within } from './import.ts'

export function exportCommand(openIn: OpenWorkspaceIn): Command {
  return new Command('export')
    .description('write the tasks as Beads JSON lines; what an import brought in leaves as it came')
    .argument('[file]', 'where to (stdout)')
    .option('--data <folder>', 'where the host keeps its data (WORKNODE_DATA, .worknode)')
    .option('--log', 'the whole signed log instead, for keeping and for "worknode verify"')
    .action(async (file: string | undefined, flags: ExportFlags) => {
      process.exitCode = await exportTo(file, flags, openIn, process.stdout, (line) => process.stderr.write(`${line}\n`))
    })
}

export interface ExportFlags {
  readonly data?: string
  readonly log?: boolean
}

export async function exportTo(
  file: string | undefined,
  flags: ExportFlags,
  openIn: OpenWorkspaceIn,
  stdout: Writable,
  say: (line: string) => unknown,
): Promise<0 | 1> {
  const settings = readSettings(process.env, flags)
  if (!settings.ok) {
    say(settings.refusal.detail)
    return 1
  }
  return within(settings.value.dataDir, openIn, say, async ({ replica }) => {
    try {
      const content = Readable.from(flags.log ? encodeLog(replica.exportLog()) : exportPlan(replica))
      if (file === undefined) await pipeline(content, stdout, { end: false })
      else {
        // Whoever reads the file meanwhile sees the old one or the new one.
        await pipeline(content, createWriteStream(`${file}.new`))
        await rename(`${file}.new`, file)
      }
      return 0
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code === undefined) throw error
      // The reader has seen enough: `worknode export | head`.
      if (code !== 'EPIPE') say(`It cannot be written: ${message}`)
      return code === 'EPIPE' ? 0 : 1
    }
  })
}
