/**
 * Conflicts: writes to one register that had not seen each other and do not say the same.
 *
 * Two people who both set "done" agree; a card dragged to two places is not a disagreement about anything a person said.
 */

import type { Value } from './batch.ts'
import type { WorkNode } from './fold.ts'
import type { Ref } from './history.ts'

export interface ConflictVersion {
  readonly value: Value
  readonly ref: Ref
}

export interface Conflict {
  readonly field: string
  /** Winner first; each value once. */
  readonly versions: readonly ConflictVersion[]
}

const SILENT = new Set(['order'])

export function conflictsOf(node: WorkNode): Conflict[] {
  const conflicts: Conflict[] = []
  // Not in the order in which fields were first written here: replicas show them alike.
  for (const field of Object.keys(node.registers).toSorted()) {
    const flat = node.registers[field] as readonly (Value | Ref)[]
    if (flat.length === 2 || isSilent(field)) continue
    const versions: ConflictVersion[] = []
    for (let i = 0; i < flat.length; i += 2) {
      const value = flat[i] as Value
      if (!versions.some((other) => sameValue(other.value, value))) versions.push({ value, ref: flat[i + 1] as Ref })
    }
    if (versions.length > 1) conflicts.push({ field, versions })
  }
  return conflicts
}

/** Whether writes to this field say nothing that people could disagree about. */
export function isSilent(field: string): boolean {
  return SILENT.has(field) || field.endsWith('/order')
}

export function sameValue(a: Value, b: Value): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b))
}
