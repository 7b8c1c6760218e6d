/**
 * All commands put together. What the table would call like a command of our own is not made twice; `worknode call` reaches every
 * operation.
 *
 * A command is loaded when it is named: a hook stands before every edit of an agent, and must not load the host for that. Only who
 * asks for what there is (help, completion, a word that is no command) loads all.
 */

import { Command } from 'commander'
import about from '../../../package.json' with { type: 'json' }

/** Our own commands, in the order of the help. `root`: the folder of the package, where the built site is. */
const OWN: Readonly<Record<string, (root: string) => Promise<Command>>> = {
  serve: async (root) => (await import('./serve.ts')).serveCommand(root),
  demo: async (root) => (await import('./demo.ts')).demoCommand(root),
  agent: async () => (await import('./agent.ts')).agentCommand(await opening()),
  join: async () => (await import('./join.ts')).joinCommand(),
  import: async () => (await import('./import.ts')).importCommand(await opening()),
  export: async () => (await import('./export.ts')).exportCommand(await opening()),
  verify: async () => (await import('./verify.ts')).verifyCommand(),
  hook: async () => (await import('./hook.ts')).hookCommand(),
  mcp: async () => (await import('./mcp.ts')).mcpCommand(),
  events: async () => (await import('./events.ts')).eventsCommand(),
  completion: async () => (await import('./completion.ts')).completionCommand(),
}

/** `words`: what stands on the command line; without them, or where they name no command, all commands. */
export async function createProgram(root: string, words: readonly string[] = []): Promise<Command> {
  const worknode = new Command('worknode')
    .description('The board that people and AI agents share.')
    .version(about.version)
    .showHelpAfterError()
  const [name = ''] = words
  const own = Object.hasOwn(OWN, name) ? await OWN[name]?.(root) : undefined
  if (own) return worknode.addCommand(own)
  const { tableCommands } = await import('./table-commands.ts')
  const made = tableCommands().filter((command) => !Object.hasOwn(OWN, command.name()))
  const asked = made.find((command) => command.name() === name)
  if (asked) return worknode.addCommand(asked)
  for (const load of Object.values(OWN)) worknode.addCommand(await load(root))
  worknode.commandsGroup('Of the operations table, asked of a running host:')
  for (const command of made) worknode.addCommand(command)
  const { completeCommand } = await import('./completion.ts')
  return worknode.addCommand(completeCommand(worknode), { hidden: true })
}

async function opening(): Promise<(typeof import('../node-workspace.ts'))['openNodeWorkspace']> {
  return (await import('../node-workspace.ts')).openNodeWorkspace
}
