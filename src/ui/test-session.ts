/**
 * An open workspace in memory, for tests of the UI: a real replica with real keys, a store that keeps nothing, no network.
 *
 * `remote` writes as another device of the same person would, and brings the change in as a peer does: verified, admitted.
 */

import type { Bytes } from '../base/bytes.ts'
import { toHex } from '../base/bytes.ts'
import { createEmitter } from '../base/emitter.ts'
import { ok, type Result } from '../base/result.ts'
import { STATUSES } from '../core/fields.ts'
import { generateKeys, keyPairOf } from '../log/keys.ts'
import { emptyKeyring } from '../log/sealing.fixture.ts'
import { sealBatch } from '../log/signing.ts'
import { inlineVerifier } from '../log/verify.ts'
import { type InputOf, type OperationName, type OutputOf, run } from '../operations/table.ts'
import { openReplica, type Replica } from '../replica/replica.ts'
import { createGenesis, nameWorkspace } from '../replica/workspace.ts'
import type { Signer } from '../replica/writer.ts'
import { memoryStore } from '../store/memory-store.ts'
import type { ChosenServers, Home, HostedAgent, InviteRequest, Observable, PeerRow, Session, SyncState } from './session.ts'

export interface Settable<T> extends Observable<T> {
  set(value: T): void
}

export interface TestSession extends Session {
  readonly sync: Settable<SyncState>
  readonly people: Settable<readonly PeerRow[]>
  /** The invites that were asked for. */
  readonly invited: InviteRequest[]
  /** The link that the next invite answers; null is one that says its kind. */
  readonly nextLink: Settable<string | null>
  /** The passphrases that accounts were saved under. */
  readonly saved: string[]
  /** Runs `edit` on another replica of this workspace, then brings its log here. */
  remote(edit: (replica: Replica) => void): Promise<void>
}

/** A value that a test sets. */
export function settable<T>(first: T): Settable<T> {
  const changed = createEmitter<void>()
  let value = first
  return {
    get: () => value,
    set(next) {
      value = next
      changed.emit()
    },
    subscribe: (listener) => changed.on(listener),
  }
}

/** A workspace with `tasks` varied sample tasks. */
export async function createTestSession(tasks = 0, name = 'Apollo'): Promise<TestSession> {
  const pair = await keyPairOf((await generateKeys()).signing)
  const signer: Signer = { key: pair.key, sign: (draft) => sealBatch(draft, pair) }
  const genesis = await createGenesis(signer, null, Date.now(), random)
  const replica = await openHere(genesis.id, signer, [genesis.wire])
  nameWorkspace(replica, name)
  addSamples(replica, tasks)
  await replica.saved()

  const sync = settable<SyncState>({ save: replica.saveState, peers: 2, unshared: 0, offline: false, detail: '' })
  replica.onSaveState((save) => sync.set({ ...sync.get(), save }))
  const self: PeerRow = { name: 'Ada Byron', color: '#5b5bd6', actor: replica.actor, task: null, self: true }
  const people = settable<readonly PeerRow[]>([
    self,
    { name: 'Grace Hopper', color: '#0a7d5a', actor: `01${'b'.repeat(64)}`, task: null, self: false },
  ])

  const invited: InviteRequest[] = []
  const nextLink = settable<string | null>(null)
  const saved: string[] = []
  const hosted = settable<readonly HostedAgent[]>([])
  const setHosted = (actor: string, state: HostedAgent['state']): void =>
    hosted.set(hosted.get().map((agent) => (agent.actor === actor ? { ...agent, state } : agent)))
  let servers: ChosenServers = { signalling: null, iceServers: null }

  return {
    replica,
    workspaceId: toHex(genesis.id),
    sync,
    links: settable({ peers: [], closed: [] }),
    people,
    awareness: settable(null),
    lookAt(task) {
      people.set(people.get().map((row) => (row.self ? { ...row, task } : row)))
    },
    beat(run, step) {
      people.set(people.get().map((row) => (row.self ? { ...row, run, step, beatAt: performance.now() } : row)))
    },
    heardOf: (actor) => people.get().find((row) => row.actor === actor)?.beatAt ?? null,
    setOffline(offline) {
      sync.set({ ...sync.get(), offline, peers: offline ? 0 : 2 })
    },
    servers: {
      offered: async () => ({ signalling: ['wss://signal.example/signal'], iceServers: [] }),
      chosen: async () => servers,
      choose: async (next) => void (servers = next),
    },
    async setName(chosen, color) {
      people.set(people.get().map((row) => (row.self ? { ...row, name: chosen, color } : row)))
    },
    invited,
    nextLink,
    saved,
    async invite(request) {
      invited.push(request)
      return ok(nextLink.get() ?? `https://worknode.example/#join=${request.kind}-invite`)
    },
    hosted: {
      list: hosted,
      async add({ name, model }) {
        const made: HostedAgent = { actor: `01${toHex(random(32))}`, name, model, state: 'running', problem: null }
        hosted.set([...hosted.get(), made])
        return ok(made)
      },
      start: async (actor) => setHosted(actor, 'running'),
      stop: async (actor) => setHosted(actor, 'stopped'),
    },
    ownCode: 'K7QF2-M9DXW',
    async saveAccount(passphrase, onProgress) {
      onProgress('Saving Apollo (1 of 1) …')
      saved.push(passphrase)
      return ok({ file: new Blob(['account']), readOnly: 1 })
    },
    importPlan: async (file) => ok(`1 task created from ${file.name}`),
    run: <N extends OperationName>(operation: N, input: InputOf<N>): Result<OutputOf<N>> => run({ replica }, operation, input),
    async remote(edit) {
      const log: Bytes[] = []
      for await (const page of replica.exportLog()) log.push(...page)
      const other = await openHere(genesis.id, signer, log)
      edit(other)
      const wires: Bytes[] = []
      for await (const page of other.exportLog()) wires.push(...page)
      await replica.receive(wires, 'test')
    },
  }
}

/** A start page whose workspaces a test sets; what it is asked is in `asked`. */
export function createTestHome(): Home & {
  readonly asked: string[]
  readonly workspaces: Settable<ReturnType<Home['workspaces']['get']>>
} {
  const asked: string[] = []
  return {
    asked,
    workspaces: settable<ReturnType<Home['workspaces']['get']>>([]),
    create: async (name) => void asked.push(`create ${name}`),
    watchDemo: async () => void asked.push('watch the demo'),
    open: async (id) => void asked.push(`open ${id}`),
    async join(link, onProgress) {
      asked.push(`join ${link}`)
      onProgress('Looking for a peer …')
      return ok(null)
    },
    async importPlan(file, onProgress) {
      asked.push(`import ${file.name}`)
      onProgress(1, 2)
      return ok('demo')
    },
    async restoreAccount(file, passphrase, onProgress) {
      asked.push(`restore ${file.name} ${passphrase}`)
      onProgress('Opening the file …')
      return ok('1 workspace is here again.')
    },
    pendingLink: null,
  }
}

/** Tasks as a real plan has them: long and short titles, some with everything, some with nothing. */
export function addSamples(replica: Replica, count: number): void {
  const create = (input: InputOf<'create_task'>): OutputOf<'create_task'> => {
    const made = run({ replica }, 'create_task', input)
    if (!made.ok) throw new Error(made.refusal.detail)
    return made.value
  }
  let last: string | null = null
  for (let i = 0; i < count; i++) {
    const made = create({
      title: TITLES[i % TITLES.length] as string,
      status: STATUSES[[0, 0, 1, 2, 5, 1, 4, 0, 2, 3, 5][i % 11] ?? 0] ?? 'backlog',
      priority: [2, 1, 2, 3, 0, 2, 4, 1, 3][i % 9] ?? 2,
      labels: LABELS.filter((_, at) => (i * 7 + at * 3) % 11 < 2),
      assignees: PEOPLE.filter((_, at) => (i + at * 2) % 5 === 0),
      dependencies: last && i % 6 === 2 ? [{ to: last }] : [],
      parent: last && i % 9 === 4 ? last : null,
    })
    if (i % 4 === 1) {
      for (const text of CHECKS) run({ replica }, 'add_check', { id: made.id, text })
      const first = replica.views.task(made.id)?.checks[0]
      if (first) run({ replica }, 'update_check', { id: made.id, check: first.id, done: true })
    }
    if (i % 5 === 3) run({ replica }, 'comment_task', { id: made.id, body: 'Seen on staging as well.' })
    last = made.id
  }
}

const TITLES = [
  'Keep the sidebar open when a link is followed from the palette',
  'Parse ISO weeks',
  'Reconnect loses the last keystroke when the socket drops during a paste, and the cursor jumps to the start of the line',
  'Retry uploads with backoff',
  'Dark mode: chart axes are unreadable',
  'Write the migration guide for 3.0',
  'Import: a quoted newline splits a row in two',
  'Cache the search index between sessions',
  'Rate limit per token, not per address',
  'Explain what “waiting for a peer” means',
  'Fuzz the frame decoder',
  'Upgrade the TLS certificates before they lapse on the first of the month',
]
const LABELS = ['bug', 'frontend', 'sync', 'docs', 'performance', 'good first issue']
const PEOPLE = ['Ada Byron', 'Grace Hopper', 'coder-1', 'reviewer', 'Linus']
const CHECKS = ['A test fails without the fix', 'Works offline', 'Documented']

async function openHere(workspace: Bytes, signer: Signer, log: readonly Bytes[]): Promise<Replica> {
  const store = memoryStore()
  await store.append(log)
  return openReplica(workspace, {
    store,
    verifier: inlineVerifier(workspace),
    signer,
    keyring: emptyKeyring(workspace),
    openFeed: async () => ({ feed: toHex(random(8)), head: null, release: async () => undefined }),
    now: () => Date.now(),
    random,
    yieldToUi: () => new Promise((resolve) => setTimeout(resolve, 0)),
  })
}

function random(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length))
}
