/** The REST app of this tab: the same that a host serves, for whoever sits here. */

import type { Hono } from 'hono'
import { version } from '../../package.json' with { type: 'json' }
import { createRest } from '../api/app.ts'
import { toHex } from '../base/bytes.ts'
import { ok } from '../base/result.ts'
import { answerOnce, type RepeatPorts } from './tab-repeats.ts'
import { contextOf, type OpenSession } from './tab-context.ts'

interface App {
  readonly rest: Hono
  /** Like no other's in this browser. */
  readonly name: string
}

const NAME_BYTES = 16

const apps = new WeakMap<OpenSession['replica'], App>()

export function answerFrom(session: OpenSession, request: Request): Promise<Response> {
  const app = apps.get(session.replica) ?? { rest: restOf(session), name: toHex(session.replica.random(NAME_BYTES)) }
  apps.set(session.replica, app)
  const key = request.headers.get('Idempotency-Key')
  const act = async (asked: Request): Promise<Response> => app.rest.fetch(asked)
  return key === null ? act(request) : answerOnceHere({ app: app.name, workspace: session.workspaceId }, request, key, act)
}

/** Without a store that all tabs share (a page over plain http), what this tab knows has to do. */
async function answerOnceHere(
  ports: Omit<RepeatPorts, 'cache'>,
  request: Request,
  key: string,
  act: (request: Request) => Promise<Response>,
): Promise<Response> {
  if (typeof caches === 'undefined') return act(request)
  return answerOnce(request, key, { cache: await caches.open('worknode repeats'), ...ports }, act)
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
