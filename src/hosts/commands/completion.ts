/**
 * Completion on the command line. A shell asks `worknode complete -- <words>` at each Tab: what can stand there is read off the
 * commands themselves, and keys of tasks are asked of the host, which has to be quick or is left out.
 */

import { Argument, Command, type Option } from 'commander'
import { LOCAL } from '../../core/limits.ts'
import { WorknodeError } from '../../sdk/error.ts'
import { connect, type Environment } from './connection.ts'

const SCRIPTS = {
  bash: `_worknode() {
  local IFS=$'\\n'
  COMPREPLY=($(worknode complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _worknode worknode
`,
  zsh: `#compdef worknode
_worknode() {
  local -a found
  found=(\${(f)"$(worknode complete -- "\${words[@]:1:$((CURRENT - 1))}" 2>/dev/null)"})
  compadd -- $found
}
compdef _worknode worknode
`,
  fish: `complete -c worknode -f -a '(worknode complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
} as const

const SHELLS = Object.keys(SCRIPTS) as readonly (keyof typeof SCRIPTS)[]

export function completionCommand(): Command {
  return new Command('completion')
    .description('print a script that completes commands, options and keys of tasks')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText('after', '\nbash: source <(worknode completion bash)\nfish: worknode completion fish | source')
    .action((shell: keyof typeof SCRIPTS) => void process.stdout.write(SCRIPTS[shell]))
}

/** What the scripts ask. */
export function completeCommand(program: Command): Command {
  return new Command('complete').argument('[words...]').action(async (words: string[]) => {
    const { candidates, wantsKey } = completionOf(program, words)
    const keys = wantsKey ? await keysOf(words.at(-1) ?? '', process.env) : []
    process.stdout.write([...candidates, ...keys].map((word) => `${word}\n`).join(''))
  })
}

export interface Completion {
  readonly candidates: readonly string[]
  /** A key of a task can stand there. */
  readonly wantsKey: boolean
}

/** The last word is the one that is being typed, which may be empty. */
export function completionOf(program: Command, words: readonly string[]): Completion {
  const begun = words.at(-1) ?? ''
  let command = program
  let operands = 0
  let open: Option | undefined
  for (const word of words.slice(0, -1)) {
    if (word.startsWith('-')) {
      open = optionsOf(command).find(
        ({ long, short, required, optional }) => (long === word || short === word) && (required || optional),
      )
      continue
    }
    if (open) {
      if (!open.variadic) open = undefined
      continue
    }
    const next = operands === 0 ? command.commands.find((one) => one.name() === word) : undefined
    if (next) command = next
    else operands++
  }
  const fitting = (candidates: readonly string[]): readonly string[] => candidates.filter((one) => one.startsWith(begun))
  if (begun.startsWith('-')) return { candidates: fitting(optionsOf(command).flatMap(({ long }) => long ?? [])), wantsKey: false }
  if (open) return { candidates: fitting(wordsIn(open.description)), wantsKey: TAKES_KEY.test(open.long ?? '') }
  const argument = command.registeredArguments[operands]
  if (argument) return { candidates: fitting(argument.argChoices ?? []), wantsKey: argument.name() === 'id' }
  const visible = command.commands.map((one) => one.name()).filter((name) => name !== 'complete')
  return { candidates: operands === 0 ? fitting(visible) : [], wantsKey: false }
}

const TAKES_KEY = /^--(?:task|parent|before|to|ids)$/

function optionsOf(command: Command): readonly Option[] {
  return command.options.filter(({ hidden }) => !hidden)
}

/** `one of: a, b`, as options of the table say it. */
function wordsIn(description: string): readonly string[] {
  return /^one of: (.+)$/.exec(description)?.[1]?.split(', ') ?? []
}

async function keysOf(begun: string, env: Environment): Promise<readonly string[]> {
  try {
    const client = await connect({}, env, { isOwner: true, timeoutMs: 1000, retry: { attempts: 1 } })
    const tasks = await client.queryTasks({ limit: LOCAL.queryRows })
    return tasks.map(({ key }) => key).filter((key) => key.startsWith(begun))
  } catch (error) {
    // Nobody is there to say: then the shell completes without.
    if (error instanceof WorknodeError) return []
    throw error
  }
}
