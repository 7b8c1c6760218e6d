/** The built app behind an address whose version a test changes, as a deploy does: what the old one had is gone then. */

import { createServer } from 'node:http'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

export interface Versions {
  readonly url: string
  /** Builds one with another title on the sheet of keys; `deploy` then serves that, and nothing of the one before. */
  build(title: string): Promise<{ deploy(): void }>
  close(): Promise<void>
}

const root = fileURLToPath(new URL('..', import.meta.url))
const MIME: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
}

export async function serveVersions(): Promise<Versions> {
  const made: string[] = []
  let folder = join(root, 'dist')
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site')
    const path = pathname === '/' ? '/index.html' : pathname
    readFile(join(folder, path)).then(
      (body) => response.setHeader('content-type', MIME[extname(path)] ?? 'text/plain').end(body),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    async build(title) {
      const outDir = await mkdtemp(join(tmpdir(), 'worknode-version-'))
      made.push(outDir)
      await build({
        root,
        configFile: join(root, 'vite.config.ts'),
        logLevel: 'warn',
        plugins: [
          {
            name: 'another-title',
            enforce: 'pre',
            transform: (code, id) =>
              id.endsWith('/commands/keys-dialog.tsx') ? code.replace('title="Keyboard"', `title="${title}"`) : null,
          },
        ],
        build: { outDir, emptyOutDir: true },
      })
      return { deploy: () => void (folder = outDir) }
    },
    async close() {
      server.close()
      server.closeAllConnections()
      for (const outDir of made) await rm(outDir, { recursive: true, force: true })
    },
  }
}
