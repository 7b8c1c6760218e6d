/** Plans over HTTP: in as JSON lines, as a file of a form, or as `{"plan": …}`; out as a stream of lines, a page at a time. */

import { utf8 } from '../base/bytes.ts'
import { ok, refuse, type Result } from '../base/result.ts'
import { LOCAL } from '../core/limits.ts'
import { exportPlan } from '../operations/export-plan.ts'
import type { Replica } from '../replica/replica.ts'
import { decode, readBytes } from './request-body.ts'

export async function readPlan(request: Request): Promise<Result<string>> {
  const bytes = await readBytes(request, LOCAL.importBytes)
  if (!bytes.ok) return bytes
  const type = request.headers.get('Content-Type') ?? ''
  if (/^multipart\/form-data/i.test(type)) return fileIn(bytes.value, type)
  const text = decode(bytes.value)
  if (!text.ok || !/^application\/json/i.test(type)) return text
  return ok(planIn(text.value) ?? text.value)
}

export function planResponse(replica: Replica): Response {
  const pages = exportPlan(replica)[Symbol.iterator]()
  const body = new ReadableStream<Uint8Array>({
    pull(to) {
      const { done, value } = pages.next()
      if (done) to.close()
      else to.enqueue(utf8(value))
    },
  })
  return new Response(body, { headers: { 'Content-Type': 'application/x-ndjson', 'Cache-Control': 'no-store' } })
}

async function fileIn(bytes: Uint8Array, type: string): Promise<Result<string>> {
  let form: FormData
  try {
    form = await new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { 'Content-Type': type } }).formData()
  } catch {
    // The parser says no more than that.
    return refuse({ code: 'bad_request', detail: 'The body is not the form that its Content-Type says.' })
  }
  for (const value of form.values()) if (typeof value !== 'string') return decode(new Uint8Array(await value.arrayBuffer()))
  return refuse({ code: 'bad_request', detail: 'The form has no file.' })
}

/** A plan can be one JSON object as well: one of a single line. */
function planIn(text: string): string | null {
  try {
    const { plan } = JSON.parse(text) as { readonly plan?: unknown }
    return typeof plan === 'string' ? plan : null
  } catch {
    // Several lines are no JSON: they are the plan.
    return null
  }
}
