/** What the bench's pages load: themselves, workload W, and signalling to find each other. */

import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, resolve } from 'node:path'
import { build } from 'vite'
import { createSignalling } from '../src/hosts/signalling.ts'

export interface BenchServer {
  readonly url: string
  close(): void
}

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }

export async function serveBench(
  root: string,
  blobs: ReadonlyMap<string, string | Uint8Array>,
  minify = true,
): Promise<BenchServer> {
  const outDir = join(root, 'build', 'bench-page')
  await build({
    root: join(root, 'bench', 'page'),
    configFile: false,
    logLevel: 'warn',
    base: './',
    publicDir: false,
    resolve: { alias: { 'lib0/broadcastchannel': join(root, 'src/sync/no-broadcastchannel.ts') } },
    build: {
      outDir,
      minify,
      emptyOutDir: true,
      target: 'es2023',
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 1000,
    },
    worker: { format: 'es' },
  })
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] as string
    const blob = blobs.get(path)
    if (blob !== undefined) return void response.end(blob)
    const file = resolve(outDir, `.${path === '/' ? '/index.html' : path}`)
    if (!file.startsWith(outDir) || !existsSync(file) || !statSync(file).isFile()) return void response.writeHead(404).end()
    response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream')
    createReadStream(file).pipe(response)
  })
  const signalling = createSignalling()
  server.on('upgrade', (request, socket, head) => signalling.handleUpgrade(request, socket, head))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close() {
      signalling.close()
      server.closeAllConnections()
      server.close()
    },
  }
}
