/**
 * Builds what is missing or older than its sources: the site (`dist/`), the Node host (`build/host/`, since Node 20 runs no
 * TypeScript) and what the package exports (`build/sdk/`). `npm run build` builds all in any case; `ensureBuilt` only what is needed, saying so on stderr.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../', import.meta.url))

/** Written last: a build that was cut off has none, so it is done again. */
const stamp = join(root, 'build', 'stamp')
const sources = [
  'src',
  'public',
  'index.html',
  'vite.config.ts',
  'package.json',
  'package-lock.json',
  'scripts/build.mjs',
  'scripts/chunks.mjs',
  'tsconfig.json',
  'tsconfig.sdk.json',
  'scripts/service-worker.mjs',
]

/** @returns {Promise<void>} */
export async function ensureBuilt() {
  if (isFresh()) return
  process.stderr.write('building the app, once (about ten seconds) …\n')
  const startedAt = Date.now()
  await buildAll('warn')
  process.stderr.write(`built in ${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`)
}

/** @param {'info' | 'warn'} logLevel */
export async function buildAll(logLevel) {
  const { build } = await import('vite')
  const startedAt = new Date()
  await build({ root, configFile: join(root, 'vite.config.ts'), logLevel })
  await buildForNode('src/hosts/cli.ts', 'build/host', logLevel)
  await buildSdk(logLevel)
  writeFileSync(stamp, '')
  // As old as the sources it was built from: what was edited meanwhile is newer.
  utimesSync(stamp, startedAt, startedAt)
}

/**
 * One module and what it imports, for Node; packages stay outside, but for what is better when it is bundled.
 * @param {string} entry
 * @param {string} outDir
 * @param {'info' | 'warn'} logLevel
 */
export async function buildForNode(entry, outDir, logLevel) {
  const { build } = await import('vite')
  await build({
    root,
    configFile: false,
    logLevel,
    publicDir: false,
    // As in the site: y-webrtc mirrors rooms over a BroadcastChannel of its own, which Node has as well.
    resolve: { alias: { 'lib0/broadcastchannel': join(root, 'src', 'sync', 'no-broadcastchannel.ts') } },
    // Of zod a part is used, and the whole takes as long to load as Node itself.
    ssr: { noExternal: ['y-webrtc', 'zod'] },
    build: {
      ssr: resolve(root, entry),
      outDir: resolve(root, outDir),
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      sourcemap: 'inline',
    },
  })
}

/**
 * The client for programs, in browsers and in Node, with its types. Packages stay outside, as always in a package.
 * @param {'info' | 'warn'} logLevel
 */
async function buildSdk(logLevel) {
  const { build } = await import('vite')
  const outDir = join(root, 'build', 'sdk')
  await build({
    root,
    configFile: false,
    logLevel,
    publicDir: false,
    // As in the site: y-webrtc mirrors rooms over a BroadcastChannel of its own, which Node has as well.
    resolve: { alias: { 'lib0/broadcastchannel': join(root, 'src', 'sync', 'no-broadcastchannel.ts') } },
    ssr: { noExternal: ['y-webrtc'] },
    build: {
      lib: { entry: join(root, 'src', 'sdk', 'worknode.ts'), formats: ['es'], fileName: 'worknode' },
      rolldownOptions: { external: (id) => !/^(?:\.|\/|[A-Za-z]:[\\/]|\0)/.test(id) },
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      minify: false,
      sourcemap: true,
    },
  })
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.sdk.json')], { stdio: 'inherit' })
}

/** Fresh also where there is nothing to build from: an installed package brings its build along. */
export function isFresh() {
  if (!existsSync(join(root, 'src'))) return true
  if (!existsSync(stamp) || !existsSync(join(root, 'dist', 'index.html'))) return false
  const builtAt = statSync(stamp).mtimeMs
  return sources.every((source) => newestIn(join(root, source)) <= builtAt)
}

/**
 * A folder counts too, so that a file taken away shows.
 * @param {string} path
 * @returns {number}
 */
function newestIn(path) {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats) return 0
  if (!stats.isDirectory()) return stats.mtimeMs
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAll('info')
