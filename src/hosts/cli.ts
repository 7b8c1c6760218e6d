/** The command line: one module a command in `commands/`. Built to `build/host/cli.js`; `bin/worknode.mjs` runs it. */
import { fileURLToPath } from 'node:url'
import { createProgram } from './commands/program.ts'

// The same two steps up from src/hosts/ and from build/host/.
const root = fileURLToPath(new URL('../../', import.meta.url))
await (await createProgram(root, process.argv.slice(2))).parseAsync()
