/**
 * Insights: what the log says about how the work goes. Who conflicts over what, which size of task gets done, who works how.
 *
 * Each node's share is a pure function of its changes that count, and the whole is the sum of the shares. So a change costs the
 * history of its node, whether it comes in its time or late, and the order in which anything came makes no difference.
 */

import type { Value } from '../core/batch.ts'
import type { Edit } from '../core/change.ts'
import { isSilent, sameValue } from '../core/conflicts.ts'
import { type Versions, writeRegister } from '../core/crdt/register.ts'
import type { Status } from '../core/fields.ts'
import type { History, Ref } from '../core/history.ts'
import type { ActorKey, NodeId, NodeType } from '../core/ids.ts'

/** What matters of an edit. */
export interface Said {
  readonly ref: Ref
  readonly actor: ActorKey
  /** What the node is, where this creates it. */
  readonly creates: NodeType | null
  readonly writes: readonly (readonly [field: string, value: Value])[]
}

export function saidBy(edit: Edit, ref: Ref, actor: ActorKey): Said {
  if (edit.op === 'create') return { ref, actor, creates: edit.facts.type, writes: edit.fields }
  return { ref, actor, creates: null, writes: edit.op === 'set' ? [[edit.field, edit.value]] : [] }
}

/** How a task went, by what people wrote of it; what its runs make of that is told by `insights-runs.ts`. */
export interface TaskStory {
  readonly id: NodeId
  readonly createdAt: number
  readonly edits: number
  readonly parent: NodeId | null
  readonly status: Status
  /** When it came to be as it is: done, cancelled, or whatever else. */
  readonly statusAt: number
  readonly statusBy: ActorKey
  /** When somebody first began it; where nobody said so, when it was first ready. */
  readonly begunAt: number | null
  readonly isDeleted: boolean
}

export interface Tally {
  edits: number
  conflicts: number
}

interface Share {
  readonly edits: readonly { readonly minute: number; readonly actor: ActorKey }[]
  readonly writes: readonly {
    readonly field: string
    readonly minute: number
    readonly actor: ActorKey
    /** Who had said something else that this one had not seen: more than nobody is a conflict. */
    readonly against: readonly ActorKey[]
  }[]
  readonly task: TaskStory | null
}

const NO_SHARE: Share = { edits: [], writes: [], task: null }
const MINUTE = 60_000

export class Insights {
  readonly #history: History
  readonly #counts: (ref: Ref) => boolean
  readonly #said = new Map<NodeId, Said[]>()
  readonly #shares = new Map<NodeId, Share>()
  readonly #stale = new Set<NodeId>()
  /** By minute since 1970, by field, by author. */
  readonly byMinute = new Map<number, Tally>()
  readonly byField = new Map<string, Tally>()
  readonly byActor = new Map<ActorKey, Tally>()
  /** Conflicts between two: both keys, the smaller first. */
  readonly byPair = new Map<string, number>()
  readonly tasks = new Map<NodeId, TaskStory>()

  /** `counts`: by the verdicts of now. */
  constructor(history: History, counts: (ref: Ref) => boolean) {
    this.#history = history
    this.#counts = counts
  }

  /** Takes in an edit, counting or not. It shows once it is settled. */
  note(node: NodeId, said: Said): void {
    const known = this.#said.get(node)
    if (known) known.push(said)
    else this.#said.set(node, [said])
    this.#stale.add(node)
  }

  /** Verdicts are other ones. */
  turn(): void {
    for (const node of this.#said.keys()) this.#stale.add(node)
  }

  get unsettled(): number {
    return this.#stale.size
  }

  /** Brings up to date one node of those that have changed; answers whether there was one. */
  settleOne(): boolean {
    for (const node of this.#stale) {
      this.#stale.delete(node)
      this.#add(this.#shares.get(node) ?? NO_SHARE, -1)
      const share = this.#shareOf(node)
      this.#shares.set(node, share)
      this.#add(share, 1)
      if (share.task) this.tasks.set(node, share.task)
      else this.tasks.delete(node)
      return true
    }
    return false
  }

  #add({ edits, writes }: Share, sign: 1 | -1): void {
    for (const { minute, actor } of edits) {
      bump(this.byMinute, minute, 'edits', sign)
      bump(this.byActor, actor, 'edits', sign)
    }
    for (const { field, minute, actor, against } of writes) {
      bump(this.byField, field, 'edits', sign)
      if (against.length === 0) continue
      bump(this.byField, field, 'conflicts', sign)
      bump(this.byMinute, minute, 'conflicts', sign)
      bump(this.byActor, actor, 'conflicts', sign)
      for (const other of against) {
        const pair = actor < other ? `${actor} ${other}` : `${other} ${actor}`
        const left = (this.byPair.get(pair) ?? 0) + sign
        if (left === 0) this.byPair.delete(pair)
        else this.byPair.set(pair, left)
      }
    }
  }

  #shareOf(node: NodeId): Share {
    const history = this.#history
    const all = (this.#said.get(node) as Said[]).sort((a, b) => history.compare(a.ref, b.ref))
    const said = all.filter(({ ref }) => this.#counts(ref))
    const create = said.find(({ creates }) => creates !== null)
    // Before its create nothing is there to be changed.
    if (!create) return NO_SHARE
    const authors = new Map(said.map(({ ref, actor }) => [ref, actor]))
    const versions = new Map<string, Versions>()
    const writes: Share['writes'][number][] = []
    for (const { ref, actor, writes: fields } of said)
      for (const [field, value] of fields) {
        const before = versions.get(field)
        versions.set(field, writeRegister(history, before, value, ref))
        const rivals = before === undefined || isSilent(field) ? [] : rivalsIn(history, before, value, ref)
        const against = [...new Set(rivals.map((rival) => authors.get(rival) as ActorKey))]
        writes.push({ field: nameOf(field), minute: minuteOf(history, ref), actor, against })
      }
    return {
      edits: said.map(({ ref, actor }) => ({ minute: minuteOf(history, ref), actor })),
      writes,
      task: create.creates === 'task' ? storyOf(node, said, create, history) : null,
    }
  }
}

/** Writes that say something else, and had not been seen. */
function rivalsIn(history: History, versions: Versions, value: Value, ref: Ref): Ref[] {
  const rivals: Ref[] = []
  for (let i = 0; i < versions.length; i += 2) {
    const other = versions[i + 1] as Ref
    if (!history.saw(ref, other) && !sameValue(versions[i] as Value, value)) rivals.push(other)
  }
  return rivals
}

/** In canonical order the last write is the one that stands. */
function storyOf(id: NodeId, said: readonly Said[], create: Said, history: History): TaskStory {
  const last = new Map<string, { readonly value: Value; readonly by: ActorKey; readonly at: number }>()
  const first = new Map<unknown, number>()
  for (const { ref, actor, writes } of said)
    for (const [field, value] of writes) {
      const at = history.msOf(ref)
      last.set(field, { value, by: actor, at })
      if (field === 'status' && !first.has(value)) first.set(value, at)
    }
  const status = last.get('status')
  const parent = last.get('parent')?.value
  const createdAt = history.msOf(create.ref)
  return {
    id,
    createdAt,
    edits: said.length,
    parent: typeof parent === 'string' ? (parent as NodeId) : null,
    status: (status?.value ?? 'backlog') as Status,
    statusAt: status?.at ?? createdAt,
    statusBy: status?.by ?? create.actor,
    begunAt: first.get('in_progress') ?? first.get('ready') ?? null,
    isDeleted: last.get('deleted')?.value === true,
  }
}

/** All parts of all checks are one field. */
function nameOf(field: string): string {
  return field.startsWith('checks/') ? 'checks' : field
}

function minuteOf(history: History, ref: Ref): number {
  return Math.floor(history.msOf(ref) / MINUTE)
}

function bump<K>(tallies: Map<K, Tally>, key: K, what: keyof Tally, by: number): void {
  const tally = tallies.get(key) ?? { edits: 0, conflicts: 0 }
  tally[what] += by
  if (tally.edits === 0 && tally.conflicts === 0) tallies.delete(key)
  else tallies.set(key, tally)
}
