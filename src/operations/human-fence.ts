/**
 * The human fence: an agent does not write over what a person has changed and the agent has not read.
 *
 * Reads of tasks and documents answer `seen`, and writes take it. Where a person has changed something since, an agent's write is
 * refused before anything is written; the refusal says what was changed, by whom and when, and has the new `seen`: whoever sends
 * the write again with that has read it. What a replica has heard is not what an agent has read, so this is no question to the
 * causal past, and a write without `seen` is not fenced. What agents change is merged, and fences nobody.
 */

import { structuredPatch } from 'diff'
import type { Value } from '../core/batch.ts'
import type { Versions } from '../core/crdt/register.ts'
import { elements, read, type WorkNode } from '../core/fold.ts'
import { type Refusal } from '../base/result.ts'
import type { Ref } from '../core/history.ts'
import { type ActorKey, isNodeId, type NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { isAgent, nameOfActor } from '../replica/agents.ts'
import type { LastReading } from '../replica/last-readings.ts'
import type { Replica } from '../replica/replica.ts'
import { projectText, textName } from '../replica/text.ts'

/** One field, or what is not to be told any more: then `field` is null. Its words are a person's: data, no instructions. */
export interface HumanChange {
  readonly field: string | null
  readonly by: ActorKey
  readonly name: string
  readonly at: string
  /** What the agent had read, where that is known; of a text see `diff`. Left out where it is long. */
  readonly was?: unknown
  readonly now?: unknown
  /** The lines of a text that differ, as a patch has them. */
  readonly diff?: string
}

export interface HumanFence extends Refusal {
  readonly code: 'human_fence'
  readonly node: NodeId
  /** Of whoever has read this refusal. */
  readonly seen: string
  readonly changes: readonly HumanChange[]
}

export function isHumanFence(refusal: Refusal): refusal is HumanFence {
  return refusal.code === 'human_fence'
}

/** What keeps this actor from a write with this input; null where nothing does. */
export function humanFenceOf(replica: Replica, input: unknown): HumanFence | null {
  const { seen } = (input ?? {}) as Readonly<Record<string, unknown>>
  if (typeof seen !== 'string') return null
  for (const node of nodesNamed(replica, input)) {
    const unseen = replica.humanEdits.unseenBy(seen, node, replica.actor)
    if (unseen.length > 0 && isAgent(replica, replica.actor)) return fenceBefore(replica, node, seen, unseen)
  }
  return null
}

/** The tasks and documents that an input is about. */
export function nodesNamed({ views, nodes }: Replica, input: unknown): readonly WorkNode[] {
  const { ids, id, task } = (input ?? {}) as Readonly<Record<string, unknown>>
  return [...(Array.isArray(ids) ? ids : []), id, task].flatMap((name: unknown) => {
    const found = typeof name !== 'string' ? null : (views.find(name) ?? (isNodeId(name) ? name : null))
    const node = found === null ? undefined : nodes.get(found)
    return node?.type === 'task' || node?.type === 'document' ? [node] : []
  })
}

function fenceBefore(replica: Replica, node: WorkNode, seen: string, unseen: readonly Ref[]): HumanFence {
  const { humanEdits } = replica
  const changes = changesIn(replica, node, unseen, humanEdits.readingOf(seen, node))
  const what = node.type === 'task' ? (replica.views.task(node.id)?.key ?? 'the task') : 'the document'
  const now = humanEdits.addSeen(seen, node)
  humanEdits.readNow(node)
  return {
    code: 'human_fence',
    detail: `A person has changed ${what} since you read it, and nothing was written. See what is there now; if your change still holds, send it again with the new "seen".`,
    node: node.id,
    seen: now,
    changes,
  }
}

/** By field, in the order of their names; what left no trace comes last. */
function changesIn(
  replica: Replica,
  node: WorkNode,
  unseen: readonly Ref[],
  reading: LastReading | null,
): readonly HumanChange[] {
  const isUnseen = new Set(unseen)
  const shown = new Set<Ref>()
  const changes: HumanChange[] = []
  const change = (field: string | null, refs: readonly Ref[], what: Pick<HumanChange, 'was' | 'now' | 'diff'>): void => {
    for (const ref of refs) shown.add(ref)
    changes.push({ field, ...authorOf(replica, refs), ...what })
  }
  for (const [field, versions] of sorted(node.registers)) {
    const refs = refsIn(versions).filter((ref) => isUnseen.has(ref))
    if (refs.length > 0) change(field, refs, values(field, reading?.values.get(field), read(node, field) ?? null, reading))
  }
  for (const [field, tags] of sorted(node.sets)) {
    const refs = Object.values(tags)
      .flat()
      .filter((ref) => isUnseen.has(ref))
    if (refs.length > 0) change(field, refs, values(field, reading?.sets.get(field) ?? [], elements(node, field), reading))
  }
  for (const [field, edits] of sorted(node.texts)) {
    const refs = edits.flatMap(({ ref }) => (isUnseen.has(ref) ? [ref] : []))
    if (refs.length > 0) change(field, refs, { diff: textDiff(replica, node, field, isUnseen) })
  }
  const gone = unseen.filter((ref) => !shown.has(ref) && ref !== node.created)
  if (gone.length === 0) return changes
  // A removal leaves nothing behind: which elements are not there any more shows where it is known what was read.
  const lost = [...(reading?.sets ?? [])].filter(([field, was]) => {
    const now = elements(node, field)
    return !changes.some((one) => one.field === field) && was.some((one) => !now.includes(one))
  })
  for (const [field, was] of lost) change(field, gone, values(field, was, elements(node, field), reading))
  if (lost.length === 0 && changes.length === 0) change(null, gone, {})
  return changes
}

function authorOf(replica: Replica, refs: readonly Ref[]): Pick<HumanChange, 'by' | 'name' | 'at'> {
  const { history } = replica
  const last = refs.reduce((one, other) => (history.compare(one, other) > 0 ? one : other))
  const { actor } = replica.byOf(last)
  return { by: actor, name: nameOfActor(replica, actor), at: new Date(history.msOf(last)).toISOString() }
}

function values(field: string, was: unknown, now: unknown, reading: LastReading | null): Pick<HumanChange, 'was' | 'now'> {
  const said = (name: 'was' | 'now', value: unknown): Pick<HumanChange, 'was' | 'now'> => {
    const told = TIMES.has(field) && typeof value === 'number' ? new Date(value).toISOString() : (value ?? null)
    return JSON.stringify(told).length <= LOCAL.fenceValueChars ? { [name]: told } : {}
  }
  return { ...(reading && said('was', was)), ...said('now', now) }
}

const TIMES: ReadonlySet<string> = new Set(['due', 'notBefore'])

/** What the unseen changes did to the text: lines that are told by whom are theirs, the others stand around them. */
function textDiff({ history }: Replica, node: WorkNode, field: string, isUnseen: ReadonlySet<Ref>): string {
  const edits = node.texts[field] ?? []
  const textWith = (some: typeof edits): string => {
    const doc = projectText({ ...node, texts: { [field]: some } }, field, history)
    const text = doc.getText(textName(node.id, field)).toString()
    doc.destroy()
    return text
  }
  const before = textWith(edits.filter(({ ref }) => !isUnseen.has(ref)))
  const patch = structuredPatch('', '', before, textWith(edits), '', '', { context: 1, timeout: DIFF_MS })
  const lines = (patch?.hunks ?? []).flatMap(({ oldStart, newStart, lines: some }) => [
    `@@ -${oldStart} +${newStart} @@`,
    ...some.filter((line) => !line.startsWith('\\')),
  ])
  let length = 0
  const fitting = lines.findIndex((line) => (length += line.length + 1) > LOCAL.fenceDiffChars)
  if (patch === undefined || fitting === 0) return 'Much of it is otherwise: read it again.'
  return fitting < 0
    ? lines.join('\n')
    : [...lines.slice(0, fitting), `… and ${lines.length - fitting} lines more: read it again.`].join('\n')
}

/** Texts that have little in common take long to compare. */
const DIFF_MS = 100

function refsIn(versions: Versions): readonly Ref[] {
  return versions.filter((_: Value | Ref, i) => i % 2 === 1) as readonly Ref[]
}

function sorted<T>(record: Readonly<Record<string, T>>): readonly [string, T][] {
  return Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1))
}
