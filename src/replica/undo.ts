/**
 * Undo: takes back one's own changes, and only those.
 *
 * Each step holds the inverse of what one transaction did. An inverse applies only while our write is still the one that
 * counts: where somebody wrote later, their word stands and the step says so. Undo is itself new changes, so it merges,
 * is audited, and can be redone.
 */

import { type Edit, isWorkEdit } from '../core/change.ts'
import type { Value } from '../core/batch.ts'
import { own } from '../core/crdt/own.ts'
import { fieldAccepts } from '../core/fields.ts'
import { winner, winnerRef } from '../core/crdt/register.ts'
import type { WorkNode } from '../core/fold.ts'
import type { Ref } from '../core/history.ts'
import type { NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'

export type Inverse =
  | { readonly kind: 'set'; readonly node: NodeId; readonly field: string; readonly value: Value; readonly ours: Ref }
  | { readonly kind: 'remove'; readonly node: NodeId; readonly field: string; readonly element: string; readonly ours: Ref }
  | { readonly kind: 'add'; readonly node: NodeId; readonly field: string; readonly element: string }
  /** Takes back that a run was accepted. */
  | { readonly kind: 'reject'; readonly node: NodeId; readonly run: NodeId; readonly epoch: number }

export interface UndoStep {
  readonly label: string
  readonly inverses: readonly Inverse[]
}

/** What takes back `edit`, which is about to be written at `ref`; null for what undo leaves alone (text has its own). */
export function inverseOf(edit: Edit, node: WorkNode | undefined, ref: Ref): Inverse | null {
  // What else was said of a run stands; another word takes it further.
  if (isWorkEdit(edit)) return edit.op === 'accept' ? { kind: 'reject', node: edit.node, run: edit.run, epoch: edit.epoch } : null
  switch (edit.op) {
    case 'create':
      return { kind: 'set', node: edit.node, field: 'deleted', value: true, ours: ref }
    case 'set':
      return {
        kind: 'set',
        node: edit.node,
        field: edit.field,
        value: shownValue(node, edit.field) ?? blank(edit.field),
        ours: ref,
      }
    case 'add':
      return { kind: 'remove', node: edit.node, field: edit.field, element: edit.element, ours: ref }
    case 'remove':
      return { kind: 'add', node: edit.node, field: edit.field, element: edit.element }
    case 'text':
      return null
  }
}

/**
 * The edits that undo a step now, newest first; what others have written since is left out. A node that others have worked on
 * is theirs too: making it is not taken back.
 */
export function editsOf(
  step: UndoStep,
  nodes: ReadonlyMap<NodeId, WorkNode>,
  isOurs: (ref: Ref) => boolean,
): { readonly edits: readonly Edit[]; readonly skipped: number } {
  const edits: Edit[] = []
  let skipped = 0
  for (const inverse of onePerRegister(step.inverses).toReversed()) {
    const node = nodes.get(inverse.node)
    const isShared = inverse.kind === 'set' && inverse.ours === node?.created && !node.recent.every(isOurs)
    const edit = isShared ? null : editOf(inverse, node)
    if (edit) edits.push(edit)
    else skipped++
  }
  return { edits, skipped }
}

/** A register that a step wrote twice goes back to what it was before the first, if the last is still there. */
function onePerRegister(inverses: readonly Inverse[]): readonly Inverse[] {
  const kept = new Map<string, Inverse>()
  for (const inverse of inverses) {
    const register = inverse.kind === 'set' ? `${inverse.node} ${inverse.field}` : `${kept.size} other`
    const first = kept.get(register)
    const isAgain = first?.kind === 'set' && inverse.kind === 'set'
    kept.set(register, isAgain ? { ...first, ours: inverse.ours } : inverse)
  }
  return [...kept.values()]
}

/** Steps of one session, bounded; the oldest fall off. What is taken back can be done again until something new is done. */
export class UndoHistory {
  #done: UndoStep[] = []
  #undone: UndoStep[] = []

  get nextUndo(): UndoStep | undefined {
    return this.#done.at(-1)
  }

  get nextRedo(): UndoStep | undefined {
    return this.#undone.at(-1)
  }

  /** Notes a step that was done anew. */
  record(step: UndoStep): void {
    if (step.inverses.length === 0) return
    this.#done = bounded([...this.#done, step])
    this.#undone = []
  }

  /**
   * Takes out the step to take back next, or `chosen` if it is still to be taken back; `write` does so and answers what takes that
   * back in turn.
   */
  turn(which: 'undo' | 'redo', write: (step: UndoStep) => readonly Inverse[], chosen?: UndoStep): UndoStep | null {
    const steps = which === 'undo' ? this.#done : this.#undone
    const at = chosen === undefined ? steps.length - 1 : steps.indexOf(chosen)
    const [step] = at < 0 ? [] : steps.splice(at, 1)
    if (!step) return null
    const inverses = write(step)
    const turned = { label: step.label, inverses }
    if (inverses.length === 0) return step
    if (which === 'undo') this.#undone.push(turned)
    else this.#done = bounded([...this.#done, turned])
    return step
  }
}

function bounded(steps: readonly UndoStep[]): UndoStep[] {
  return steps.slice(-LOCAL.undoSteps)
}

/** What people saw: of a status, what the work went through. */
function shownValue(node: WorkNode | undefined, field: string): Value | undefined {
  if (!node) return undefined
  return field === 'status' && node.work?.shown ? node.work.shown : winner(own(node.registers, field))
}

function editOf(inverse: Inverse, node: WorkNode | undefined): Edit | null {
  if (!node) return null
  if (inverse.kind === 'reject') {
    const { run, epoch } = inverse
    return node.work?.accepted === run ? { op: 'reject', node: node.id, run, epoch, why: null, note: null } : null
  }
  const { field } = inverse
  if (inverse.kind === 'add') return { op: 'add', node: node.id, field, element: inverse.element }
  if (inverse.kind === 'remove') {
    const tags = own(own(node.sets, field) ?? {}, inverse.element) ?? []
    return tags.includes(inverse.ours)
      ? { op: 'remove', node: node.id, field, element: inverse.element, tags: [inverse.ours] }
      : null
  }
  const written = winnerRef(own(node.registers, field))
  const stillOurs = written === inverse.ours || (field === 'deleted' && written === undefined)
  // A register that has no blank value, such as a place in a column, cannot go back to never having been written.
  const canBe = stillOurs && fieldAccepts(field, inverse.value)
  return canBe ? { op: 'set', node: node.id, field, value: inverse.value } : null
}

/** What a register that was never written goes back to. */
function blank(field: string): Value {
  if (field === 'deleted' || field === 'paused' || field.endsWith('/done')) return false
  if (field === 'status') return 'backlog'
  if (field === 'priority') return 2
  if (field === 'progress') return 0
  return field === 'title' || field === 'name' || field === 'kind' || field.endsWith('/text') ? '' : null
}
