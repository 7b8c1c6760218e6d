/**
 * What the UI is given: an open workspace. Components read views through hooks and write through operations, so people and
 * agents take one path. The host (`hosts/tab.tsx`) makes the real one.
 */

import { createContext, use } from 'react'
import type { ModelConfig } from '../agents/model-config.ts'
import type { Result } from '../base/result.ts'
import type { InputOf, OperationName, OutputOf } from '../operations/table.ts'
import type { Replica } from '../replica/replica.ts'
import type { SaveState } from '../replica/saving.ts'
import type { ExchangeStatus } from '../sync/exchange.ts'
import type { IceServer } from '../store/profile.ts'
import type { Awareness } from 'y-protocols/awareness'

export interface PeerRow {
  readonly name: string
  readonly color: string
  readonly actor: string
  /** The task this person or agent looks at, or null. */
  readonly task: string | null
  readonly self: boolean
  /** Of an agent that says so: the run it works on, and its step. */
  readonly run?: string | null
  readonly step?: string
  /** When its last sign of life came in, on the monotonic clock of this device. */
  readonly beatAt?: number
}

export interface SyncState {
  readonly save: SaveState
  /** Connected peers whose hello was right. */
  readonly peers: number
  /** Batches that no connected peer has confirmed yet. */
  readonly unshared: number
  readonly offline: boolean
  /** Plain words about the transports, e.g. "signalling unreachable"; '' when all is well. */
  readonly detail: string
}

/** A value that changes, in the shape `useSyncExternalStore` wants. `get` answers the same object until it changes. */
export interface Observable<T> {
  get(): T
  subscribe(listener: () => void): () => void
}

export interface Session {
  readonly replica: Replica
  /** Hex. */
  readonly workspaceId: string
  readonly sync: Observable<SyncState>
  /** Peers that are connected, and the last that were turned away or left, with the reason. */
  readonly links: Observable<ExchangeStatus>
  /** Who is here, oneself included. */
  readonly people: Observable<readonly PeerRow[]>
  /** For the editor's cursors; null until the network is loaded. */
  readonly awareness: Observable<Awareness | null>
  /** Tells peers which task is open here. */
  lookAt(task: string | null): void
  /** Tells peers that this agent is at work: a sign of life, every few seconds. */
  beat(run: string | null, step: string): void
  /** When this key last gave a sign of life, on the clock of `performance.now`, also after it left; null for never. */
  heardOf(actor: string): number | null
  setOffline(offline: boolean): void
  readonly servers: Servers
  setName(name: string, color: string): Promise<void>
  /** Makes a link that lets somebody in. */
  invite(request: InviteRequest): Promise<Result<string>>
  /** What to read to an admin who is to let this person in as one. */
  readonly ownCode: string
  /** The account of this browser as a file behind a passphrase, handed to the browser to keep. */
  saveAccount(passphrase: string, onProgress: (words: string) => void): Promise<Result<SavedAccount>>
  /** Imports a plan into this workspace, upsert only; answers what it did, in words, a line each. */
  importPlan(file: File, onProgress: (done: number, total: number) => void): Promise<Result<string>>
  readonly hosted: HostedAgents
  run<N extends OperationName>(name: N, input: InputOf<N>): Result<OutputOf<N>>
}

/** The agents whose keys this browser keeps: they work as long as a tab with this workspace is open here. */
export interface HostedAgents {
  readonly list: Observable<readonly HostedAgent[]>
  /** Makes its key, grants it what its role may and starts it. */
  add(agent: NewHostedAgent): Promise<Result<HostedAgent>>
  start(actor: string): Promise<void>
  /** It ends what it does now; a run that it holds stays its own until somebody stops that as well. */
  stop(actor: string): Promise<void>
}

export interface HostedAgent {
  readonly actor: string
  readonly name: string
  /** `elsewhere`: another tab of this browser runs it. */
  readonly state: 'starting' | 'running' | 'elsewhere' | 'stopped' | 'failed'
  /** Why it does not run, in words. */
  readonly problem: string | null
  readonly model: ModelConfig
}

export interface NewHostedAgent {
  readonly name: string
  /** One of those in `agents/roles`, or any other word. */
  readonly role: string
  readonly model: ModelConfig
  /** Kept in this browser, encrypted; never in the workspace. Empty where none is needed, or one is kept already. */
  readonly apiKey: string
  /** Milliseconds since 1970. */
  readonly expires: number | null
}

/** Where to find peers: what the host of the page names, and what this browser uses in its place. */
export interface Servers {
  offered(): Promise<OfferedServers>
  chosen(): Promise<ChosenServers>
  /** Counts from the next time the page is opened. */
  choose(servers: ChosenServers): Promise<void>
}

export interface OfferedServers {
  readonly signalling: readonly string[]
  readonly iceServers: readonly IceServer[]
}

/** Null: as the host says. */
export interface ChosenServers {
  readonly signalling: readonly string[] | null
  readonly iceServers: readonly IceServer[] | null
}

export interface InviteRequest {
  /** `device`: another one of one's own. An admin comes in as a viewer, and is let in as admin once codes were compared. */
  readonly kind: 'member' | 'viewer' | 'admin' | 'agent' | 'device'
  /** Of an agent: patterns of the files it may write; none is all. */
  readonly files?: readonly string[]
  /** Until when the link is good, and how long an agent may work; milliseconds since 1970. */
  readonly expires?: number
}

export interface SavedAccount {
  readonly file: Blob
  /** Workspaces in which this person cannot bring in another device: they can be read after restoring, and no more. */
  readonly readOnly: number
}

/** A new version of the app that is ready to be gone over to. */
export interface AppUpdate {
  /** Goes over to it: the page is loaded anew. */
  apply(): void
}

/** What stands before a workspace is open: the start page's side of the host. */
export interface Home {
  readonly workspaces: Observable<readonly { readonly id: string; readonly name: string; readonly openedAt: number }[]>
  create(name: string): Promise<void>
  open(id: string): Promise<void>
  /** `link` is the whole link or its fragment. Progress in words ("Looking for a peer …"). */
  join(link: string, onProgress: (words: string) => void, signal: AbortSignal): Promise<Result<null>>
  /** Makes a workspace named after the file and imports the plan into it. */
  importPlan(file: File, onProgress: (done: number, total: number) => void): Promise<Result<string>>
  /** Becomes one more device of the person whose account was saved in this file; answers what was restored, in words. */
  restoreAccount(file: File, passphrase: string, onProgress: (words: string) => void): Promise<Result<string>>
  /** Makes a workspace in which a team of scripted agents builds a small application, here and now. */
  watchDemo(): Promise<void>
  /** The link this page was opened with, taken out of the address bar before anything else; null if none. */
  readonly pendingLink: string | null
}

export const SessionContext = createContext<Session | null>(null)

export function useSession(): Session {
  const session = use(SessionContext)
  if (!session) throw new Error('Broken invariant: this component is inside an open workspace')
  return session
}
