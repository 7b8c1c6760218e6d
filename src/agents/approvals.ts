/**
 * Approvals: what an agent asks a person about before it does it, a tool or a tool on some paths, as its profile says.
 *
 * The question is one like any other, in the inbox, with four answers to choose from. What was allowed is read off these questions and
 * their answers, so it is the same after a reload and on every device; an answer counts only if a person gave it. `Allow once` is good
 * for one call, and is marked as used by it.
 */

import { winnerRef } from '../core/crdt/register.ts'
import { read, type WorkNode } from '../core/fold.ts'
import { globTest } from '../core/glob.ts'
import type { NodeId } from '../core/ids.ts'
import { FIRST_AGENT_RANK } from '../core/roles.ts'
import { writeComment } from '../operations/elements.ts'
import { actorOfProfile, approvalsOf, profilesIn } from '../replica/agents.ts'
import type { Replica } from '../replica/replica.ts'

export const APPROVALS = ['Allow once', 'Allow for this run', 'Always allow', 'Do not allow'] as const

export type Approval =
  | { readonly state: 'free' }
  /** `use` is called when it was done. */
  | { readonly state: 'allowed'; readonly use: () => void }
  | { readonly state: 'denied' }
  /** A person is asked by this question. */
  | { readonly state: 'asked'; readonly question: NodeId }

/** Where the run stands with this call; asks if nobody has been asked. */
export function approvalOf(
  replica: Replica,
  { task, run }: { readonly task: NodeId; readonly run: NodeId },
  tool: string,
  input: unknown,
): Approval {
  const path = pathIn(input)
  if (!mustAsk(replica, tool, path)) return { state: 'free' }
  const call = path === null ? tool : `${tool} ${path}`
  for (const question of questionsOf(replica, call)) {
    const answer = answerOf(replica, question)
    const asked = mapOf(read(question, 'question'))
    const isHere = asked['run'] === run
    if (answer === null && isHere) return { state: 'asked', question: question.id }
    if (answer === 'Always allow' || (answer === 'Allow for this run' && isHere))
      return { state: 'allowed', use: () => undefined }
    if (answer === 'Do not allow' && isHere) return { state: 'denied' }
    if (answer === 'Allow once' && isHere && read(question, 'used') !== true)
      return { state: 'allowed', use: () => replica.transact(null, (tx) => tx.set(question.id, 'used', true)) }
  }
  const question = replica.transact(null, (tx) => {
    const made = writeComment(replica, tx, task, `May I do this? \`${call.replaceAll('`', "'")}\``, null)
    tx.set(made, 'question', { options: [...APPROVALS], freeForm: false, call, run })
    return made
  })
  return { state: 'asked', question }
}

/** A line of the profile is a tool, or a tool and a pattern of paths. */
function mustAsk(replica: Replica, tool: string, path: string | null): boolean {
  const node = profilesIn(replica).find((one) => actorOfProfile(replica, one) === replica.actor)
  return approvalsOf(node).some((line) => {
    const [wanted, glob] = line.split(/\s+/)
    return wanted === tool && (glob === undefined || (path !== null && globTest(glob)(path)))
  })
}

/** This agent's own questions about the call, the newest first. */
function questionsOf(replica: Replica, call: string): readonly WorkNode[] {
  return [...replica.views.tasks()]
    .flatMap((task) => replica.views.commentsOn(task))
    .flatMap((id) => replica.nodes.get(id) ?? [])
    .filter((node) => node.creator === replica.actor && mapOf(read(node, 'question'))['call'] === call)
    .toSorted((a, b) => replica.history.compare(b.created, a.created))
}

/** What a person said; null for nothing. Agents allow nothing, neither themselves nor others. */
function answerOf(replica: Replica, question: WorkNode): string | null {
  const ref = winnerRef(question.registers['answer'])
  const { text } = mapOf(read(question, 'answer'))
  if (ref === undefined || typeof text !== 'string') return null
  return replica.byOf(ref).rank >= FIRST_AGENT_RANK ? 'Do not allow' : text
}

function pathIn(input: unknown): string | null {
  const { path } = mapOf(input)
  return typeof path === 'string' ? path : null
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
