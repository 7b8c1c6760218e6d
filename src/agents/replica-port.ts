/**
 * The agent port before a replica that acts under the agent's key: what it may is judged here by its capability, and by every other
 * replica again. What a model asked for and has no right to is noted on the run, signed by the agent, where people see it.
 */

import { createEmitter } from '../base/emitter.ts'
import { ok, refuse, type Result } from '../base/result.ts'
import { startOf, wellFormed } from '../base/well-formed.ts'
import { globTest } from '../core/glob.ts'
import type { ActorKey, NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { type InputOf, type OutputOf, run as operate } from '../operations/table.ts'
import { watchRun } from '../operations/watch-run.ts'
import { actorOfProfile, limitsOf, nameOfActor, profilesIn, skillsOf, textIn } from '../replica/agents.ts'
import type { ClaimPorts } from '../operations/claim-and-settle.ts'
import type { Replica } from '../replica/replica.ts'
import { textOf } from '../replica/text.ts'
import type { AgentEvent, AgentPort, NeedsApproval, AgentSelf, Kept, LoopOperation } from './agent-port.ts'
import { LOOP_OPERATIONS } from './agent-port.ts'
import { approvalOf } from './approvals.ts'
import { briefingOf, holdOf, saidOn } from './briefing.ts'
import { roleNamed } from './roles/all.ts'
import { promptOf, RULES, TRANSCRIPTS } from './roles/role.ts'
import { fieldOf } from './resume.ts'
import { Shown } from './shown.ts'
import { take } from './take.ts'
import { type MoreTools, offered, applyTool, WORKER_TOOLS } from './tools.ts'

/** Keeps the conversations of runs on this device; the log has what came of them. */
export interface Notebook {
  recall(run: NodeId): Promise<Kept | null>
  keep(run: NodeId, kept: Kept | null): Promise<void>
}

export interface ReplicaPortOptions {
  /** Acts under the agent's key. */
  readonly replica: Replica
  readonly claims: ClaimPorts
  /** Tools that only this host has, such as running tests; offered to agents that may do what they go by. */
  readonly tools?: MoreTools
  readonly notebook: Notebook
  readonly beat: (run: NodeId | null, step: string) => void
  /** Pauses this agent, by the right of the person whose device this is; false where they have none. */
  readonly pause: (actor: ActorKey) => boolean
}

/** Changes of the board come in bursts; an agent looks at it once for each. */
const WORK_MS = 200

const inTranscripts = globTest(TRANSCRIPTS)

export function createReplicaPort(options: ReplicaPortOptions): AgentPort & { close(): void } {
  const { replica, notebook, claims, tools: more = {} } = options
  const events = createEmitter<AgentEvent>()
  let followed: { readonly task: NodeId; readonly run: NodeId; hold: string; said: Map<NodeId, string | null> } | null = null
  let briefed: { readonly run: NodeId; readonly task: NodeId; readonly seen: string } | null = null
  /** By run: what its model has been shown. */
  const shown = new Map<NodeId, Shown>()
  let isWaiting = false
  const stops = [replica.views.onChanged(look), replica.onAuthority(look)]
  let isClosed = false

  function look(): void {
    if (!isWaiting) claims.clock.after(WORK_MS, tell)
    isWaiting = true
    follow()
  }

  function tell(): void {
    isWaiting = false
    if (!isClosed) events.emit({ type: 'work' })
  }

  function follow(): void {
    if (!followed) return
    const { task, run } = followed
    const hold = holdOf(replica, task, run)
    const words = JSON.stringify(hold)
    if (words !== followed.hold) {
      followed.hold = words
      events.emit({ type: 'hold', run, hold })
    }
    if (replica.views.commentsOn(task).every((id) => followed?.said.has(id) && !waits(id))) return
    for (const said of saidOn(replica, task)) {
      const before = followed.said.get(said.id)
      followed.said.set(said.id, said.answer)
      if (before === undefined && said.by !== replica.actor) events.emit({ type: 'said', task, said })
      if (said.answer !== null && said.answer !== before) events.emit({ type: 'answered', task, said })
    }
  }

  /** A question that had no answer when it was looked at. */
  function waits(id: NodeId): boolean {
    return followed?.said.get(id) === null && replica.nodes.get(id)?.registers['question'] !== undefined
  }

  /** Those that its model may write; null is all. Transcripts are the loop's to write. */
  function files(): readonly string[] | null {
    const globs = replica.held.flatMap(({ grant }) => (grant.globs === null ? [] : [grant.globs]))
    return globs.length === 0 ? null : [...new Set(globs.flat())].filter((glob) => glob !== TRANSCRIPTS)
  }

  function shownIn(run: NodeId): Shown {
    const known = shown.get(run) ?? new Shown()
    shown.set(run, known)
    return known
  }

  function toolNames(): readonly string[] {
    const every = Object.keys(WORKER_TOOLS)
    const own = files()?.length === 0 ? every.filter((name) => name !== 'write_document') : every
    return [...own, ...Object.keys(more), ...(roleNamed(roleName())?.tools ?? [])]
  }

  function profile() {
    return profilesIn(replica).find((node) => actorOfProfile(replica, node) === replica.actor)
  }

  function roleName(): string {
    return textIn(profile(), 'role')
  }

  /** Where the run is this agent's: the task of it. */
  function taskOf(run: NodeId): NodeId | null {
    const node = replica.nodes.get(run)
    return node?.type === 'run' && node.creator === replica.actor ? node.subject : null
  }

  return {
    async self(): Promise<AgentSelf> {
      const node = profile()
      const role = roleName()
      return {
        actor: replica.actor,
        profile: node?.id ?? null,
        name: nameOfActor(replica, replica.actor) || 'agent',
        role,
        skills: node ? skillsOf(node) : [],
        prompt: (node ? textOf(node, 'prompt', replica.history).trim() : '') || promptOfRole(role),
        limits: node ? limitsOf(node) : { costMicros: null, minutes: null },
        tools: offered(replica, toolNames(), more),
        files: files(),
      }
    },
    async call<N extends LoopOperation>(name: N, input: InputOf<N>): Promise<Result<OutputOf<N>>> {
      if (!(LOOP_OPERATIONS as readonly string[]).includes(name))
        return refuse({ code: 'permission_denied', detail: `An agent does not call ${name}.` })
      return operate({ replica }, name, input)
    },
    async use(run, tool, input) {
      const task = taskOf(run)
      if (task === null) return refuse({ code: 'not_found', detail: 'This is no run of yours.' })
      const approval = approvalOf(replica, { task, run }, tool, input)
      if (approval.state === 'asked')
        return refuse<NeedsApproval>({
          code: 'needs_approval',
          detail: 'A person is asked whether this may be done. Wait for the answer.',
          question: approval.question,
        })
      if (approval.state === 'denied')
        return refuse({ code: 'permission_denied', detail: 'A person said that this is not to be done in this run.' })
      const watch = watchRun(replica, task, run, claims.clock.after)
      const at = { replica, task, run, shown: shownIn(run) }
      const done = isTranscript(tool, input)
        ? refuse({ code: 'permission_denied', detail: 'Transcripts are written by themselves. Choose another path.' })
        : await applyTool(at, { names: toolNames(), more, signal: watch.signal }, tool, input)
      watch.close()
      if (done.ok && approval.state === 'allowed') approval.use()
      if (!done.ok && done.refusal.code === 'permission_denied')
        // Where the run is held no longer, there is nowhere to note it, and nobody to be led astray.
        operate({ replica }, 'report_progress', { id: task, run, refused: [attemptWords(tool, input)] })
      return done
    },
    take: () => take(replica, claims),
    async brief(run) {
      const task = taskOf(run)
      const node = task && replica.nodes.get(task)
      if (!node) return refuse({ code: 'not_found', detail: 'This is no run of yours.' })
      const briefing = briefingOf(replica, node, run)
      briefed = { run, task, seen: replica.humanEdits.readNow(node) }
      followed = {
        task: node.id,
        run,
        hold: JSON.stringify(briefing.hold),
        said: new Map(briefing.comments.map(({ id, answer }) => [id, answer])),
      }
      return ok(briefing)
    },
    events: (listener) => events.on(listener),
    beat: options.beat,
    async recall(run) {
      const kept = await notebook.recall(run)
      shown.set(run, new Shown(kept?.seen))
      // A conversation begins with the briefing; one that was kept does not have it again.
      if (kept === null && briefed?.run === run) shownIn(run).note(briefed.task, briefed.seen)
      return kept
    },
    async keep(run, kept) {
      await notebook.keep(run, kept && { ...kept, seen: shownIn(run).toJSON() })
      if (kept === null) shown.delete(run)
    },
    async overBudget(run, step) {
      const task = taskOf(run)
      if (task === null) return false
      operate({ replica }, 'report_progress', { id: task, run, halted: 'budget', step })
      return options.pause(replica.actor)
    },
    close() {
      isClosed = true
      for (const stop of stops) stop()
    },
  }
}

/** An account of a run that its model could write would be worth nothing. */
function isTranscript(tool: string, input: unknown): boolean {
  const path = fieldOf(input, 'path')
  return tool === 'write_document' && typeof path === 'string' && inTranscripts(path)
}

/** What was tried, in one bounded line: the model's words are data here too. */
function attemptWords(tool: string, input: unknown): string {
  const about = (typeof input === 'object' && input !== null ? input : {}) as Readonly<Record<string, unknown>>
  const named = ['path', 'id', 'key', 'title'].map((field) => about[field]).find((value) => typeof value === 'string')
  // oxlint-disable-next-line no-control-regex -- they have no place in a line
  const plain = `${tool} ${typeof named === 'string' ? named : ''}`.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ').trim()
  return startOf(wellFormed(plain), LOCAL.nameChars) || 'something without a name'
}

/** Of a role that nobody wrote down there are the rules alone. */
function promptOfRole(name: string): string {
  const role = roleNamed(name)
  return role ? promptOf(role) : RULES
}
