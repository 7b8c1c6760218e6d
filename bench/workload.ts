/**
 * Workload W: 10,000 tasks, then 90,000 updates by 6 authors, 100 changes a batch, in bursts.
 *
 * Made through real replicas, one for each author, by a seed: in each round all six write a burst that has not seen the others',
 * then they exchange. What comes out is the log as wires, in an order in which ancestors come first, and the same history as
 * plain writes (`steps`), for whoever builds the same state by other means.
 */

import { seededBytes, seededRandom } from '../src/base/random.ts'
import type { Bytes } from '../src/base/bytes.ts'
import type { Value } from '../src/core/batch.ts'
import type { NodeId } from '../src/core/ids.ts'
import { type TestClock, founded, joined } from '../src/replica/cluster.fixture.ts'
import type { Replica } from '../src/replica/replica.ts'
import type { Transaction } from '../src/replica/transaction.ts'

export interface WorkloadSize {
  readonly tasks: number
  readonly updates: number
  readonly authors: number
  /** Changes that share a batch. */
  readonly together: number
  /** Batches that one author writes before the authors exchange. */
  readonly burst: number
}

/** What one change says, without who and when. */
export interface Step {
  readonly author: number
  readonly task: number
  /** Field and value; of an element of a set its presence. */
  readonly writes: readonly (readonly [field: string, value: Value])[]
}

export interface Workload {
  readonly size: WorkloadSize
  readonly workspace: Bytes
  /** The 32 bytes of the owner's key: who has them writes as the owner. */
  readonly ownerSeed: Bytes
  readonly wires: readonly Bytes[]
  readonly changes: number
  readonly steps: readonly Step[]
  /** Spent in `transact` alone: the fold and the views. */
  readonly transactMs: number
  /** Spent until all was signed and in the (in-memory) store as well. */
  readonly savedMs: number
}

const SEED = 20_261_122
const STATUSES = ['backlog', 'ready', 'in_progress', 'blocked', 'in_review', 'done'] as const
const LABELS = ['bug', 'ui', 'sync', 'store', 'docs', 'urgent', 'later', 'api'] as const
const WORDS = 'the board moves when peers agree on what was said first and nobody waits for a server to answer'.split(' ')

export async function buildWorkload(size: WorkloadSize, say: (line: string) => void): Promise<Workload> {
  const random = seededRandom(SEED)
  const clock: TestClock = { ms: Date.UTC(2026, 0, 1) }
  const { owner } = await founded(SEED, clock)
  const authors = [owner]
  while (authors.length < size.authors) authors.push((await joined(owner, SEED + authors.length, clock)).member)
  const log = await collectLog(authors)
  const steps: Step[] = []
  const timing = { transactMs: 0, savedMs: 0 }
  const tasks: NodeId[] = []

  for (let made = 0; made < size.tasks; made += size.together) {
    const fresh = Array.from({ length: Math.min(size.together, size.tasks - made) }, (_, i) => newTask(made + i, random))
    steps.push(...fresh)
    await write(owner, clock, timing, (tx) => {
      for (const { task, writes } of fresh) tasks.push(tx.create({ type: 'task', number: task + 1, fields: writes }))
    })
  }
  await log.exchange()
  say(`W: ${size.tasks} tasks`)

  const perRound = size.authors * size.burst * size.together
  for (let done = 0; done < size.updates;) {
    for (const [author, replica] of authors.entries()) {
      for (let batch = 0; batch < size.burst && done < size.updates; batch++) {
        const count = Math.min(size.together, size.updates - done)
        const planned = Array.from({ length: count }, () => plannedUpdate(author, size.tasks, random))
        await write(replica, clock, timing, (tx) => {
          for (const update of planned) writeUpdate(tx, tasks[update.task] as NodeId, update)
        })
        steps.push(...planned.map(stepOf))
        done += count
      }
    }
    await log.exchange()
    if (done % (perRound * 10) < perRound) say(`W: ${done} of ${size.updates} updates`)
  }

  const changes = owner.changes
  await Promise.all(authors.map((author) => author.close()))
  return { size, workspace: owner.workspace, ownerSeed: ownerSeed(), wires: log.wires, changes, steps, ...timing }
}

/** The fixture takes the owner's key from the first bytes of its seed. */
export function ownerSeed(): Bytes {
  return seededBytes(seededRandom(SEED))(32)
}

async function write(
  replica: Replica,
  clock: TestClock,
  timing: { transactMs: number; savedMs: number },
  change: (tx: Transaction) => void,
): Promise<void> {
  clock.ms += 250
  const startedAt = performance.now()
  replica.transact('Burst', change)
  timing.transactMs += performance.now() - startedAt
  await replica.saved()
  timing.savedMs += performance.now() - startedAt
}

/** Gathers what each author makes durable, and gives it to the others. */
async function collectLog(authors: readonly Replica[]): Promise<{ readonly wires: Bytes[]; exchange(): Promise<void> }> {
  const wires: Bytes[] = []
  const fresh = authors.map((): number[] => [])
  authors.forEach((author, i) => author.onDurable((ordinals) => fresh[i]?.push(...ordinals)))
  for await (const page of (authors[0] as Replica).exportLog()) wires.push(...page)
  // The members know each other only through the owner, and the last to join knows most.
  for (const author of authors) await author.receive(wires, 'bench')
  for (const ordinals of fresh) ordinals.length = 0
  return {
    wires,
    async exchange() {
      const own: Bytes[] = []
      for (const [i, author] of authors.entries()) {
        const mine = (fresh[i] ?? []).filter((ordinal) => author.history.feedOf(ordinal).startsWith(author.actor))
        for await (const page of author.wires(mine)) own.push(...page.map(({ wire }) => wire))
      }
      for (const author of authors) await author.receive(own, 'bench')
      for (const ordinals of fresh) ordinals.length = 0
      wires.push(...own)
    },
  }
}

function newTask(task: number, random: () => number): Step {
  const writes: [string, Value][] = [
    ['title', titleOf(random)],
    ['status', pick(STATUSES, random)],
    ['priority', Math.floor(random() * 5)],
    ['order', orderOf(random)],
  ]
  return { author: 0, task, writes }
}

/** A field and its value; or an element that goes into a set, or out of it where it is there. */
interface Update {
  readonly author: number
  readonly task: number
  readonly field: string
  readonly value: Value
  readonly isElement: boolean
  /** Set once it is written. */
  wasThere: boolean
}

function plannedUpdate(author: number, tasks: number, random: () => number): Update {
  const task = Math.floor(random() * tasks)
  const what = random()
  const update = (field: string, value: Value, isElement = false): Update => ({
    author,
    task,
    field,
    value,
    isElement,
    wasThere: false,
  })
  if (what < 0.35) return update('status', pick(STATUSES, random))
  if (what < 0.55) return update('order', orderOf(random))
  if (what < 0.65) return update('priority', Math.floor(random() * 5))
  if (what < 0.75) return update('title', titleOf(random))
  return what < 0.95
    ? update('labels', pick(LABELS, random), true)
    : update('assignees', `actor-${Math.floor(random() * 6)}`, true)
}

/** One change, always: a register that holds the value already is written all the same. */
function writeUpdate(tx: Transaction, node: NodeId, update: Update): void {
  const { field, value, isElement } = update
  if (!isElement) return tx.write({ op: 'set', node, field, value })
  const element = value as string
  const tags = tx.node(node)?.sets[field]?.[element]
  if (tags) tx.write({ op: 'remove', node, field, element, tags })
  else tx.write({ op: 'add', node, field, element })
  update.wasThere = tags !== undefined
}

function stepOf({ author, task, field, value, isElement, wasThere }: Update): Step {
  return { author, task, writes: [isElement ? [`${field}/${String(value)}`, !wasThere] : [field, value]] }
}

function titleOf(random: () => number): string {
  return Array.from({ length: 4 + Math.floor(random() * 5) }, () => pick(WORDS, random)).join(' ')
}

function orderOf(random: () => number): string {
  // A well-formed fractional index does not end in its zero.
  return `a${Math.floor(random() * 36 ** 4)
    .toString(36)
    .padStart(4, '0')}V`
}

function pick<T>(from: readonly T[], random: () => number): T {
  return from[Math.floor(random() * from.length)] as T
}
