/** What it costs that every change is judged, and judged again when somebody is removed. Needs no browser. */

import type { Edit } from '../src/core/change.ts'
import type { Invalid } from '../src/core/capability-registry.ts'
import type { Author } from '../src/core/fold.ts'
import type { Ref } from '../src/core/history.ts'
import type { NodeId } from '../src/core/ids.ts'
import type { Verdict } from '../src/log/verifier.ts'
import { exchange, founded, joined } from '../src/replica/cluster.fixture.ts'
import { frontierAt, revoke, undoCut } from '../src/replica/membership.ts'
import { State } from '../src/replica/state.ts'
import type { Figure } from './table.ts'
import type { Workload } from './workload.ts'

type Say = (line: string) => void

/** Folds whatever is admitted, as a client would that trusts everybody. */
class Trusting extends State {
  readonly #changed = new Set<NodeId>()

  override applyEdit(edit: Edit, _cited: string, author: Author, ref: Ref): Invalid | null {
    const known = edit.op === 'create' ? null : this.fold.nodeAt(edit.node, ref)
    const node = edit.op !== 'create' || this.fold.isTrue(edit, author) ? this.fold.apply(edit, author, ref, known) : null
    if (node) {
      this.#changed.add(node.id)
      this.changes++
    }
    return null
  }
}

const ROUNDS = 5

export async function authorityFigures(
  { workspace, changes }: Workload,
  verdicts: readonly Verdict[],
  sizes: { readonly history: readonly [number, number]; readonly cut: number },
  say: Say,
): Promise<Figure[]> {
  const times = { judged: [] as number[], trusted: [] as number[] }
  for (let round = 0; round < ROUNDS; round++) {
    times.trusted.push(fold(new Trusting(workspace, () => Infinity), verdicts, changes))
    times.judged.push(fold(new State(workspace, () => Infinity), verdicts, changes))
  }
  const [judged, trusted] = [Math.min(...times.judged), Math.min(...times.trusted)]
  say(`Node: ${changes} changes folded in ${judged.toFixed(0)} ms with verdicts, ${trusted.toFixed(0)} ms without`)
  const [small, large] = [await cutting(sizes.history[0], sizes.cut), await cutting(sizes.history[1], sizes.cut)]
  const more = await cutting(sizes.history[1], sizes.cut * 4)
  const count = (n: number): string => n.toLocaleString('en')
  say(`Node: ${count(sizes.cut)} of ${count(sizes.history[1])} changes cut in ${large.toFixed(1)} ms`)
  return [
    {
      name: `${count(changes)} changes admitted, judged and folded`,
      value: judged,
      unit: 'ms',
      raw: { value: trusted, what: 'the same without verdicts' },
      aim: { of: 'ratio', limit: 1.1 },
    },
    {
      name: `a revocation cuts ${count(sizes.cut)} of ${count(sizes.history[1])} changes`,
      value: large,
      unit: 'ms',
      raw: { value: small, what: `${count(sizes.cut)} of ${count(sizes.history[0])}` },
      aim: { of: 'ratio', limit: 1.5 },
    },
    {
      name: `a revocation cuts ${count(sizes.cut * 4)} of ${count(sizes.history[1])} changes`,
      value: more,
      unit: 'ms',
      raw: { value: large * 4, what: `4 × one of ${count(sizes.cut)}` },
      aim: { of: 'ratio', limit: 1.5 },
    },
  ]
}

function fold(state: State, verdicts: readonly Verdict[], changes: number): number {
  const startedAt = performance.now()
  for (const verdict of verdicts) if (verdict.ok) state.offer(verdict.batch, 'bench', () => {})
  const ms = performance.now() - startedAt
  if (state.changes !== changes) throw new Error(`only ${state.changes} changes of W counted`)
  return ms
}

/** Milliseconds until all nodes are as they should be, after the work of an agent on so many tasks is cut out of a history. */
async function cutting(history: number, cut: number): Promise<number> {
  const { owner, clock } = await founded(21)
  const { member: agent } = await joined(owner, 22, clock)
  const tasks = owner.transact(null, (tx) =>
    Array.from({ length: history / 10 }, (_, i) => tx.create({ type: 'task', number: i + 1, fields: [['title', `Task ${i}`]] })),
  )
  for (let round = 0; round < 9; round++) {
    clock.ms += 1000
    owner.transact(null, (tx) => {
      for (const task of tasks) tx.set(task, 'priority', round % 5)
    })
    await owner.saved()
  }
  await exchange(owner, agent)
  const before = clock.ms
  clock.ms += 60_000
  agent.transact(null, (tx) => {
    for (let i = 0; i < cut; i++) {
      const task = tasks[i % tasks.length]
      if (task) tx.set(task, 'title', `Wrong ${i}`)
    }
  })
  await exchange(agent, owner)
  const [held] = owner.authority.registry.heldBy(agent.actor)
  const frontier = frontierAt(owner, before)
  const times: number[] = []
  for (let round = 0; round < 3; round++) {
    const startedAt = performance.now()
    const revoked = revoke(owner, held?.id as string, { frontier })
    if (!revoked.ok) throw new Error(revoked.refusal.detail)
    await owner.settled()
    times.push(performance.now() - startedAt)
    if (owner.quarantine.size !== cut) throw new Error(`${owner.quarantine.size} changes were cut, not ${cut}`)
    undoCut(owner, revoked.value)
    await owner.settled()
    await owner.saved()
  }
  return Math.min(...times)
}
