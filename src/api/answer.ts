/** What a door answers, as a value: it can be kept and given again. Only at the very end it becomes a `Response`. */

import type { Refusal } from '../base/result.ts'
import { etagOf } from './etag.ts'
import { problemOf } from './problem.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

type Headers = Answer['headers']

const NO_HEADERS: Headers = {}

export function jsonAnswer(status: number, value: unknown, headers = NO_HEADERS): Answer {
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(value) }
}

/** What was read, with its tag. */
export function readAnswer(value: unknown, headers = NO_HEADERS): Answer {
  const { body, ...answer } = jsonAnswer(200, value)
  return { ...answer, headers: { ...answer.headers, ETag: etagOf(body), ...headers }, body }
}

export function problemAnswer(refusal: Refusal, headers = NO_HEADERS): Answer {
  const problem = problemOf(refusal)
  const challenge: Headers = problem.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : NO_HEADERS
  return {
    status: problem.status,
    headers: { 'Content-Type': 'application/problem+json', ...challenge, ...headers },
    body: JSON.stringify(problem),
  }
}

export function toResponse({ status, headers, body }: Answer): Response {
  return new Response(status === 304 ? null : body, { status, headers: { 'Cache-Control': 'no-store', ...headers } })
}

export function problemResponse(refusal: Refusal, headers = NO_HEADERS): Response {
  return toResponse(problemAnswer(refusal, headers))
}

/** A page of ours, which runs nothing and loads nothing. */
export function htmlResponse(html: string): Response {
  const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  return new Response(html, {
    headers: {
      'Content-Type': 'text/html; charset=UTF-8',
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
    },
  })
}

/** For whoever mounts a door, after everything else under its base. */
export function notFound(path: string): Response {
  return problemResponse({ code: 'not_found', detail: `There is nothing at ${path}.` })
}
