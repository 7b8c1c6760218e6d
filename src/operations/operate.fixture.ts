/** Operations as tests ask for them: done, or the test fails; and refused, by its code. */

import type { Replica } from '../replica/replica.ts'
import { type InputOf, type OperationName, type OutputOf, run } from './table.ts'

export function done<N extends OperationName>(replica: Replica, name: N, input: InputOf<N>): OutputOf<N> {
  const result = run({ replica }, name, input)
  if (!result.ok) throw new Error(`${name}: ${result.refusal.detail}`)
  return result.value
}

/** The code, or 'done' where nothing was refused. */
export function refusal<N extends OperationName>(replica: Replica, name: N, input: InputOf<N>): string {
  const result = run({ replica }, name, input)
  return result.ok ? 'done' : result.refusal.code
}
