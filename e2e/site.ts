/** A page of a test's own, built from its folder and served from an address of its own, as anybody's page may be. */

import { createServer } from 'node:http'
import { readFile, mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { alias } from '../vite.config.ts'

export interface Site {
  readonly url: string
  close(): Promise<void>
}

export async function buildSite(folder: URL): Promise<Site> {
  const outDir = await mkdtemp(join(tmpdir(), 'worknode-site-'))
  await build({
    root: fileURLToPath(folder),
    configFile: false,
    logLevel: 'warn',
    resolve: { alias },
    build: { outDir, emptyOutDir: true, target: 'es2023', minify: false },
  })
  const mime: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' }
  const server = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : (request.url ?? '')
    readFile(join(outDir, path)).then(
      (body) => response.setHeader('content-type', mime[extname(path)] ?? 'text/plain').end(body),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.close()
      await rm(outDir, { recursive: true, force: true })
    },
  }
}
