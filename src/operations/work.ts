/**
 * Operations on work: claim a task, say how it goes, ask, submit, accept, send back, stop.
 *
 * `claim_task` only asks for the task: whoever calls waits for the settle window and then confirms. `confirm_task` begins the work,
 * or says who was first, and gives the run up; of a strict task it begins nothing before the lease authority has said so, and the
 * claim stands. A run ends with submit, release or ask; nobody is held by silence.
 */

import * as z from 'zod/mini'
import { ok, refuse, type Result } from '../base/result.ts'
import { elements, read, type WorkNode } from '../core/fold.ts'
import type { Ref } from '../core/history.ts'
import type { NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { type Why, whyNotReady } from '../core/readiness.ts'
import { COMPETES, mayClaim, newWork, nextEpoch, recordsOf, type RunState, strictUnder } from '../core/work.ts'
import { leaseAuthorityOf } from '../replica/lease-authority.ts'
import { policyOf } from '../replica/policy.ts'
import type { Replica } from '../replica/replica.ts'
import type { RunRow } from '../replica/run-row.ts'
import type { TaskRow } from '../replica/task-row.ts'
import type { Transaction } from '../replica/transaction.ts'
import { writeComment } from './elements.ts'
import { findTask, rowOf } from './find.ts'
import { asksInVain, claimAnew, isClaimedOtherwise, isStrict, noAuthority, noLease, waitsForLease } from './leases.ts'
import { operation } from './operation.ts'
import { nodeId, seen, taskRef, title, word } from './shapes.ts'
import { whilePaused } from './supervise.ts'

type RecordOfRun = Parameters<Transaction['say']> extends [unknown, ...infer Rest] ? Rest : never

const note = z.string().check(z.maxLength(LOCAL.noteChars))
const whole = z.int().check(z.minimum(0), z.maximum(Number.MAX_SAFE_INTEGER))
/** Totals so far; `estimated` where nobody said some of it, and that was reckoned. */
const usage = z.object({ inputTokens: whole, outputTokens: whole, costMicros: whole, estimated: z.optional(z.literal(true)) })

function usageSaid({ estimated, ...totals }: z.output<typeof usage>) {
  return estimated ? { ...totals, estimated } : totals
}

const handed = z._default(z.array(word).check(z.maxLength(LOCAL.handoffLines)), [])

export interface Claimed {
  readonly task: TaskRow
  readonly run: NodeId
  readonly epoch: number
}

export const claimTask = operation({
  name: 'claim_task',
  summary: 'Ask for a task: the claim holds once it is confirmed',
  route: 'POST /tasks/:id/claim',
  needs: ['claim', 'task'],
  input: z.object({ id: taskRef }),
  run({ replica }, { id }): Result<Claimed> {
    const found = findTask(replica, id)
    if (!found.ok) return found
    const paused = whilePaused(replica)
    if (paused) return paused
    const task = found.value
    const isOpen = isCompetition(task) && task.work?.accepted == null
    const standing = replica.runsOf(task.id).find(isStandingClaim(replica.actor, isStrict(task)))
    // Who asks again for a strict task goes on with the claim that waits, unless it waits in vain.
    if (standing && !asksInVain(replica, task, standing.id))
      return ok({ task: rowOf(replica, task.id), run: standing.id, epoch: standing.epoch })
    if (standing) replica.transact(null, (tx) => tx.say(task, 'end', standing.id, 'release'))
    const own = replica.runsOf(task.id).find(({ agent, state }) => agent === replica.actor && GOES_ON.has(state))
    if (task.work?.holder && (own || !isOpen)) return held(replica, task)
    const why = whyNotReady(task, replica.nodes, replica.now()).filter(
      ({ code }) => !isOpen || (code !== 'claimed' && code !== 'status'),
    )
    if (why.length > 0) return notNow(replica, task, why[0] as Why)
    const work = task.work ?? newWork()
    if (!mayClaim(work, replica.actor))
      return refuse({
        code: 'claim_held',
        detail: 'You have tried this task often enough: somebody else has to look at it first.',
      })
    if (!replica.may('create', { id: '' as NodeId, type: 'run', project: task.project, path: null }))
      return refuse({
        code: 'permission_denied',
        detail: 'You may claim, and you may not create runs: ask for the right to create.',
      })
    const { key: authority } = leaseAuthorityOf(replica)
    if (isStrict(task) && authority === null) return noAuthority(replica)
    const epoch = nextEpoch(work)
    const note = isCompetition(task) ? COMPETES : isStrict(task) && authority !== null ? strictUnder(authority) : null
    const run = replica.transact(null, (tx) => {
      const made = tx.create({ type: 'run', project: task.project, subject: task.id, fields: [] })
      tx.write({ op: 'claim', node: task.id, run: made, epoch, why: null, note })
      return made
    })
    return ok({ task: rowOf(replica, task.id), run, epoch })
  },
})

export const confirmTask = operation({
  name: 'confirm_task',
  summary: 'Begin the work that was claimed, or hear who was first',
  route: 'POST /tasks/:id/confirm',
  needs: ['claim', 'task'],
  input: z.object({ id: taskRef, run: z.optional(nodeId) }),
  run: ({ replica }, { id, run }): Result<TaskRow> =>
    whilePaused(replica) ??
    onOwnRun(replica, id, run, (task, own) => {
      if (goesOn(replica, task, own)) {
        if (isClaimedOtherwise(task, own)) return claimAnew(task)
        if (waitsForLease(replica, task.id, own)) return noLease(replica)
        return barredByFiles(replica, task) ?? said(replica, task, 'confirm', own)
      }
      replica.transact(null, (tx) => tx.say(task, 'lost', own))
      return held(replica, task)
    }),
})

export const renewTask = operation({
  name: 'renew_task',
  summary: 'Say that the work goes on',
  route: 'POST /tasks/:id/renew',
  needs: ['claim', 'task'],
  input: z.object({ id: taskRef, run: z.optional(nodeId) }),
  run: ({ replica }, { id, run }): Result<TaskRow> =>
    onHeldRun(replica, id, run, (task, own) => said(replica, task, 'renew', own)),
})

export const reportProgress = operation({
  name: 'report_progress',
  summary: 'Say how far the work is, what is being done, and what it has cost so far',
  route: 'POST /tasks/:id/progress',
  needs: ['claim', 'task'],
  input: z.object({
    id: taskRef,
    run: z.optional(nodeId),
    progress: z.optional(z.int().check(z.minimum(0), z.maximum(100))),
    step: z.optional(title),
    usage: z.optional(usage),
    /** What it tried and may not. */
    refused: z.optional(z.array(word).check(z.maxLength(LOCAL.refusalsPerRun))),
    /** Why it waits for a person; null where it goes on. */
    halted: z.optional(z.nullable(z.enum(['budget']))),
    seen,
  }),
  run: ({ replica }, { id, run, progress, step, usage: spent, refused = [], halted }): Result<TaskRow> =>
    whilePaused(replica) ??
    onHeldRun(replica, id, run, (task, own) => {
      const mayWrite = progress === undefined || replica.may('update', task)
      if (!mayWrite || !replica.may('update', replica.nodes.get(own) ?? 'run'))
        return refuse({
          code: 'permission_denied',
          detail: 'You may not update this task. Ask somebody who may to grant it to you.',
        })
      replica.transact(null, (tx) => {
        if (progress !== undefined) tx.set(task.id, 'progress', progress)
        if (step !== undefined) tx.set(own, 'step', step)
        if (spent !== undefined) tx.set(own, 'usage', usageSaid(spent))
        const noted = elements(replica.nodes.get(own) as WorkNode, 'refused')
        for (const attempt of refused.filter((one) => !noted.includes(one)).slice(0, LOCAL.refusalsPerRun - noted.length))
          tx.add(own, 'refused', attempt)
        if (halted !== undefined) tx.set(own, 'halted', halted)
      })
      return ok(rowOf(replica, task.id))
    }),
})

export const askTask = operation({
  name: 'ask_task',
  summary: 'Ask people a question about a task',
  route: 'POST /tasks/:id/ask',
  needs: ['comment', 'comment'],
  input: z.object({
    id: taskRef,
    question: z.string().check(z.trim(), z.minLength(1), z.maxLength(LOCAL.commentChars)),
    options: z._default(z.array(word).check(z.maxLength(LOCAL.optionsPerQuestion)), []),
    freeForm: z._default(z.boolean(), true),
  }),
  run({ replica }, { id, question, options, freeForm }): Result<{ readonly id: NodeId }> {
    const task = findTask(replica, id)
    if (!task.ok) return task
    const comment = replica.transact('Ask', (tx) => {
      const made = writeComment(replica, tx, task.value.id, question, null)
      tx.set(made, 'question', { options, freeForm: freeForm || options.length === 0 })
      return made
    })
    return ok({ id: comment })
  },
})

export const answerQuestion = operation({
  name: 'answer_question',
  summary: 'Answer a question',
  route: 'POST /comments/:id/answer',
  needs: ['comment', 'comment'],
  input: z.object({ id: nodeId, answer: z.string().check(z.trim(), z.minLength(1), z.maxLength(LOCAL.commentChars)) }),
  run({ replica }, { id, answer }): Result<{ readonly id: NodeId }> {
    const comment = replica.nodes.get(id as NodeId)
    const question = comment && (read(comment, 'question') as { readonly options?: unknown; readonly freeForm?: unknown } | null)
    if (comment?.type !== 'comment' || !question) return refuse({ code: 'not_found', detail: 'There is no such question here.' })
    const { options, freeForm } = question
    if (freeForm === false && Array.isArray(options) && !options.includes(answer))
      return refuse({ code: 'invalid', detail: `The answer is one of: ${options.join(', ')}.` })
    replica.transact('Answer', (tx) => tx.set(comment.id, 'answer', { text: answer }))
    return ok({ id: comment.id })
  },
})

export const submitTask = operation({
  name: 'submit_task',
  summary: 'Hand the work in for review, with what shows that it is done',
  route: 'POST /tasks/:id/submit',
  needs: ['claim', 'task'],
  input: z.object({
    id: taskRef,
    run: z.optional(nodeId),
    summary: z._default(note, ''),
    checks: z._default(z.array(title).check(z.maxLength(LOCAL.evidencePerRun)), []),
    /** For whoever comes after. */
    handoff: z.optional(z.object({ changed: handed, verified: handed, decided: handed, risks: handed })),
    seen,
  }),
  run: ({ replica }, { id, run, summary, checks, handoff }): Result<TaskRow> =>
    whilePaused(replica) ??
    onHeldRun(replica, id, run, (task, own) => {
      const { state } = replica.runsOf(task.id).find(({ id }) => id === own) as RunRow
      if (state === 'claimed') return refuse({ code: 'wrong_state', detail: 'Confirm the claim first: the work has not begun.' })
      if (state === 'submitted') return refuse({ code: 'wrong_state', detail: 'It was submitted already, and waits for a word.' })
      return said(replica, task, 'submit', own, null, { summary, checks, ...(handoff ? { handoff } : {}) })
    }),
})

export const releaseTask = operation({
  name: 'release_task',
  summary: 'Give a task back, undone',
  route: 'POST /tasks/:id/release',
  needs: ['claim', 'task'],
  input: z.object({ id: taskRef, run: z.optional(nodeId), failed: z._default(z.boolean(), false), note: z._default(note, '') }),
  run: ({ replica }, { id, run, failed, note: words }): Result<TaskRow> =>
    onOwnRun(replica, id, run, (task, own) => said(replica, task, 'end', own, failed ? 'fail' : 'release', words || null)),
})

export const acceptTask = operation({
  name: 'accept_task',
  summary: 'Accept work that was submitted',
  route: 'POST /tasks/:id/accept',
  needs: ['review', 'task'],
  input: z.object({ id: taskRef, run: z.optional(nodeId) }),
  run: ({ replica }, { id, run }): Result<TaskRow> =>
    onSubmitted(replica, id, run, (task, submitted) => {
      replica.transact(`Accept ${rowOf(replica, task.id).key}`, (tx) => tx.say(task, 'accept', submitted))
      return ok(rowOf(replica, task.id))
    }),
})

export const rejectTask = operation({
  name: 'reject_task',
  summary: 'Send submitted work back, and say what is missing',
  route: 'POST /tasks/:id/reject',
  needs: ['review', 'task'],
  input: z.object({ id: taskRef, run: z.optional(nodeId), note: z._default(note, '') }),
  run: ({ replica }, { id, run, note: words }): Result<TaskRow> =>
    onSubmitted(replica, id, run, (task, submitted) => said(replica, task, 'reject', submitted, null, words || null)),
})

export const stopTask = operation({
  name: 'stop_task',
  summary: 'End another’s run of a task, so that somebody else can take it',
  route: 'POST /tasks/:id/stop',
  needs: ['assign', 'task'],
  input: z.object({ id: taskRef, note: z._default(note, '') }),
  run({ replica }, { id, note: words }): Result<TaskRow> {
    const task = findTask(replica, id)
    if (!task.ok) return task
    const { holder = null, candidates = [] } = task.value.work ?? {}
    if (holder === null) return refuse({ code: 'wrong_state', detail: 'Nobody works on this task.' })
    if (candidates.length > 0)
      return refuse({ code: 'wrong_state', detail: 'The work was submitted: accept it, or send it back.' })
    if (!replica.maySay('end', task.value, holder, 'revoke'))
      return refuse({ code: 'wrong_state', detail: 'This is your own run: release it.' })
    return said(replica, task.value, 'end', holder, 'revoke', words || null)
  },
})

export const listRuns = operation({
  name: 'list_runs',
  summary: 'List the runs of a task',
  route: 'GET /tasks/:id/runs',
  needs: null,
  input: z.object({ id: taskRef }),
  run({ replica }, { id }): Result<readonly RunRow[]> {
    const task = findTask(replica, id)
    return task.ok ? ok(replica.runsOf(task.value.id)) : task
  },
})

/** Writes a record of the run; answers the task as it is then. */
function said(replica: Replica, task: WorkNode, ...record: RecordOfRun): Result<TaskRow> {
  replica.transact(null, (tx) => tx.say(task, ...record))
  return ok(rowOf(replica, task.id))
}

/** The run of this actor that the caller means: the last one that it claimed, unless it names one. */
function onOwnRun(
  replica: Replica,
  id: string,
  named: string | undefined,
  then: (task: WorkNode, run: NodeId) => Result<TaskRow>,
): Result<TaskRow> {
  const task = findTask(replica, id)
  if (!task.ok) return task
  const own = replica.runsOf(task.value.id).filter(({ agent }) => agent === replica.actor)
  const run = named === undefined ? own.at(-1) : own.find((one) => one.id === named)
  if (!run) return refuse({ code: 'wrong_state', detail: 'You hold no run of this task: claim it first.' })
  if (!['claimed', 'working', 'submitted', 'superseded'].includes(run.state))
    return refuse({ code: 'wrong_state', detail: `This run is over (${run.state}).` })
  return then(task.value, run.id)
}

/** As `onOwnRun`, where it is the run that holds the task. */
function onHeldRun(
  replica: Replica,
  id: string,
  named: string | undefined,
  then: (task: WorkNode, run: NodeId) => Result<TaskRow>,
): Result<TaskRow> {
  return onOwnRun(replica, id, named, (task, run) => (goesOn(replica, task, run) ? then(task, run) : held(replica, task)))
}

function onSubmitted(
  replica: Replica,
  id: string,
  named: string | undefined,
  then: (task: WorkNode, run: NodeId) => Result<TaskRow>,
): Result<TaskRow> {
  const task = findTask(replica, id)
  if (!task.ok) return task
  const { candidates = [] } = task.value.work ?? {}
  if (named === undefined && candidates.length > 1)
    return refuse({ code: 'wrong_state', detail: `Two runs finished apart, say which: ${candidates.join(', ')}.` })
  const run = named === undefined ? candidates[0] : candidates.find((one) => one === named)
  if (!run) return refuse({ code: 'wrong_state', detail: 'No work on this task waits for a word.' })
  if (!replica.maySay('accept', task.value, run))
    return refuse({ code: 'permission_denied', detail: 'Nobody judges their own work: somebody else has to look at it.' })
  return then(task.value, run)
}

const GOES_ON: ReadonlySet<RunState> = new Set<RunState>(['claimed', 'working', 'submitted'])

function goesOn(replica: Replica, task: WorkNode, run: NodeId): boolean {
  return replica.runsOf(task.id).some(({ id, state }) => id === run && GOES_ON.has(state))
}

/** One that has asked for a lease, or is to ask. */
function isStandingClaim(actor: string, isToAsk: boolean): (row: RunRow) => boolean {
  return ({ agent, state, lease }) => agent === actor && state === 'claimed' && (isToAsk || lease !== null)
}

/** Several may try, and people choose. */
function isCompetition(task: WorkNode): boolean {
  return read(task, 'claimMode') === 'competition'
}

/** Where the workspace wants no two to work on one file: of those who claimed and have not begun, the first may. */
function barredByFiles(replica: Replica, task: WorkNode): Result<never> | null {
  if (policyOf(replica).fileLeases !== 'enforce') return null
  const [since] = sinceOf(task)
  const before = replica.views.fileLeases.havingAny(elements(task, 'files'), task.id).filter((id) => {
    const [at, isBegun] = sinceOf(replica.nodes.get(id) as WorkNode)
    return isBegun || replica.history.compare(at, since) < 0
  })
  if (before.length === 0) return null
  const keys = before.map((id) => rowOf(replica, id).key).join(', ')
  return refuse({
    code: 'claim_held',
    detail: `The files of this task are being worked on in ${keys}. Take another task, or wait.`,
  })
}

/** When the run that holds the task claimed it, and whether it has begun. */
function sinceOf(task: WorkNode): readonly [at: Ref, isBegun: boolean] {
  const records = recordsOf(task, task.work?.holder ?? null)
  return [records[0]?.ref ?? 0, records.some(({ op }) => op === 'confirm')]
}

function held(replica: Replica, task: WorkNode): Result<never> {
  const { run } = rowOf(replica, task.id)
  const who = run ? `run ${run.id} of ${run.agent} since ${run.since}` : 'nobody any more'
  return refuse({ code: 'claim_held', detail: `Another run holds the task: ${who}. What you have done stays in your run.` })
}

function notNow(replica: Replica, task: WorkNode, why: Why): Result<never> {
  switch (why.code) {
    case 'claimed':
      return held(replica, task)
    case 'waits_on':
      return refuse({
        code: 'wrong_state',
        detail: `The task waits on ${why.tasks.map((id) => rowOf(replica, id).key).join(', ')}.`,
      })
    case 'not_before':
      return refuse({ code: 'wrong_state', detail: `The task is not to be begun before ${new Date(why.at).toISOString()}.` })
    case 'deleted':
      return refuse({ code: 'not_found', detail: 'The task was deleted.' })
    case 'status':
      return refuse({ code: 'wrong_state', detail: `Only a task that is ready can be claimed; this one is ${why.status}.` })
  }
}
