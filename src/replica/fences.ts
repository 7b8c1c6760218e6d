/**
 * The fences of a replica: which changes do not show because their run lost (`core/fence.ts`), kept in step with the tasks.
 *
 * What is fenced: what an agent writes on the task of its run, and, in any run, on documents. Records of work are not, so that who
 * holds a task depends on no fence; nor are runs, comments and new tasks, which take the place of nothing. When the fences of a run
 * turn, the changes that its agent made since it claimed are looked at again: that costs what was written since, whatever the log,
 * and is done once for all that turned since somebody last asked (`settle`), however many records that were.
 */

import { firstIndex } from '../base/first-index.ts'
import { AgentFences } from '../core/agent-fences.ts'
import type { CapabilityRegistry } from '../core/capability-registry.ts'
import { type ChangeIndex, MOVES, NO_SLOT } from '../core/change-index.ts'
import { RIGHT_NUMBERS } from '../core/change.ts'
import { type Fence, fencesOf, isFenced, isSameFence } from '../core/fence.ts'
import type { Fold, WorkNode } from '../core/fold.ts'
import type { History, Ref } from '../core/history.ts'
import type { ActorKey, NodeId } from '../core/ids.ts'
import { Rivals } from '../core/rivals.ts'
import { FIRST_AGENT_RANK } from '../core/roles.ts'
import { newWork } from '../core/work.ts'

interface Known {
  readonly history: History
  readonly index: ChangeIndex
  readonly fold: Fold
  readonly registry: CapabilityRegistry
}

/** What a change is about, as far as fences ask. */
type About = Pick<WorkNode, 'id' | 'type'>

/** Of one task. */
interface TaskFences {
  fences: ReadonlyMap<NodeId, Fence>
  readonly rivals: Rivals
}

/** One that binds otherwise than before. */
interface Turned {
  readonly before: Fence | null
  readonly now: Fence | null
}

export class Fences {
  readonly #known: Known
  readonly #fenced = new Set<Ref>()
  readonly #byTask = new Map<NodeId, TaskFences>()
  readonly #byActor = new Map<ActorKey, AgentFences>()
  /** Whose changes are to be looked at again, from which batch on. */
  readonly #due = new Map<ActorKey, number>()

  constructor(known: Known) {
    this.#known = known
  }

  /** Changes that do not show, as of the last `settle`. */
  get fenced(): ReadonlySet<Ref> {
    return this.#fenced
  }

  /** Takes back what a snapshot kept; the nodes are there already. */
  restore(fenced: Iterable<Ref>): void {
    for (const ref of fenced) this.#fenced.add(ref)
    for (const node of [...this.#known.fold.nodes.values(), ...this.#known.fold.hidden.values()]) if (node.work) this.#note(node)
  }

  /** Judges a change that came in, before it is folded; answers whether it shows. */
  admit(about: About, isCreate: boolean, actor: ActorKey, rank: number, ref: Ref): boolean {
    if (rank < FIRST_AGENT_RANK || (isCreate && about.type === 'task') || !this.#isFenced(about, actor, ref)) return true
    this.#fenced.add(ref)
    return false
  }

  /** Whether what this agent writes now, on everything that is here, would not show. */
  binds({ id, type }: About, actor: ActorKey): boolean {
    const { history } = this.#known
    const saw = (later: Ref, earlier: Ref): boolean => later === NOW || history.saw(later, earlier)
    const fences = type === 'document' ? (this.#byActor.get(actor)?.all ?? []) : this.#onTask(id, type, actor)
    return isFenced(fences, NOW, { saw })
  }

  /** Looks at the work of a task that was folded, and notes whose changes may show now and did not, or the other way round. */
  follow(task: WorkNode): void {
    for (const { before, now } of this.#note(task)) {
      // One that lets all through binds nothing until it turns.
      if (before === null && now?.shows === 'all' && now.ends.length === 0) continue
      // From the first of either: a claim that counts no more bound what came after it.
      if (now !== null) this.#turn(now)
      if (before !== null) this.#turn(before)
    }
  }

  /** Judges what is due; answers the changes that turned. */
  settle(): readonly { readonly ref: Ref; readonly slot: number }[] {
    if (this.#due.size === 0) return []
    const due = [...this.#due]
    this.#due.clear()
    return due.flatMap(([actor, ordinal]) => this.#judgeSince(actor, ordinal))
  }

  #turn({ by, claims }: Fence): void {
    const from = Math.floor(Math.min(...claims) / 256)
    this.#due.set(by, Math.min(this.#due.get(by) ?? from, from))
  }

  /** Takes down the fences of the task as they are now; answers those that turned. */
  #note({ id, work }: WorkNode): readonly Turned[] {
    const known = this.#byTask.get(id)
    if (!known && !work) return []
    const { fences: old, rivals } = known ?? { fences: new Map<NodeId, Fence>(), rivals: new Rivals() }
    const here = work ?? newWork()
    rivals.follow(here, this.#known.history)
    const fences = new Map(
      fencesOf(here, this.#known.history, (run) => rivals.of(run)).map((fence) => {
        const before = old.get(fence.run)
        return [fence.run, before && isSameFence(before, fence) ? before : fence]
      }),
    )
    this.#byTask.set(id, { fences, rivals })
    const turned: Turned[] = []
    for (const [run, now] of fences) if (old.get(run) !== now) turned.push({ before: old.get(run) ?? null, now })
    for (const [run, before] of old) if (!fences.has(run)) turned.push({ before, now: null })
    for (const { before, now } of turned) this.#ofAgent(((now ?? before) as Fence).by).turn(before, now)
    return turned
  }

  #ofAgent(actor: ActorKey): AgentFences {
    let fences = this.#byActor.get(actor)
    if (!fences) this.#byActor.set(actor, (fences = new AgentFences()))
    return fences
  }

  /** What an agent wrote since, under any of its capabilities. A batch comes after those in its past, so no other can be bound. */
  #judgeSince(actor: ActorKey, ordinal: number): { ref: Ref; slot: number }[] {
    const { registry, index, fold } = this.#known
    const turned: { ref: Ref; slot: number }[] = []
    for (const capability of registry.heldBy(actor)) {
      if (capability.rank < FIRST_AGENT_RANK) continue
      for (const use of capability.uses.slice(firstIndex(capability.uses, (one) => one >= ordinal))) {
        index.eachCiting(use, capability.number, (ref, slot) => {
          if (slot === NO_SLOT) return
          const about = fold.inSlot(slot)
          const right = (index.at(ref)?.right ?? 0) & ~MOVES
          if (!(right in RIGHTS_OF_TREE) || (about.type === 'task' && right === RIGHT_NUMBERS.create)) return
          const isNow = this.#isFenced(about, actor, ref)
          if (isNow === this.#fenced.has(ref)) return
          if (isNow) this.#fenced.add(ref)
          else this.#fenced.delete(ref)
          turned.push({ ref, slot })
        })
      }
    }
    return turned
  }

  #isFenced({ id, type }: About, actor: ActorKey, ref: Ref): boolean {
    const { history } = this.#known
    if (type === 'document') return this.#byActor.get(actor)?.isFenced(ref, history) ?? false
    return isFenced(this.#onTask(id, type, actor), ref, history)
  }

  /** The fences of the agent around what it writes on a task. */
  #onTask(id: NodeId, type: string, actor: ActorKey): readonly Fence[] {
    if (type !== 'task') return []
    return [...(this.#byTask.get(id)?.fences.values() ?? [])].filter(({ by }) => by === actor)
  }
}

/** Stands for a change that has everything in its past. */
const NOW: Ref = Number.POSITIVE_INFINITY

/** Records of work have no right of the tree's in the index. */
const RIGHTS_OF_TREE: Readonly<Record<number, true>> = {
  [RIGHT_NUMBERS.create]: true,
  [RIGHT_NUMBERS.update]: true,
  [RIGHT_NUMBERS.delete]: true,
  [RIGHT_NUMBERS.assign]: true,
}
