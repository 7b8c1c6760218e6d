/** A run as the world sees it: whose it is, where it stands, what it has cost. Times are ISO 8601, tokens and cost totals. */

import type { Value } from '../core/batch.ts'
import { elements, read, type WorkNode } from '../core/fold.ts'
import type { NodeId } from '../core/ids.ts'
import { epochOf, hasLease, lastSubmit, leaseAskedOf, type RunState, runStates, type WorkRecord } from '../core/work.ts'
import type { Folded } from './folded.ts'

export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  /** Millionths of a US dollar. */
  readonly costMicros: number
  /** There where its agent said that some of it is an estimate. */
  readonly estimated?: true
}

export interface RunRow {
  readonly id: NodeId
  readonly task: NodeId
  /** The key of its agent, hex. */
  readonly agent: string
  readonly epoch: number
  readonly state: RunState
  /** Since when it stands there. */
  readonly since: string
  readonly began: string
  /** The last step that its agent reported. */
  readonly step: string
  readonly usage: Usage
  /** What was said when it was submitted, and when it was sent back or ended. */
  readonly evidence: Value
  readonly said: string
  /** What its agent tried and may not. */
  readonly refused: readonly string[]
  /** Why it waits for a person. */
  readonly halted: 'budget' | null
  /** Of a run on a strict task: whose word it waits for before the work begins, and whether that was given. */
  readonly lease: { readonly authority: string; readonly given: boolean } | null
}

/** The runs of a task in the order of their claims. */
export function runRows(task: WorkNode, { history, fold }: Folded): RunRow[] {
  const { work } = task
  if (!work) return []
  const iso = ({ ref }: WorkRecord): string => new Date(history.msOf(ref)).toISOString()
  const states = runStates(work, history)
  return work.runs.flatMap((run): RunRow[] => {
    const { id, by, records } = run
    // Also where what made it does not count any more.
    const node = fold.nodes.get(id) ?? fold.hidden.get(id)
    const [first] = records
    if (!node || !first) return []
    const said = records.findLast(({ op, note }) => op !== 'submit' && typeof note === 'string')?.note
    return [
      {
        id,
        task: task.id,
        agent: by,
        epoch: epochOf(run),
        state: states.get(id) as RunState,
        since: iso(records.at(-1) as WorkRecord),
        began: iso(records.find(({ op }) => op === 'confirm') ?? first),
        step: textOf(read(node, 'step')),
        usage: usageOf(read(node, 'usage')),
        evidence: lastSubmit(records)?.note ?? null,
        said: textOf(said),
        refused: elements(node, 'refused'),
        halted: read(node, 'halted') === 'budget' ? 'budget' : null,
        lease: leaseIn(records),
      },
    ]
  })
}

function leaseIn(records: readonly WorkRecord[]): RunRow['lease'] {
  const authority = leaseAskedOf(records)
  return authority === null ? null : { authority, given: hasLease(records) }
}

/** What an agent said that it used; what is no number counts as nothing. */
export function usageOf(value: Value | undefined): Usage {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, Value>>
  return {
    inputTokens: wholeOf(given['inputTokens']),
    outputTokens: wholeOf(given['outputTokens']),
    costMicros: wholeOf(given['costMicros']),
    ...(given['estimated'] === true ? { estimated: true } : {}),
  }
}

function wholeOf(value: Value | undefined): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : 0
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? value : ''
}
