/**
 * Vite's plugin for the service worker: once the site is built, builds `src/hosts/service-worker.ts` into one classic script beside it,
 * with the list of all that was built written in. What has a hash in its name is never fetched anew; of the rest the content is told
 * apart by its own.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { build } from 'vite'

export const SERVICE_WORKER = 'service-worker.js'

/**
 * @param {string} entry the worker's source
 * @returns {import('vite').Plugin}
 */
export function serviceWorker(entry) {
  /** @type {import('vite').ResolvedConfig} */
  let site
  return {
    name: 'worknode-service-worker',
    apply: 'build',
    configResolved(config) {
      site = config
    },
    async closeBundle() {
      const outDir = resolve(site.root, site.build.outDir)
      await build({
        root: site.root,
        configFile: false,
        logLevel: site.logLevel ?? 'info',
        publicDir: false,
        define: {
          'self.__WB_MANIFEST': JSON.stringify(builtFiles(outDir)),
          'process.env.NODE_ENV': '"production"',
        },
        build: {
          outDir,
          emptyOutDir: false,
          target: 'es2023',
          rolldownOptions: { input: entry, output: { format: 'iife', entryFileNames: SERVICE_WORKER } },
        },
      })
    },
  }
}

/**
 * Everything that a browser may ask for.
 * @param {string} outDir
 */
function builtFiles(outDir) {
  return readdirSync(outDir, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => relative(outDir, join(file.parentPath, file.name)).split(sep).join('/'))
    .filter((url) => !url.startsWith('.vite/') && !url.endsWith('.map') && url !== SERVICE_WORKER)
    .toSorted()
    .map((url) => ({ url, revision: url.startsWith('assets/') ? null : contentHash(join(outDir, url)) }))
}

/** @param {string} path */
function contentHash(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16)
}
