/** The REST app of this tab: the same that a host serves, for whoever sits here. */

import type { Hono } from 'hono'
import { version } from '../../package.json' with { type: 'json' }
import { createRest } from '../api/app.ts'
import { ok } from '../base/result.ts'
import { contextOf, type OpenSession } from './tab-context.ts'

const apps = new WeakMap<OpenSession['replica'], Hono>()

export function answerFrom(session: OpenSession, request: Request): Promise<Response> {
  const app = apps.get(session.replica) ?? restOf(session)
  apps.set(session.replica, app)
  return Promise.resolve(app.fetch(request))
}

function restOf(session: OpenSession): Hono {
  const context = contextOf(session)
  return createRest({
    authenticate: async () => ok({ id: 'tab', context, mayRead: true }),
    now: () => Date.now(),
    version,
    onFault: reportError,
  })
}
