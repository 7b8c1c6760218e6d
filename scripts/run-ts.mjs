/** `node scripts/run-ts.mjs bench/run.ts …`: builds one TypeScript module for Node, then runs it with the arguments that follow. */
import { spawn } from 'node:child_process'
import { basename, join } from 'node:path'
import { buildForNode, root } from './build.mjs'

const [entry, ...args] = process.argv.slice(2)
if (!entry) {
  process.stderr.write('usage: node scripts/run-ts.mjs <module.ts> [arguments]\n')
  process.exit(1)
}
const name = basename(entry, '.ts')
const outDir = join('build', 'run', name)
await buildForNode(entry, outDir, 'warn')
const child = spawn(process.execPath, ['--enable-source-maps', '--expose-gc', join(root, outDir, `${name}.js`), ...args], {
  stdio: 'inherit',
})
child.on('exit', (code) => process.exit(code ?? 1))
