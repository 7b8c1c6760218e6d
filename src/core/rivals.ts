/**
 * Which runs of a task were at work at one time, kept in step with its records. Whether one of two was over when the other began
 * hangs on when either began and on what ended it; so a record has its own run compared with the others, and not each pair anew:
 * it costs the runs of its task.
 */

import { isApart, startOf } from './fence.ts'
import type { History, Ref } from './history.ts'
import type { NodeId } from './ids.ts'
import { endsOf, type RunWork, type Work } from './work.ts'

interface Known {
  run: RunWork
  /** All that its place beside others hangs on. */
  bounds: readonly Ref[]
  readonly rivals: Set<Known>
}

export class Rivals {
  readonly #known = new Map<NodeId, Known>()

  /** Looks at the task again; runs may be gone, too. */
  follow({ runs }: Work, history: History): void {
    const here = new Set(runs.map(({ id }) => id))
    for (const [id, known] of this.#known) {
      if (here.has(id)) continue
      this.#known.delete(id)
      for (const rival of known.rivals) rival.rivals.delete(known)
    }
    const moved = runs.flatMap((run) => this.#moved(run) ?? [])
    for (const one of moved) for (const other of this.#known.values()) if (other !== one) compare(one, other, history)
  }

  *of({ id }: RunWork): Iterable<RunWork> {
    for (const { run } of this.#known.get(id)?.rivals ?? []) yield run
  }

  /** Takes the run down; answers it where it has other bounds than before. */
  #moved(run: RunWork): Known | null {
    const bounds = [startOf(run).ref, ...endsOf(run.records).map(({ ref }) => ref)]
    const known = this.#known.get(run.id)
    if (!known) {
      const made = { run, bounds, rivals: new Set<Known>() }
      this.#known.set(run.id, made)
      return made
    }
    const isMoved = bounds.length !== known.bounds.length || bounds.some((ref, i) => ref !== known.bounds[i])
    known.run = run
    known.bounds = bounds
    return isMoved ? known : null
  }
}

function compare(one: Known, other: Known, history: History): void {
  if (isApart(one.run, other.run, history)) {
    one.rivals.delete(other)
    other.rivals.delete(one)
  } else {
    one.rivals.add(other)
    other.rivals.add(one)
  }
}
