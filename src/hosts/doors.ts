/**
 * The HTTP doors of a host: what answers under `/api`, and the site around it. The same doors stand in the dev server.
 * Nothing of a page may run that did not come from here, and no address leaks to where a link leads.
 */
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { compress } from 'hono/compress'
import { secureHeaders } from 'hono/secure-headers'
import about from '../../package.json' with { type: 'json' }
import { policyHeaders } from './content-policy.ts'
import type { PageSettings } from './settings.ts'

export function createApi(page: PageSettings): Hono {
  const api = new Hono()
  api.use('/api/*', async (context, next) => {
    await next()
    context.header('Cache-Control', 'no-store')
  })
  for (const base of ['/api', '/api/v1'] as const) {
    api.get(`${base}/health`, (context) => context.json({ ok: true, version: about.version }))
    api.get(`${base}/settings`, (context) => context.json(page))
  }
  return api
}

/** The built site in `siteDir`, its API, and their headers. */
export function createDoors(siteDir: string, page: PageSettings): Hono {
  const doors = new Hono()
  doors.use(async (context, next) => {
    await next()
    for (const [name, value] of Object.entries(policyHeaders(context.req.path))) context.header(name, value)
  })
  doors.use(
    secureHeaders({
      referrerPolicy: 'no-referrer',
      originAgentCluster: '?1',
      xContentTypeOptions: 'nosniff',
      xDnsPrefetchControl: 'off',
      // Served over plain http on loopback; a proxy with a certificate sets its own.
      strictTransportSecurity: false,
    }),
  )
  doors.route('/', createApi(page))
  doors.use(
    compress(),
    serveStatic({
      root: siteDir,
      onFound(path, context) {
        // Names under assets/ carry a hash of their content; everything else may change under its name.
        const hashed = /[\\/]assets[\\/]/.test(path)
        context.header('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    }),
  )
  return doors
}
