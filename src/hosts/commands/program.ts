/**
 * All commands put together. What the table would call like a command of our own is not made twice; `worknode call` reaches every
 * operation.
 */

import { Command } from 'commander'
import about from '../../../package.json' with { type: 'json' }
import { agentCommand } from './agent.ts'
import { completeCommand, completionCommand } from './completion.ts'
import { demoCommand } from './demo.ts'
import { eventsCommand } from './events.ts'
import { exportCommand } from './export.ts'
import { hookCommand } from './hook.ts'
import { importCommand } from './import.ts'
import { mcpCommand } from './mcp.ts'
import { joinCommand } from './join.ts'
import { serveCommand } from './serve.ts'
import { tableCommands } from './table-commands.ts'
import { verifyCommand } from './verify.ts'
import { openNodeWorkspace } from '../node-workspace.ts'

/** `root`: the folder of the package, where the built site is. */
export function createProgram(root: string): Command {
  const worknode = new Command('worknode')
    .description('The board that people and AI agents share.')
    .version(about.version)
    .showHelpAfterError()
    .addCommand(serveCommand(root))
    .addCommand(demoCommand(root))
    .addCommand(agentCommand((dataDir) => openNodeWorkspace(dataDir)))
    .addCommand(joinCommand())
    .addCommand(importCommand((dataDir) => openNodeWorkspace(dataDir)))
    .addCommand(exportCommand((dataDir) => openNodeWorkspace(dataDir)))
    .addCommand(verifyCommand())
    .addCommand(hookCommand())
    .addCommand(mcpCommand())
    .addCommand(eventsCommand())
    .addCommand(completionCommand())
  const own = new Set(worknode.commands.map((command) => command.name()))
  worknode.commandsGroup('Of the operations table, asked of a running host:')
  for (const command of tableCommands()) if (!own.has(command.name())) worknode.addCommand(command)
  return worknode.addCommand(completeCommand(worknode), { hidden: true })
}
