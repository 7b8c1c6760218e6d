/** The command line: one module a command in `commands/`. Built to `build/host/cli.js`; `bin/worknode.mjs` runs it. */
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import about from '../../package.json' with { type: 'json' }
import { agentCommand } from './commands/agent.ts'
import { completeCommand, completionCommand } from './commands/completion.ts'
import { eventsCommand } from './commands/events.ts'
import { exportCommand } from './commands/export.ts'
import { hookCommand } from './commands/hook.ts'
import { importCommand } from './commands/import.ts'
import { serveCommand } from './commands/serve.ts'
import { tableCommands } from './commands/table-commands.ts'
import { verifyCommand } from './commands/verify.ts'
import { openNodeWorkspace } from './node-workspace.ts'

// The same two steps up from src/hosts/ and from build/host/.
const root = fileURLToPath(new URL('../../', import.meta.url))

const worknode = new Command('worknode')
  .description('The board that people and AI agents share.')
  .version(about.version)
  .showHelpAfterError()
  .addCommand(serveCommand(root))
  .addCommand(agentCommand((dataDir) => openNodeWorkspace(dataDir)))
  .addCommand(importCommand((dataDir) => openNodeWorkspace(dataDir)))
  .addCommand(exportCommand((dataDir) => openNodeWorkspace(dataDir)))
  .addCommand(verifyCommand())
  .addCommand(hookCommand())
  .addCommand(eventsCommand())
  .addCommand(completionCommand())

worknode.commandsGroup('Of the operations table, asked of a running host:')
for (const command of tableCommands()) worknode.addCommand(command)

worknode.addCommand(completeCommand(worknode), { hidden: true })

await worknode.parseAsync()
