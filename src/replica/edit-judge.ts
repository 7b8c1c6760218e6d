/**
 * What is wrong with an edit, whatever else turns out: the node that it is about is not there, its right is not the one it needs, the
 * scope of its capability does not reach so far, or the work of a run is not its author's to speak of. Whether a verdict is asked of an
 * edit in the log, with what lies in its past, or of one that would be written now, with all that is here, the rules are the same.
 */

import type { Use } from '../core/authority.ts'
import type { Capability, Invalid } from '../core/capability-registry.ts'
import { type Edit, isWorkEdit, parentsNamed, type Right, RIGHTS, rightOf, type WorkEdit } from '../core/change.ts'
import { type Author, type Fold, NOT_CREATED, type WorkNode } from '../core/fold.ts'
import type { History, Ref } from '../core/history.ts'
import type { ActorKey, NodeId } from '../core/ids.ts'
import { FIRST_AGENT_RANK } from '../core/roles.ts'
import { type Facts, isWithin, rightFault, type Scope, timeFault } from '../core/scope.ts'
import { isLease, isOwnWord } from '../core/work.ts'

/** Verdicts that may turn: the change itself is as it should be. */
export const MAY_TURN: ReadonlySet<Invalid> = new Set<Invalid>(['void-grant', 'revoked', 'fenced'])

export interface Judged {
  readonly edit: Edit
  readonly author: Author
  /** The node that it is about, as far as its past knows. */
  readonly known: WorkNode | null
  /** That it needs; null where its node is not there. */
  readonly right: Right | null
  /** The number of the right that a foreign change says it needs. */
  readonly claimed: number | null
  readonly use: Use
  readonly ref: Ref
}

export class EditJudge {
  readonly #history: History
  readonly #fold: Fold
  readonly #void: ReadonlyMap<Ref, Invalid>

  /** `voids`: why changes are not valid, as it is kept up to date. */
  constructor(history: History, fold: Fold, voids: ReadonlyMap<Ref, Invalid>) {
    this.#history = history
    this.#fold = fold
    this.#void = voids
  }

  /** Of an edit in the log; null where nothing is wrong. */
  faultOf({ edit, author, known, right, claimed, use, ref }: Judged): Invalid | null {
    if (right === null) return 'unknown-node'
    if (claimed !== null && RIGHTS[claimed] !== right) return 'wrong-right'
    if (use.fault !== null || use.capability === null) return use.fault
    if (isWorkEdit(edit)) {
      const fault = this.#workFault(edit, use.capability, known, ref)
      if (fault !== null) return fault
    }
    return this.#scopeFault(edit, author.actor, known, right, use.capability.cited, ref)
  }

  /** The right that this author's edit needs; null where its node is not there. */
  rightOf(edit: Edit, actor: ActorKey): Right | null {
    if (edit.op === 'create') return rightOf(edit, edit.facts.type, true)
    const node = this.#fold.nodes.get(edit.node)
    return node ? rightOf(edit, node.type, node.creator === actor) : null
  }

  /** Whether this edit, written now by the holder of the capability, would count. */
  admits(capability: Capability, edit: Edit, ms: number): boolean {
    const actor = capability.audience
    const right = this.rightOf(edit, actor)
    const known = edit.op === 'create' ? null : (this.#fold.nodes.get(edit.node) ?? null)
    if (right === null || timeFault(capability.cited, ms) !== null) return false
    if (isWorkEdit(edit) && this.#workFault(edit, capability, known, null) !== null) return false
    return this.#scopeFault(edit, actor, known, right, capability.cited, null) === null
  }

  /** Whether the scope admits what the edit is about. `ref` null: all that is here lies in its past. */
  #scopeFault(edit: Edit, actor: ActorKey, known: WorkNode | null, right: Right, scope: Scope, ref: Ref | null): Invalid | null {
    const facts: Facts = edit.op === 'create' ? { id: edit.node, ...edit.facts } : (known as WorkNode)
    // What a device says of itself lies in no project and is nobody else's.
    if (facts.type === 'person') return known && known.creator !== actor ? 'not-yours' : rightFault(scope, right, null)
    if (facts.type === 'run' && known && known.creator !== actor) return 'not-yours'
    const outside = rightFault(scope, right, facts)
    if (outside !== null || scope.projects === null) return outside
    const isInside = (parent: NodeId): boolean => {
      const node = ref === null ? this.#fold.nodes.get(parent) : this.#fold.nodeAt(parent, ref)
      return !!node && isWithin(scope, node)
    }
    return parentsNamed(edit).every(isInside) ? null : 'project'
  }

  /**
   * Records are about a task and name a run of it. They say what its agent alone may say, or what its agent may not say; a lease is
   * given to any. What work is worth, and that it may begin, is said by people: an agent could let in another key, and have it say so.
   */
  #workFault(edit: WorkEdit, capability: Capability, task: WorkNode | null, ref: Ref | null): Invalid | null {
    const run = ref === null ? this.#fold.find(edit.run) : this.#fold.nodeAt(edit.run, ref)
    if (!task || !run || !this.#mayCount(run, ref)) return 'unknown-node'
    if (task.type !== 'task' || run.type !== 'run' || run.subject !== task.id) return 'bad-target'
    if (!isLease(edit) && (run.creator === capability.audience) !== isOwnWord(edit)) return 'not-yours'
    const isJudgement = edit.op === 'accept' || edit.op === 'reject' || isLease(edit)
    return isJudgement && capability.rank >= FIRST_AGENT_RANK ? 'not-a-person' : null
  }

  /** Whether a create in this past counts, or may come to count: a run that nobody could ever see is none. */
  #mayCount({ created, createdAgain = [], voidCreates = [] }: WorkNode, ref: Ref | null): boolean {
    return [created, ...createdAgain, ...voidCreates].some((create) => {
      if (create === NOT_CREATED || (ref !== null && !this.#history.saw(ref, create))) return false
      const why = this.#void.get(create)
      return why === undefined || MAY_TURN.has(why)
    })
  }
}
