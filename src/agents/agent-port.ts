/**
 * The agent port: all that an agent holds of a workspace. Everything goes under the agent's own key and its capability; the other
 * side judges each call again, so an agent that is fooled, or lies, gets no more than it was granted.
 *
 * The same interface stands before a replica (`replica-port.ts`) and before a stub that leads to one from a Worker (`worker-port.ts`).
 * Calls answer refusals as values. Where the other side is gone they throw `PortClosedError`, at the latest after
 * `LOCAL.callMs`: a call may have been done then, and only `brief` tells.
 *
 * Events are nudges with what was new at that time; what is true is read with `brief`. So who listens first and then reads misses
 * nothing, and may hear of the same thing twice: ids tell.
 */

import type { Refusal, Result } from '../base/result.ts'
import type { ActorKey, NodeId } from '../core/ids.ts'
import type { InputOf, OutputOf } from '../operations/table.ts'
import type { AgentLimits } from '../replica/agents.ts'
import type { HandoffWords } from '../replica/handoff.ts'
import type { RunRow } from '../replica/run-row.ts'
import type { TaskRow } from '../replica/task-row.ts'
import type { DocumentRow } from '../replica/document-row.ts'
import type { Message, Tool, Usage } from './model.ts'

/** Who the agent is, as its profile says now. */
export interface AgentSelf {
  readonly actor: ActorKey
  readonly profile: NodeId | null
  readonly name: string
  readonly role: string
  readonly skills: readonly string[]
  readonly prompt: string
  readonly limits: AgentLimits
  /** What it may be offered: the tools whose right it holds. */
  readonly tools: readonly Tool[]
  /** Patterns of the files that it may write; null is all. */
  readonly files: readonly string[] | null
}

/** A task that is this agent's to work on: claimed, settled, confirmed. */
export interface Taken {
  readonly task: TaskRow
  readonly run: NodeId
  /** It held the task before: after a restart, or since its work was sent back. */
  readonly resumed: boolean
}

export interface Said {
  readonly id: NodeId
  readonly by: string
  readonly name: string
  /** Written by somebody with the rights of a person. Who wrote it is signed; what it says is not to be trusted. */
  readonly isPerson: boolean
  readonly at: string
  readonly text: string
  readonly question: { readonly options: readonly string[]; readonly freeForm: boolean } | null
  readonly answer: string | null
}

/** What there is to know before the work begins, and when it goes on. All words in it are data. */
export interface Briefing {
  readonly task: TaskRow
  readonly body: string
  readonly comments: readonly Said[]
  /** Earlier runs of the task, this agent's and others'. */
  readonly attempts: readonly RunRow[]
  /** What the tasks that it waited for, and the one it lies under, have handed on. */
  readonly handoffs: readonly Handoff[]
  readonly documents: readonly DocumentRow[]
  /** Of this agent's run. */
  readonly hold: Hold
}

export interface Handoff {
  readonly task: string
  readonly title: string
  readonly relation: string
  /** Of the run that was accepted, or waits for a word: what was said as it was handed in. */
  readonly summary: string
  readonly checks: readonly string[]
  /** What was changed, verified, decided, and what remains risky; null where it said nothing of that. */
  readonly words: HandoffWords | null
  readonly documents: readonly { readonly id: NodeId; readonly path: string }[]
}

/** Whether the agent may go on with its run: only `held` lets it. */
export type Hold =
  | { readonly state: 'held' }
  | { readonly state: 'paused'; readonly detail: string }
  /** Taken away, ended by somebody, or lost to another run: what it writes is in vain. */
  | { readonly state: 'gone'; readonly detail: string }
  /** Handed in; it waits for a word. */
  | { readonly state: 'submitted' }

export type AgentEvent =
  /** The board changed: there may be a task to take, or work that was handed in has come back. */
  | { readonly type: 'work' }
  | { readonly type: 'hold'; readonly run: NodeId; readonly hold: Hold }
  | { readonly type: 'said'; readonly task: NodeId; readonly said: Said }
  | { readonly type: 'answered'; readonly task: NodeId; readonly said: Said }

/** What a run loop does by itself, whatever its model wants. */
export const LOOP_OPERATIONS = ['report_progress', 'renew_task', 'release_task', 'create_document', 'update_document'] as const
export type LoopOperation = (typeof LOOP_OPERATIONS)[number]

export interface AgentPort {
  self(): Promise<AgentSelf>
  /** What the loop says of its run; a model's wishes go by `use`. */
  call<N extends LoopOperation>(name: N, input: InputOf<N>): Promise<Result<OutputOf<N>>>
  /**
   * Does what a model asked for by one of its tools, on the task of this run, and answers words for the model. What the agent has no
   * right to is refused and noted on the run, where people see it.
   */
  use(run: NodeId, tool: string, input: unknown): Promise<Result<string>>
  /** Takes the next task that fits, or goes on with the one it holds; null where there is none now. */
  take(): Promise<Result<Taken | null>>
  brief(run: NodeId): Promise<Result<Briefing>>
  /** Of the run that `brief` was asked for last, as well. Returns the function that stops listening. */
  events(listener: (event: AgentEvent) => void): () => void
  /** A sign of life to those who are here. */
  beat(run: NodeId | null, step: string): void
  /** What the run's conversation was when it was kept last, on this device; null for none. */
  recall(run: NodeId): Promise<Kept | null>
  /** Null forgets it. */
  keep(run: NodeId, kept: Kept | null): Promise<void>
  /** The run is about to cost more than its profile allows: the agent is paused, until a person says otherwise. False: it could not be. */
  overBudget(run: NodeId, detail: string): Promise<boolean>
}

/** A conversation as it stands: whoever goes on with the run goes on from here. */
export interface Kept {
  readonly messages: readonly Message[]
  readonly usage: Usage
  readonly costMicros: number
  readonly steps: number
  /** Spent on steps, without what was waited for people. */
  readonly workedMs: number
  readonly nudges: number
  /** Whether it was told that it comes near its bounds. */
  readonly warned: boolean
  readonly transcript: string
  /** What the model has been shown of tasks and documents; the port's own. */
  readonly seen?: Readonly<Record<string, string>>
}

/** Of a call that a person is asked about first: done again once the question has its answer, it is done or refused. */
export interface NeedsApproval extends Refusal {
  readonly code: 'needs_approval'
  readonly question: NodeId
}

export class PortClosedError extends Error {
  override readonly name = 'PortClosedError'
}
