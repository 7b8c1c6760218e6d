/** The REST app of this tab: the same that a host serves, for whoever sits here. */

import type { Hono } from 'hono'
import { version } from '../../package.json' with { type: 'json' }
import { createRest } from '../api/app.ts'
import { ok } from '../base/result.ts'
import { answerOnce } from './tab-repeats.ts'
import { contextOf, type OpenSession } from './tab-context.ts'

const apps = new WeakMap<OpenSession['replica'], Hono>()

export function answerFrom(session: OpenSession, request: Request): Promise<Response> {
  const app = apps.get(session.replica) ?? restOf(session)
  apps.set(session.replica, app)
  const key = request.headers.get('Idempotency-Key')
  const act = async (asked: Request): Promise<Response> => app.fetch(asked)
  return key === null ? act(request) : answerOnceHere(session.workspaceId, request, key, act)
}

/** Without a store that all tabs share (a page over plain http), what this tab knows has to do. */
async function answerOnceHere(
  workspace: string,
  request: Request,
  key: string,
  act: (request: Request) => Promise<Response>,
): Promise<Response> {
  if (typeof caches === 'undefined') return act(request)
  return answerOnce(request, key, { cache: await caches.open('worknode repeats'), tab: TAB, workspace }, act)
}

const TAB = String(performance.timeOrigin + performance.now()) + String(Math.random())

function restOf(session: OpenSession): Hono {
  const context = contextOf(session)
  return createRest({
    authenticate: async () => ok({ id: 'tab', context, mayRead: true }),
    now: () => Date.now(),
    version,
    onFault: reportError,
  })
}
