/** The figures that need no browser: folding, applying, verifying, and how the cost of a change grows with history. */

import { seededBytes, seededRandom } from '../src/base/random.ts'
import { decodeHeader, decodeWire } from '../src/log/batch-codec.ts'
import { signingKeys } from '../src/log/keys.ts'
import { signedBytes } from '../src/log/signing.ts'
import type { Verdict, Verifier } from '../src/log/verifier.ts'
import { inlineVerifier } from '../src/log/verify.ts'
import { founded, portsOf, signerOf } from '../src/replica/cluster.fixture.ts'
import { openReplica } from '../src/replica/replica.ts'
import { memoryDisk } from '../src/store/memory-store.ts'
import { authorityFigures } from './authority.ts'
import { rawVerifier } from './raw-verify.ts'
import type { Figure } from './table.ts'
import type { Step, Workload } from './workload.ts'

type Say = (line: string) => void

export async function pureFigures(
  workload: Workload,
  history: readonly number[],
  cuts: { readonly history: readonly [number, number]; readonly cut: number },
  say: Say,
): Promise<Figure[]> {
  const plainMs = plainWrites(workload.steps)
  const { verifyMs, rawMs, verdicts } = await verifying(workload)
  say(`Node: ${workload.wires.length} batches verified in ${verifyMs.toFixed(0)} ms`)
  const appliedMs = await applying(workload, verdicts)
  say(`Node: ${workload.changes} foreign changes applied in ${appliedMs.toFixed(0)} ms`)
  const rate = (count: number, ms: number): number => (count / ms) * 1000
  const plain = { value: rate(workload.steps.length, plainMs), what: 'the same writes into plain objects' }
  const { changes, wires } = workload
  return [
    {
      name: 'local changes folded, 100 a batch',
      value: rate(changes, workload.transactMs),
      unit: '/s',
      moreIsBetter: true,
      raw: plain,
      aim: { of: 'value', limit: 100_000 },
    },
    {
      name: 'local changes folded, signed and stored (memory), 100 a batch',
      value: rate(changes, workload.savedMs),
      unit: '/s',
      moreIsBetter: true,
      raw: plain,
    },
    { name: 'foreign changes applied, 100 a batch', value: rate(changes, appliedMs), unit: '/s', moreIsBetter: true, raw: plain },
    {
      name: 'batches verified (Node)',
      value: rate(wires.length, verifyMs),
      unit: '/s',
      moreIsBetter: true,
      raw: { value: rate(wires.length, rawMs), what: 'WebCrypto verify alone' },
    },
    ...(await authorityFigures(workload, verdicts, cuts, say)),
    ...(await growing(history, say)),
  ]
}

/** What the same writes cost without signatures, authors, conflicts or order: objects with fields. */
function plainWrites(steps: readonly Step[]): number {
  const times = [0, 1, 2].map(() => {
    const startedAt = performance.now()
    const tasks = new Map<string, Record<string, unknown>>()
    for (const { task, writes } of steps) {
      const name = `task-${task}`
      let fields = tasks.get(name)
      if (!fields) tasks.set(name, (fields = {}))
      for (const [field, value] of writes) fields[field] = value
    }
    return performance.now() - startedAt
  })
  return Math.min(...times)
}

async function verifying({
  wires,
  workspace,
}: Workload): Promise<{ verifyMs: number; rawMs: number; verdicts: readonly Verdict[] }> {
  const verifier = inlineVerifier(workspace)
  const raw = await rawVerifier(
    wires.map((bytes) => {
      const wire = decodeWire(bytes)
      const header = wire.ok && decodeHeader(wire.value.header)
      if (!wire.ok || !header || !header.ok) throw new Error('W cannot be read')
      return { key: header.value.key, signature: wire.value.signature, message: signedBytes(wire.value.header) }
    }),
  )
  let verdicts = await verifier.verify(wires)
  const times = { ours: [] as number[], raw: [] as number[] }
  for (let round = 0; round < 3; round++) {
    times.raw.push(await raw())
    const startedAt = performance.now()
    verdicts = await verifier.verify(wires)
    times.ours.push(performance.now() - startedAt)
  }
  if (verdicts.some(({ ok }) => !ok)) throw new Error('a batch of W was refused')
  return { verifyMs: Math.min(...times.ours), rawMs: Math.min(...times.raw), verdicts }
}

/** All of W into an empty replica whose verifier knows the verdicts already: admission, fold and views. */
async function applying({ workspace, wires, ownerSeed, changes }: Workload, verdicts: readonly Verdict[]): Promise<number> {
  const byWire = new Map(wires.map((wire, i) => [wire, verdicts[i] as Verdict]))
  const knowing: Verifier = { learn() {}, verify: async (asked) => asked.map((wire) => byWire.get(wire) as Verdict), close() {} }
  const signer = signerOf(await signingKeys(ownerSeed))
  const ports = portsOf(signer, memoryDisk(), workspace, { ms: Date.UTC(2026, 6, 1) }, seededBytes(seededRandom(5)))
  const replica = await openReplica(workspace, { ...ports, verifier: knowing, now: () => Date.now() })
  const startedAt = performance.now()
  for (let at = 0; at < wires.length; at += 64) await replica.receive(wires.slice(at, at + 64), 'bench')
  const ms = performance.now() - startedAt
  if (replica.changes !== changes) throw new Error(`only ${replica.changes} changes of W counted`)
  return ms
}

const PROBES = 600
const TASKS = 1000

/** The time of one change, in its own batch until it is stored (in memory), once so many are in the log. */
async function growing(sizes: readonly number[], say: Say): Promise<Figure[]> {
  const clock = { ms: Date.UTC(2026, 0, 1) }
  const { owner } = await founded(11, clock)
  const tasks = owner.transact(null, (tx) =>
    Array.from({ length: TASKS }, (_, i) => tx.create({ type: 'task', number: i + 1, fields: [['title', `Task ${i}`]] })),
  )
  await owner.saved()
  const random = seededRandom(3)
  const edit = (count: number): void => {
    clock.ms += 10
    owner.transact(null, (tx) => {
      for (let i = 0; i < count; i++) {
        const node = tasks[Math.floor(random() * TASKS)]
        if (node) tx.write({ op: 'set', node, field: 'title', value: `Title ${Math.floor(random() * 1e9)}` })
      }
    })
  }
  const medians: number[] = []
  for (const size of sizes) {
    while (owner.changes < size) {
      edit(Math.min(200, size - owner.changes))
      await owner.saved()
    }
    const times: number[] = []
    for (let i = 0; i < PROBES; i++) {
      const startedAt = performance.now()
      edit(1)
      await owner.saved()
      times.push(performance.now() - startedAt)
    }
    medians.push(times.toSorted((a, b) => a - b)[PROBES >> 1] as number)
    say(`Node: one change at ${size} changes of history: ${(medians.at(-1) as number).toFixed(3)} ms`)
  }
  const first = { value: medians[0] as number, what: `at ${(sizes[0] as number).toLocaleString('en')}` }
  return sizes.slice(1).map((size, i) => ({
    name: `one change at ${size.toLocaleString('en')} changes of history`,
    value: medians[i + 1] as number,
    unit: 'ms',
    raw: first,
    aim: { of: 'ratio', limit: 1.3 },
  }))
}
