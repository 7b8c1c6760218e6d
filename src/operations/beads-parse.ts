/**
 * Reads Beads JSON lines: one issue a line.
 *
 * Nothing in a file makes it throw. What cannot be read is left out and said: with its line, and why. Git conflict markers are
 * no reason to stop: both sides are taken line by line (the common ancestor of a diff3 conflict is not), and where an issue
 * comes more than once the newest wins. A backslash that escapes nothing and a raw control character are read as themselves.
 */

import { refuse, type Result, ok } from '../base/result.ts'
import { isWellFormed } from '../base/well-formed.ts'
import { LOCAL } from '../core/limits.ts'
import { isJsonMap, type Json, type JsonMap, sameJson } from './beads-values.ts'

export interface BeadsRecord {
  readonly id: string
  /** All its keys as they came, without those that Beads computes when it prints. */
  readonly fields: JsonMap
}

export interface SkippedLine {
  readonly line: number
  readonly reason: string
}

export interface ParsedPlan {
  readonly records: readonly BeadsRecord[]
  /** Lines that hold something. */
  readonly lines: number
  readonly conflictHunks: number
  /** Lines that were not quite JSON and could still be read. */
  readonly repaired: number
  /** Ids that came more than once. */
  readonly repeated: number
  readonly skipped: number
  /** The first of the skipped lines. */
  readonly firstSkipped: readonly SkippedLine[]
}

const SKIPPED_TOLD = 100
const MARKER = /^(<{7}|\|{7}|={7}|>{7})(?:\s|$)/

/** Takes lines one at a time, so that a caller can pause between them. */
export class BeadsParser {
  readonly #byId = new Map<string, BeadsRecord>()
  readonly #repeated = new Set<string>()
  readonly #firstSkipped: SkippedLine[] = []
  #line = 0
  #bytes = 0
  #lines = 0
  #hunks = 0
  #repaired = 0
  #skipped = 0
  #inAncestor = false

  /** Answers a refusal once the plan is larger than we take; then stop. */
  take(line: string): Result<null> {
    this.#line++
    this.#bytes += line.length + 1
    if (this.#bytes > LOCAL.importBytes) return tooLarge(`${LOCAL.importBytes / 1024 / 1024} MiB`)
    const text = (this.#line === 1 && line.startsWith('\ufeff') ? line.slice(1) : line).trim()
    if (text === '') return ok(null)
    const marker = MARKER.exec(text)?.[1]?.[0]
    if (marker !== undefined) this.#mark(marker)
    else if (!this.#inAncestor) this.#read(text)
    return this.#byId.size > LOCAL.importTasks ? tooLarge(`${LOCAL.importTasks} tasks`) : ok(null)
  }

  finish(): ParsedPlan {
    return {
      records: [...this.#byId.values()],
      lines: this.#lines,
      conflictHunks: this.#hunks,
      repaired: this.#repaired,
      repeated: this.#repeated.size,
      skipped: this.#skipped,
      firstSkipped: this.#firstSkipped,
    }
  }

  #mark(sign: string): void {
    if (sign === '<') this.#hunks++
    this.#inAncestor = sign === '|'
  }

  #read(text: string): void {
    this.#lines++
    let json = parseJson(text)
    if (json === undefined) {
      json = parseJson(withEscapesMended(text))
      if (json === undefined) return this.#skip('it is not JSON')
      this.#repaired++
    }
    if (!isJsonMap(json)) return this.#skip('it is JSON, but not an object')
    const { id } = json
    if (typeof id !== 'string' || id.trim() === '') return this.#skip('it has no id')
    if (id.length > LOCAL.nameChars || !isWellFormed(id))
      return this.#skip(`its id is no text of at most ${LOCAL.nameChars} characters`)
    this.#keep({ id, fields: withoutComputed(json) })
  }

  #keep(record: BeadsRecord): void {
    const other = this.#byId.get(record.id)
    this.#byId.set(record.id, other ? merged(other, record) : record)
    if (other) this.#repeated.add(record.id)
  }

  #skip(reason: string): void {
    this.#skipped++
    if (this.#firstSkipped.length < SKIPPED_TOLD) this.#firstSkipped.push({ line: this.#line, reason })
  }
}

export function parseBeads(text: string): Result<ParsedPlan> {
  const parser = new BeadsParser()
  for (const line of linesOf(text)) {
    const taken = parser.take(line)
    if (!taken.ok) return taken
  }
  return ok(parser.finish())
}

/** Without their ends, be they LF or CRLF. */
export function* linesOf(text: string): Iterable<string> {
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\n', at)
    yield text.slice(at, end < 0 ? text.length : end)
    at = end < 0 ? text.length : end + 1
  }
}

/** Milliseconds since 1970, or undefined; any offset, any number of digits behind the point. */
export function instantOf(json: Json | undefined): number | undefined {
  if (typeof json !== 'string' || !/^\d{4}-\d\d-\d\d/.test(json)) return undefined
  const ms = Date.parse(json)
  return Number.isNaN(ms) || ms < 0 ? undefined : ms
}

function tooLarge(most: string): Result<never> {
  return refuse({
    code: 'too_large',
    detail: `A plan of up to ${most} can be imported. Split the file and import its parts one after the other.`,
  })
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    // Not JSON: the caller counts it.
    return undefined
  }
}

/** Careless tools put raw control characters into strings, and cut escapes in half. */
function withEscapesMended(text: string): string {
  return text
    .replaceAll(/\\(?:u[0-9a-fA-F]{4}|["\\/bfnrt])|\\/g, (found) => (found === '\\' ? '\\\\' : found))
    .replaceAll(/\p{Cc}/gu, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** `parent` and the counts are derived from dependencies and comments whenever Beads prints an issue. */
function withoutComputed(fields: JsonMap): JsonMap {
  const computed = ([key, value]: [string, Json]): boolean =>
    (key === 'parent' && typeof value === 'string') || (key.endsWith('_count') && typeof value === 'number')
  const entries = Object.entries(fields)
  return entries.some(computed) ? Object.fromEntries(entries.filter((entry) => !computed(entry))) : fields
}

/** The newer of two; comments of the other that it lacks come along, since nobody takes a comment back by not knowing it. */
function merged(first: BeadsRecord, second: BeadsRecord): BeadsRecord {
  const age = ({ fields }: BeadsRecord): number => instantOf(fields['updated_at']) ?? 0
  const [older, newer] = age(first) > age(second) ? [second, first] : [first, second]
  const [theirs, ours] = [older.fields['comments'], newer.fields['comments']]
  if (!Array.isArray(theirs) || !(ours === undefined || Array.isArray(ours))) return newer
  const kept = (ours ?? []) as readonly Json[]
  const more = (theirs as readonly Json[]).filter((comment) => !kept.some((other) => sameComment(comment, other)))
  return more.length === 0 ? newer : { id: newer.id, fields: { ...newer.fields, comments: [...kept, ...more] } }
}

function sameComment(a: Json, b: Json): boolean {
  return isJsonMap(a) && isJsonMap(b) && a['id'] !== undefined ? sameJson(a['id'], b['id']) : sameJson(a, b)
}
