/** The REST app of this tab: the same that a host serves, for whoever sits here. */

import type { Hono } from 'hono'
import { version } from '../../package.json' with { type: 'json' }
import { createRest } from '../api/app.ts'
import { ok } from '../base/result.ts'
import type { Replica } from '../replica/replica.ts'

const apps = new WeakMap<Replica, Hono>()

export function answerFrom(replica: Replica, request: Request): Promise<Response> {
  const app = apps.get(replica) ?? restOf(replica)
  apps.set(replica, app)
  return Promise.resolve(app.fetch(request))
}

function restOf(replica: Replica): Hono {
  return createRest({
    authenticate: async () => ok({ id: 'tab', context: { replica }, mayRead: true }),
    now: () => Date.now(),
    version,
    onFault: reportError,
  })
}
