/** An event in the words of a person: who did what, to what, and whether it counts. */

import type { Invalid } from '../../core/capability-registry.ts'
import type { Edit } from '../../core/change.ts'
import type { Event } from '../../core/event.ts'
import type { ActorKey, NodeId } from '../../core/ids.ts'
import type { ReadEvent } from '../../replica/event-pages.ts'
import type { Replica } from '../../replica/replica.ts'
import { actorName, type Named } from '../names.ts'
import { AUTHORITY_WORDS, NODE_WORDS } from '../people/told-changes.ts'
import { WHY } from '../people/words.ts'
import { describeEdit } from '../task/describe-edit.ts'
import { wordsFor } from '../task/use-words.ts'

export interface EventWords {
  /** `moved it to In review`: after the name of who did it. */
  readonly text: string
  /** The task that it is about, if it is about one that is here. */
  readonly task: { readonly key: string; readonly title: string } | null
  /** What it is about otherwise. */
  readonly about: string
}

export function tellEvent(replica: Replica, people: readonly Named[], { event, edit, kind }: ReadEvent): EventWords {
  if (kind === 'authority') return { text: authorityText(replica, people, event), task: null, about: '' }
  if (edit === null) return { text: 'did something that this version does not understand', task: null, about: '' }
  const node = replica.nodes.get(edit.node)
  const type = edit.op === 'create' ? edit.facts.type : node?.type
  const subject = edit.op === 'create' ? edit.facts.subject : (node?.subject ?? null)
  const task = taskOf(replica, type === 'task' ? edit.node : subject)
  if (type === 'comment') return { text: commentText(edit), task, about: '' }
  const text = describeEdit(edit, wordsFor(replica, people, edit.node)) ?? 'put it in another place'
  if (type === 'task') return { text, task, about: task ? '' : titleIn(edit) }
  return { text, task, about: type === undefined ? 'Something that is not shown' : (NODE_WORDS[type] ?? type) }
}

function taskOf({ views }: Replica, id: NodeId | null): EventWords['task'] {
  const row = id === null ? null : views.task(id)
  return row && { key: row.key, title: row.title }
}

/** A task that is not on the board is named by its own create. */
function titleIn(edit: Edit): string {
  const title = edit.op === 'create' ? edit.fields.find(([field]) => field === 'title')?.[1] : undefined
  return typeof title === 'string' && title !== '' ? title : 'A task that is not shown'
}

function commentText(edit: Edit): string {
  if (edit.op === 'create') return 'commented'
  if (edit.op === 'set' && edit.field === 'deleted') return edit.value === true ? 'deleted a comment' : 'restored a comment'
  return 'wrote in a comment'
}

function authorityText(replica: Replica, people: readonly Named[], { type, data, target }: Event): string {
  switch (type) {
    case 'workspace.created':
      return 'founded the workspace'
    case 'capability.granted':
      return `let in ${nameOf(replica, people, data['to'])}`
    case 'capability.revoked':
      return `ended rights of ${nameOf(replica, people, target && replica.authority.registry.get(target)?.audience)}`
    case 'capability.renounced':
      return AUTHORITY_WORDS.renounce
    case 'change.adopted':
      return AUTHORITY_WORDS.adopt
    case 'change.unadopted':
      return AUTHORITY_WORDS.unadopt
    case 'key.handed_out':
      return AUTHORITY_WORDS.rekey
    case 'workspace.checkpointed':
      return AUTHORITY_WORDS.checkpoint
    default:
      return 'changed rights in a way that this version does not understand'
  }
}

/** An invite has a key of its own, which nobody goes by. */
function nameOf(replica: Replica, people: readonly Named[], actor: unknown): string {
  if (typeof actor !== 'string') return 'somebody'
  const isKnown = people.some((person) => person.actor === actor && person.name !== '')
  const isInvite = replica.authority.registry.heldBy(actor as ActorKey).some(({ children }) => children.length > 0)
  return isKnown || !isInvite ? actorName(actor, people) : 'whoever comes by an invite'
}

export interface Verdict {
  readonly why: string | null
  readonly adopted: boolean
}

/** Null of what counts by itself. */
export function verdictWords({ why, adopted }: Verdict): { readonly short: string; readonly long: string } | null {
  if (why === null) return null
  const reason = WHY[why as Invalid] ?? why
  if (adopted) return { short: 'kept', long: `It counts, because somebody kept it. By itself it would not: ${lowered(reason)}` }
  return { short: 'does not count', long: `It does not count and changes nothing. ${reason}` }
}

function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}
