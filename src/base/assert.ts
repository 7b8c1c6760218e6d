/** Throws when an invariant of ours is broken: always a bug, caught only at the error boundary or a worker's top. */
export function assert(condition: unknown, mustBeTrue: string): asserts condition {
  if (!condition) throw new Error(`Broken invariant: ${mustBeTrue}`)
}
