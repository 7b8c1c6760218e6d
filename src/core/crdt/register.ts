/**
 * Register: the write with the greatest (HLC, change id) wins; what it had not seen stays readable as a conflict.
 *
 * Versions are kept flat, winner first: `[value, ref, value, ref, …]`. Exactly the writes that no other write has in its
 * past are kept, so the versions are a function of the set of writes, whatever order they came in.
 */

import type { Value } from '../batch.ts'
import type { History, Ref } from '../history.ts'

export type Versions = readonly (Value | Ref)[]

/** The versions once `value` is written at `ref`. */
export function writeRegister(history: History, versions: Versions | undefined, value: Value, ref: Ref): Versions {
  if (versions === undefined) return [value, ref]
  const kept: (Value | Ref)[] = []
  let placed = false
  for (let i = 0; i < versions.length; i += 2) {
    const other = versions[i + 1] as Ref
    const newer = history.compare(ref, other) > 0
    if (newer ? history.saw(ref, other) : history.saw(other, ref)) {
      if (newer) continue
      return versions
    }
    if (newer && !placed) {
      kept.push(value, ref)
      placed = true
    }
    kept.push(versions[i] as Value, other)
  }
  if (!placed) kept.push(value, ref)
  return kept
}

export function winner(versions: Versions | undefined): Value | undefined {
  return versions?.[0]
}

export function winnerRef(versions: Versions | undefined): Ref | undefined {
  return versions?.[1] as Ref | undefined
}
