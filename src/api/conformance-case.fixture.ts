/**
 * The conformance list: what every door answers, as data (`conformance.json`), so that doors in other languages run it too.
 *
 * A case is a list of steps. A step calls an operation by name with an input, as somebody (`owner`, a person who may everything;
 * `agent`, a worker; `nobody`, a token that is not known), and says what is expected: `ok`, a pattern of the answer, or `code`, of
 * the refusal. `save` keeps parts of the answer (`$etag`, `$next` of the door's own) for later steps: `${name}`. `${case}` is a word
 * that no other case has, `${key}` a key that nobody has (01 and 64 hex digits). Cases share a workspace, and none counts on what others leave there.
 *
 * What not every door can is named by a case in `needs`, and cases whose needs a door does not have are left out:
 *   http    requests by method and path (`http` in place of `op`)       tokens   somebody whom nobody knows
 *   pace    `hasty`, whose pace is 60 a minute and 5 at once            peer     another device of the owner's, which can be apart
 *   etag    tags and `ifMatch`                                          repeat   `idempotencyKey`
 *
 * In patterns every name that is given must fit, lists have as many elements, and an object with one `$` name is a rule:
 *   {"$is": "string"}   {"$match": "^x"}   {"$length": 3}   {"$atLeast": 3}   {"$has": [patterns]}   {"$hasNot": [patterns]}   {"$not": pattern}
 * In inputs {"$text": "x", "times": 501} is a long text.
 */

import list from './conformance.json' with { type: 'json' }

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

export type Need = 'http' | 'tokens' | 'pace' | 'peer' | 'etag' | 'repeat'

export interface Step {
  readonly op?: string
  readonly http?: {
    readonly method: string
    readonly path: string
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: Json
    readonly text?: Json
  }
  /** `write`: the operation is done on the device that is apart; `meet`: it comes back. */
  readonly peer?: 'write' | 'meet'
  readonly as?: string
  readonly input?: { readonly [name: string]: Json }
  readonly options?: { readonly idempotencyKey?: string; readonly ifMatch?: string }
  readonly times?: number
  readonly expect?: { readonly ok?: Json; readonly code?: string; readonly status?: number }
  readonly save?: Readonly<Record<string, string>>
}

export interface ConformanceCase {
  readonly name: string
  readonly needs?: readonly Need[]
  readonly steps: readonly Step[]
}

export type Outcome =
  | {
      readonly ok: true
      readonly value: unknown
      readonly etag?: string | null
      readonly next?: string | null
      readonly status?: number
    }
  | { readonly ok: false; readonly code: string; readonly status?: number }

export interface ConformanceDoor {
  readonly can: readonly Need[]
  /** Operations that the door has; null for all. */
  readonly operations: readonly string[] | null
  call(as: string, op: string, input: Readonly<Record<string, unknown>>, options: NonNullable<Step['options']>): Promise<Outcome>
  http?(as: string, request: NonNullable<Step['http']>): Promise<Outcome>
  peerCall?(op: string, input: Readonly<Record<string, unknown>>): Promise<Outcome>
  meet?(): Promise<void>
}

export const CASES = list.cases as unknown as readonly ConformanceCase[]

export function fits({ can, operations }: ConformanceDoor, { needs = [], steps }: ConformanceCase): boolean {
  return (
    needs.every((need) => can.includes(need)) &&
    (operations === null || steps.every(({ op, peer }) => op === undefined || peer !== undefined || operations.includes(op)))
  )
}

export async function runCase(door: ConformanceDoor, { steps }: ConformanceCase, unique: string): Promise<void> {
  const names = new Map<string, unknown>([
    ['case', unique],
    ['key', keyOf(unique)],
  ])
  for (const [i, raw] of steps.entries()) {
    const step = filled(raw, names) as Step
    for (let time = 1; time < (step.times ?? 1); time++) await take(door, step)
    const outcome = await take(door, step)
    if (outcome === null) continue
    const where = `step ${i + 1}, ${step.op ?? step.http?.path ?? ''}`
    const { ok, code, status } = step.expect ?? {}
    const mustBeDone = code === undefined && (ok !== undefined || step.expect === undefined)
    const faults = [
      code !== undefined ? faultIn(outcome, { ok: false, code }, where) : null,
      mustBeDone ? faultIn(outcome, { ok: true }, where) : null,
      status !== undefined ? faultIn(outcome.status, status, `${where}: status`) : null,
      ok !== undefined && outcome.ok ? faultIn(outcome.value, ok, where) : null,
    ]
    const fault = first(faults)
    if (fault !== null) throw new Error(`${fault}\n${JSON.stringify(outcome, null, 1).slice(0, 4000)}`)
    for (const [name, path] of Object.entries(step.save ?? {})) {
      const value = savedFrom(outcome, path)
      if (value === undefined) throw new Error(`${where}: nothing at ${path}`)
      names.set(name, value)
    }
  }
}

async function take(door: ConformanceDoor, step: Step): Promise<Outcome | null> {
  const { as = 'owner', op = '', input = {}, options = {} } = step
  if (step.peer === 'meet') return door.meet?.().then(() => null) ?? null
  if (step.peer === 'write') return door.peerCall?.(op, input) ?? null
  if (step.http) return door.http?.(as, step.http) ?? null
  return door.call(as, op, input, options)
}

function savedFrom(outcome: Outcome, path: string): unknown {
  if (!outcome.ok) return undefined
  if (path === '$etag') return outcome.etag ?? undefined
  if (path === '$next') return outcome.next ?? undefined
  return path === '' ? outcome.value : path.split('.').reduce<unknown>((value, name) => (value as never)?.[name], outcome.value)
}

/** A key that nobody has: 01 and 64 hex digits. */
function keyOf(unique: string): string {
  return `01${Buffer.from(unique.padStart(32, '.')).toString('hex').slice(-64)}`
}

/** With names put in, and long texts made long. */
function filled(value: unknown, names: ReadonlyMap<string, unknown>): unknown {
  if (typeof value === 'string') {
    const whole = /^\$\{(\w+)\}$/.exec(value)?.[1]
    if (whole !== undefined) return names.get(whole)
    return value.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => String(names.get(name)))
  }
  if (Array.isArray(value)) return value.map((one) => filled(one, names))
  if (typeof value !== 'object' || value === null) return value
  const { $text, times } = value as { $text?: unknown; times?: unknown }
  if (typeof $text === 'string') return $text.repeat(Number(times))
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filled(one, names)]))
}

/** What does not fit, and where; null where all does. */
export function faultIn(value: unknown, pattern: unknown, where: string): string | null {
  const is = typeof pattern === 'object' && pattern !== null ? Object.entries(pattern) : []
  const [rule, wanted] = (is.length === 1 ? is[0] : undefined) ?? []
  if (rule?.startsWith('$') && !Array.isArray(pattern)) return faultOfRule(value, rule, wanted, where)
  if (Array.isArray(pattern)) {
    if (!Array.isArray(value) || value.length !== pattern.length) return `${where}: not a list of ${pattern.length}`
    return first(pattern.map((one, i) => faultIn(value[i], one, `${where}.${i}`)))
  }
  if (typeof pattern === 'object' && pattern !== null) {
    if (typeof value !== 'object' || value === null) return `${where}: not an object`
    return first(is.map(([name, one]) => faultIn((value as Record<string, unknown>)[name], one, `${where}.${name}`)))
  }
  return Object.is(value, pattern) ? null : `${where}: ${JSON.stringify(value)} is not ${JSON.stringify(pattern)}`
}

function faultOfRule(value: unknown, rule: string, wanted: unknown, where: string): string | null {
  const list = Array.isArray(value) ? value : []
  const has = (one: unknown): boolean => list.some((item) => faultIn(item, one, '') === null)
  const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  const holds: Readonly<Record<string, () => boolean>> = {
    $is: () => kind === wanted,
    $match: () => typeof value === 'string' && new RegExp(wanted as string).test(value),
    $length: () => Array.isArray(value) && list.length === wanted,
    $atLeast: () => (Array.isArray(value) ? list.length : Number(value)) >= Number(wanted),
    $has: () => (wanted as unknown[]).every(has),
    $hasNot: () => Array.isArray(value) && !(wanted as unknown[]).some(has),
    $not: () => faultIn(value, wanted, '') !== null,
  }
  const holdsHere = holds[rule]
  if (!holdsHere) return `${where}: there is no rule ${rule}`
  return holdsHere() ? null : `${where}: ${rule} ${JSON.stringify(wanted)} does not hold`
}

function first(faults: readonly (string | null)[]): string | null {
  return faults.find((fault) => fault !== null) ?? null
}
