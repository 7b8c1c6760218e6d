/**
 * Builds the site into `dist/`: relative addresses only, so that any static host under any path serves it. The dev server stands
 * behind the same doors as a host: `/signal` and `/api`.
 */
import { fileURLToPath } from 'node:url'
import { getRequestListener } from '@hono/node-server'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { chunks } from './scripts/chunks.mjs'
import { serviceWorker } from './scripts/service-worker.mjs'
import { APP_META } from './src/hosts/content-policy.ts'
import { createApi } from './src/hosts/doors.ts'
import { readSettings } from './src/hosts/settings.ts'
import { createSignalling } from './src/hosts/signalling.ts'

export const alias = {
  // y-webrtc mirrors a room to other tabs over a BroadcastChannel of its own, in the clear; ours does that (`src/sync/broadcast.ts`).
  'lib0/broadcastchannel': fileURLToPath(new URL('src/sync/no-broadcastchannel.ts', import.meta.url)),
  // micromark's own writes into `innerHTML`, which the page's policy forbids.
  'decode-named-character-reference': fileURLToPath(new URL('src/ui/task/decode-character.ts', import.meta.url)),
}

export default defineConfig({
  base: './',
  plugins: [
    react(),
    doors(),
    contentPolicy(),
    serviceWorker(fileURLToPath(new URL('src/hosts/service-worker.ts', import.meta.url))),
  ],
  resolve: { alias },
  build: {
    target: 'es2023',
    manifest: true,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      output: {
        // A group that is cut by size has pieces that import each other: without this, their modules run in any order.
        strictExecutionOrder: true,
        codeSplitting: chunks(fileURLToPath(new URL('./', import.meta.url)), 'index.html', 'src/hosts/tab.tsx'),
      },
    },
  },
  worker: { format: 'es' },
  server: { port: Number(process.env.PORT || 5173) },
})

/** A static host sends no headers of ours: the built page brings its policy along. */
function contentPolicy(): Plugin {
  return {
    name: 'worknode-content-policy',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: () => [
        {
          tag: 'meta',
          attrs: { 'http-equiv': 'Content-Security-Policy', content: APP_META },
          injectTo: 'head-prepend',
        },
      ],
    },
  }
}

function doors(): Plugin {
  return {
    name: 'worknode-doors',
    apply: 'serve',
    configureServer(server) {
      const settings = readSettings(process.env)
      if (!settings.ok) throw new Error(settings.refusal.detail)
      const answer = getRequestListener(createApi(settings.value.page).fetch)
      server.middlewares.use((request, response, next) => {
        if (request.url?.startsWith('/api/')) answer(request, response).catch(next)
        else next()
      })
      const signalling = createSignalling()
      // Vite answers the upgrades that ask for its own protocol (hot reload); this one asks for a path.
      server.httpServer?.on('upgrade', (request, socket, head) => {
        if (request.url?.split('?')[0] === '/signal') signalling.handleUpgrade(request, socket, head)
      })
      const reaper = setInterval(() => signalling.reap(), 30_000)
      server.httpServer?.on('close', () => {
        clearInterval(reaper)
        signalling.close()
      })
    },
  }
}
