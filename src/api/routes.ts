/** The routes of the table: what each operation's line says about method, path, reading, writing and making. */

import { EVERY_OPERATION, type EveryOperationName } from '../operations/every-operation.ts'

export interface Route {
  readonly operation: EveryOperationName
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the base, with parameters as `:id`. */
  readonly path: string
  readonly params: readonly string[]
  /** Changes nothing, whatever its method. */
  readonly isRead: boolean
  readonly success: 200 | 201
}

/** Questions that come by POST, since they need a body. */
const ASKS: ReadonlySet<EveryOperationName> = new Set(['query_tasks', 'query_agent_tasks', 'authorize', 'preview_revocation'])
/** What makes something that has an address of its own. */
const MAKES: ReadonlySet<EveryOperationName> = new Set([
  'create_task',
  'create_document',
  'add_document',
  'create_project',
  'create_agent',
  'comment_task',
  'ask_task',
  'add_check',
  'generate_capability',
  'post_event',
])

export function routesOf(): readonly Route[] {
  const told = Object.values(EVERY_OPERATION).map(({ name, route }): Route => {
    const [method, path] = route.split(' ') as [Route['method'], string]
    const params = [...path.matchAll(/:(\w+)/g)].map(([, param]) => param as string)
    const isRead = method === 'GET' || ASKS.has(name)
    return { operation: name, method, path, params, isRead, success: MAKES.has(name) ? 201 : 200 }
  })
  const taken = new Set(told.map(({ method, path }) => `${method} ${path}`))
  // PUT and PATCH are one here: both set the given fields and leave the others. So each answers to the other's name as well.
  const twins = told.flatMap((route): Route[] => {
    const other = route.method === 'PATCH' ? 'PUT' : route.method === 'PUT' ? 'PATCH' : null
    return other && route.params.length > 0 && !taken.has(`${other} ${route.path}`) ? [{ ...route, method: other }] : []
  })
  // Plain words go before parameters, as people read them.
  return [...told, ...twins].toSorted((a, b) => a.params.length - b.params.length)
}

/** The operation that reads the thing that a path is about: of `/tasks/:id/claim` the task. */
export function readerOf(routes: readonly Route[], path: string): Route | null {
  const [thing] = /^\/[^/]+\/:\w+/.exec(path) ?? []
  return routes.find((route) => route.method === 'GET' && route.path === thing) ?? null
}
