/** Reads the body of a request as JSON, within bounds: bytes, well-formed UTF-8, depth. Whatever is wrong is the caller's, and said. */

import { ok, refuse, type Result } from '../base/result.ts'
import { hasHalf } from '../base/well-formed.ts'
import { concatBytes } from '../base/bytes.ts'
import { LOCAL } from '../core/limits.ts'

/** `undefined` where there is none. */
export async function readJson(request: Request): Promise<Result<unknown>> {
  const bytes = await readBytes(request, LOCAL.restBytes)
  if (!bytes.ok) return bytes
  const text = decode(bytes.value)
  if (!text.ok) return text
  return text.value.trim() === '' ? ok(undefined) : parse(text.value)
}

export async function readBytes(request: Request, most: number): Promise<Result<Uint8Array>> {
  const tooLarge = refuse({ code: 'too_large', detail: `A request has ${most} bytes at most.` })
  if (Number(request.headers.get('Content-Length') ?? 0) > most) return tooLarge
  if (!request.body) return ok(new Uint8Array())
  const parts: Uint8Array[] = []
  let size = 0
  // Where no length was given, or a false one.
  for (const reader = request.body.getReader(); ;) {
    const { done, value } = await reader.read()
    if (done) return ok(concatBytes(...parts))
    size += value.length
    if (size > most) {
      await reader.cancel()
      return tooLarge
    }
    parts.push(value)
  }
}

export function decode(bytes: Uint8Array): Result<string> {
  try {
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // The decoder says no more than that.
    return refuse({ code: 'bad_request', detail: 'The body is not UTF-8.' })
  }
}

function parse(text: string): Result<unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return refuse({ code: 'bad_request', detail: `The body is not JSON: ${(error as SyntaxError).message}.` })
  }
  if (isDeep(value)) return refuse({ code: 'bad_request', detail: `JSON may be nested ${LOCAL.restDepth} deep at most.` })
  if (hasHalf(value))
    return refuse({ code: 'bad_request', detail: 'Half of a character stands in it: a surrogate without the other.' })
  return ok(value)
}

/** Level by level: a deep one must not use up the stack. */
function isDeep(value: unknown): boolean {
  let level: readonly unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > LOCAL.restDepth) return true
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
  }
  return false
}
