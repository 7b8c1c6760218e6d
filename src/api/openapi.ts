/**
 * The OpenAPI 3.1 document, read off the table: what a route takes is the schema that its input is checked by, what it answers the
 * shapes of `answers.ts`, which the conformance list is held against. Nothing is described twice.
 */

import * as z from 'zod/mini'
import { LOCAL } from '../core/limits.ts'
import { EVERY_OPERATION } from '../operations/every-operation.ts'
import * as shapes from './answer-shapes.ts'
import { ANSWERS } from './answers.ts'
import { inputSchema, type JsonSchema } from './input-schema.ts'
import { PROBLEMS } from './problem.ts'
import { type Route, routesOf } from './routes.ts'

export interface OpenApi {
  readonly openapi: '3.1.0'
  readonly info: Readonly<Record<string, unknown>>
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly components: Readonly<Record<string, unknown>>
  readonly [name: string]: unknown
}

const ROUTES = routesOf()
const JSON_TYPE = 'application/json'
const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
})

export function openApi(version: string): OpenApi {
  const paths: Record<string, Record<string, unknown>> = {
    '/health': {
      get: {
        operationId: 'health',
        summary: 'Whether the host lives',
        security: [],
        responses: { 200: { description: 'It does', content: content({ $ref: '#/components/schemas/Health' }) } },
      },
    },
  }
  for (const route of ROUTES) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    const described = describe(route)
    const method = route.method.toLowerCase()
    ;(paths[path] ??= {})[method] = { ...described, operationId: operationIdOf(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Worknode',
      version,
      summary: 'The board that people and AI agents share.',
      description: [
        'The same doors answer on a host and, by the service worker, in a tab that has a workspace open.',
        'Lists are arrays; `Link` names the next page. Writes take `Idempotency-Key` and, of what can be read, `If-Match`.',
        'PUT and PATCH are one: both set the given fields and leave the others.',
        `Problems have a stable \`code\`: ${Object.entries(PROBLEMS)
          .map(([code, [status]]) => `${code} ${status}`)
          .join(', ')}.`,
      ].join('\n\n'),
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/api/v1' }],
    security: [{ token: [] }, {}],
    tags: [...new Set(ROUTES.map(tagOf))].map((name) => ({ name })),
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'Of a host: `npx worknode agent add <name>`. In a tab none is needed.',
        },
      },
      responses: {
        Problem: problem('What was asked cannot be: the code says why, the detail what to do'),
        Fault: problem('This host has a fault, or cannot save; try again later'),
      },
      headers: {
        ETag: { description: 'Names what was read, for `If-Match` and `If-None-Match`', schema: { type: 'string' } },
        Link: { description: 'The address of the next page, while there is one', schema: { type: 'string' } },
      },
    },
  }
}

/** Of an operation's own route its name; its twin has the method beside it, since ids are unique. */
function operationIdOf({ operation, method }: Route): string {
  return EVERY_OPERATION[operation].route.startsWith(`${method} `) ? operation : `${operation}_${method.toLowerCase()}`
}

function describe(route: Route): Readonly<Record<string, unknown>> {
  const { operation, method, params, success } = route
  const { summary, needs } = EVERY_OPERATION[operation]
  const { properties = {}, required = [] } = inputSchema(EVERY_OPERATION[operation])
  const rest = Object.keys(properties).filter((name) => !params.includes(name))
  const isList = isArray(ANSWERS[operation])
  const parameters = [
    ...params.map((name) => ({ name, in: 'path', required: true, schema: schemaOf(properties, name) })),
    ...(method === 'GET' ? rest : rest.filter((name) => name === 'cursor')).map((name) => ({
      name,
      in: 'query',
      required: required.includes(name),
      schema: schemaOf(properties, name),
    })),
    ...(isList && method === 'GET' ? PAGING.filter(({ name }) => !rest.includes(name)) : []),
    ...(route.isRead ? [] : WRITING),
  ]
  return {
    tags: [tagOf(route)],
    summary,
    ...(needs && { description: `Needs the right to ${needs[0]} a ${needs[1]}.` }),
    ...(parameters.length > 0 && { parameters }),
    ...(method !== 'GET' && rest.length > 0 && { requestBody: bodyOf(route, properties, required) }),
    responses: {
      [success]: {
        description: success === 201 ? 'What was made' : 'The answer',
        headers: {
          ...(route.isRead && { ETag: { $ref: '#/components/headers/ETag' } }),
          ...(isList && { Link: { $ref: '#/components/headers/Link' } }),
        },
        content: contentOf(operation),
      },
      '4XX': { $ref: '#/components/responses/Problem' },
      '5XX': { $ref: '#/components/responses/Fault' },
    },
  }
}

const PAGING = [
  {
    name: 'limit',
    in: 'query',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: LOCAL.queryRows, default: LOCAL.queryRowsDefault },
  },
  { name: 'cursor', in: 'query', required: false, schema: { type: 'string' } },
]
const WRITING = [
  {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'The same key again gets the same answer, done once',
    schema: { type: 'string', minLength: 1, maxLength: LOCAL.idempotencyKeyChars },
  },
  { name: 'If-Match', in: 'header', required: false, description: 'The ETag of what was read', schema: { type: 'string' } },
]

function bodyOf(
  { operation, params, method }: Route,
  properties: NonNullable<JsonSchema['properties']>,
  required: readonly string[],
) {
  if (operation === 'import_tasks')
    return {
      required: true,
      content: {
        'application/x-ndjson': { schema: { type: 'string' } },
        'multipart/form-data': { schema: { type: 'object', properties: { file: { type: 'string', format: 'binary' } } } },
        [JSON_TYPE]: { schema: inputSchema(EVERY_OPERATION.import_tasks) },
      },
    }
  const names = Object.keys(properties).filter((name) => !params.includes(name))
  const needed = required.filter((name) => names.includes(name))
  return {
    required: needed.length > 0,
    content: content({
      type: 'object',
      properties: Object.fromEntries(names.map((name) => [name, properties[name]])),
      ...(needed.length > 0 && { required: needed }),
      // What was read may be sent back whole; other names are refused.
      ...(method !== 'PUT' && method !== 'PATCH' && { additionalProperties: false }),
    }),
  }
}

function contentOf(operation: Route['operation']) {
  if (operation === 'export_tasks') return { 'application/x-ndjson': { schema: { type: 'string' } } }
  const json = content(referring(ANSWERS[operation]))
  if (operation === 'list_events' || operation === 'list_task_events')
    return { ...json, 'text/event-stream': { schema: { type: 'string' } } }
  return operation === 'get_task' ? { ...json, 'text/markdown': { schema: { type: 'string' } } } : json
}

function content(schema: unknown) {
  return { [JSON_TYPE]: { schema } }
}

function schemaOf(properties: NonNullable<JsonSchema['properties']>, name: string): unknown {
  return properties[name] ?? { type: 'string' }
}

function tagOf({ path }: Route): string {
  return path.split('/')[1] as string
}

function isArray(shape: z.ZodMiniType): boolean {
  return shape instanceof z.ZodMiniArray
}

const NAMED = Object.entries(shapes) as readonly (readonly [string, z.ZodMiniType])[]

function namesOf(): z.core.$ZodRegistry<{ id: string }> {
  const registry = z.registry<{ id: string }>()
  for (const [id, shape] of NAMED) registry.add(shape, { id })
  return registry
}

function componentSchemas(): Readonly<Record<string, unknown>> {
  const { schemas } = z.toJSONSchema(namesOf(), { uri: (id) => `#/components/schemas/${id}`, io: 'input' })
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, bare(schema)]))
}

/** The schema of an answer, with what has a name by its name. */
function referring(shape: z.ZodMiniType): unknown {
  const named = (one: unknown): unknown => {
    const [name] = NAMED.find(([, known]) => known === one) ?? []
    return name === undefined ? null : { $ref: `#/components/schemas/${name}` }
  }
  const own = named(shape)
  if (own) return own
  if (shape instanceof z.ZodMiniArray) return { type: 'array', items: referring(shape.def.element as z.ZodMiniType) }
  if (shape instanceof z.ZodMiniNullable) return { anyOf: [referring(shape.def.innerType as z.ZodMiniType), { type: 'null' }] }
  return bare(z.toJSONSchema(shape, { io: 'input' }))
}

function bare(schema: object): unknown {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema' && name !== '$id'))
}
