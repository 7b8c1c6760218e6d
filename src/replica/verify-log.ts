/**
 * Checks a whole log from nothing but its bytes: signatures, hashes, places, and the verdict of every change, by the same code that
 * every replica runs, with no snapshot, no cache, and nobody's word.
 */

import { assert } from '../base/assert.ts'
import { type Bytes, toHex } from '../base/bytes.ts'
import { ok, refuse, type Result } from '../base/result.ts'
import type { Event } from '../core/event.ts'
import { decodeHeader, decodeWire } from '../log/batch-codec.ts'
import { batchId } from '../log/digest.ts'
import { readStored } from '../log/stored.ts'
import { inlineVerifier } from '../log/verify.ts'
import { auditedOf, eventsOf } from './audit.ts'
import { rebuildStale } from './refold.ts'
import { State } from './state.ts'
import { stateHash } from './state-hash.ts'

export interface LogReport {
  /** Hex: the hash of the genesis, which names its roots. */
  readonly workspace: string
  readonly batches: number
  readonly changes: number
  /** Keys that wrote. */
  readonly authors: number
  /** Milliseconds since 1970, by the authors' clocks. */
  readonly from: number
  readonly to: number
  /** Changes that have no effect, by reason. */
  readonly withoutEffect: ReadonlyMap<string, number>
  /** Of them, how many were made to count by somebody. */
  readonly adopted: number
  /** Places where one key wrote two histories. */
  readonly forks: number
  /** Hex: equal to that of a replica which holds the same batches. */
  readonly stateHash: string
  /** What is wrong with the log itself; empty of a log that is whole. */
  readonly problems: readonly string[]
}

export interface VerifyLogOptions {
  /** Hex: what the log must be of; by default whatever it begins with. */
  readonly workspace?: string
  readonly onEvent?: (event: Event) => void
  readonly onProgress?: (batches: number) => void
}

/** So many are verified at once. */
const TOGETHER = 256
const PROBLEMS_TOLD = 100

export async function verifyLog(wires: AsyncIterable<Bytes>, options: VerifyLogOptions = {}): Promise<Result<LogReport>> {
  const all: Bytes[] = []
  for await (const wire of wires) all.push(wire)
  const workspace = workspaceOf(all[0])
  if (workspace === null)
    return refuse({
      code: 'invalid',
      detail: 'The log does not begin with the genesis of a workspace, so nothing can be checked.',
    })
  const found = toHex(workspace)
  if (options.workspace !== undefined && options.workspace !== found)
    return refuse({ code: 'invalid', detail: `This is the log of workspace ${found}, not of ${options.workspace}.` })
  const state = new State(workspace, () => Number.POSITIVE_INFINITY)
  const placed = new Map<number, Bytes>()
  const problems = await admit(all, state, placed, options)
  await rebuildStale(state, {
    unsaved: () => undefined,
    waiting: (ordinal) => placed.get(ordinal),
    // Everything is at hand: nothing is left to be read.
    stored: async function* (missing) {
      assert(missing.length === 0, 'every batch of a log that is checked is in memory')
      yield []
    },
    yieldToUi: () => Promise.resolve(),
  })
  return ok(report(state, placed, problems, options))
}

async function admit(
  all: readonly Bytes[],
  state: State,
  placed: Map<number, Bytes>,
  { onProgress }: VerifyLogOptions,
): Promise<string[]> {
  const verifier = inlineVerifier(state.workspace)
  const problems: string[] = []
  let unnamed = 0
  const tell = (nth: number, what: string): void => {
    if (problems.length < PROBLEMS_TOLD) problems.push(`batch ${nth + 1}: ${what}`)
    else unnamed++
  }
  for (let from = 0; from < all.length; from += TOGETHER) {
    const verdicts = await verifier.verify(all.slice(from, from + TOGETHER))
    verdicts.forEach((verdict, i) => {
      const nth = from + i
      if (!verdict.ok) return tell(nth, `${verdict.reason}: ${verdict.detail}`)
      if (verdict.batch.body === null) return tell(nth, 'its body is sealed or was left out, so what it says cannot be checked')
      const outcome = state.offer(verdict.batch, 'file', ({ ordinal, batch }) => placed.set(ordinal, batch.wire))
      if (outcome.state === 'refused') tell(nth, outcome.reason)
    })
    onProgress?.(Math.min(all.length, from + TOGETHER))
  }
  verifier.close()
  if (state.ledger.waiting > 0)
    problems.push(`${state.ledger.waiting} batches hang on something that is not in the file, so they could not be judged`)
  if (unnamed > 0) problems.push(`and ${unnamed} more`)
  return problems
}

function report(
  state: State,
  placed: ReadonlyMap<number, Bytes>,
  problems: readonly string[],
  options: VerifyLogOptions,
): LogReport {
  const { history } = state
  const { adopted } = state.authority.adoption
  const audited = auditedOf(state)
  const authors = new Set<string>()
  const withoutEffect = new Map<string, number>()
  let [changes, from, to] = [0, Number.POSITIVE_INFINITY, 0]
  for (let ordinal = 0; ordinal < history.count; ordinal++) {
    const [ms] = history.hlcOf(ordinal)
    ;[from, to] = [Math.min(from, ms), Math.max(to, ms)]
    for (const event of eventsOf(readStored(placed.get(ordinal) as Bytes), ordinal, audited)) {
      changes++
      authors.add(event.actor)
      if (event.why !== null) withoutEffect.set(event.why, (withoutEffect.get(event.why) ?? 0) + 1)
      options.onEvent?.(event)
    }
  }
  return {
    workspace: toHex(state.workspace),
    batches: history.count,
    changes,
    authors: authors.size,
    from,
    to,
    withoutEffect,
    adopted: adopted.size,
    forks: history.forks().length,
    stateHash: stateHash(state),
    problems,
  }
}

function workspaceOf(first: Bytes | undefined): Bytes | null {
  const wire = first ? decodeWire(first) : null
  const header = wire?.ok ? decodeHeader(wire.value.header) : null
  return wire?.ok && header?.ok && header.value.workspace === null ? batchId(wire.value.header) : null
}
