/** What a change did to a task, in the words of a person: "moved it to In review". Pure; names come in. */

import { type Edit, isWorkEdit } from '../../core/change.ts'
import type { Value } from '../../core/batch.ts'
import type { Status } from '../../core/fields.ts'
import { type EndReason, isLease, type WorkOp } from '../../core/work.ts'
import { usageOf } from '../../replica/run-row.ts'
import { usageWords } from '../run-words.ts'
import { priorityTitle, STATUS_TITLE } from '../words.ts'
import { dayOf } from '../times.ts'

export interface Words {
  /** The short key of a task, or words for one that is not here. */
  task(id: string): string
  assignee(assignee: string): string
  /** The text of an item of the checklist as it reads now. */
  check(id: string): string
}

/** Null for what nobody needs to read, such as a place in a column. */
export function describeEdit(edit: Edit, words: Words): string | null {
  if (isWorkEdit(edit) && isLease(edit)) return 'gave the lease: the work may begin'
  if (isWorkEdit(edit)) return edit.op === 'end' ? END_WORDS[edit.why as EndReason] : WORK_WORDS[edit.op]
  switch (edit.op) {
    case 'create':
      return 'created it'
    case 'text':
      return edit.field === 'body' ? 'wrote in the description' : `wrote in ${edit.field}`
    case 'add':
      return describeElement(edit.field, edit.element, true, words)
    case 'remove':
      return describeElement(edit.field, edit.element, false, words)
    case 'set':
      return describeSet(edit.field, edit.value, words)
  }
}

const WORK_WORDS: Readonly<Record<Exclude<WorkOp, 'end'>, string | null>> = {
  claim: 'claimed it',
  confirm: 'began to work on it',
  renew: null,
  submit: 'submitted the work',
  accept: 'accepted the work',
  reject: 'sent the work back',
  lost: 'gave it up: somebody else has it',
}
const END_WORDS: Readonly<Record<EndReason, string>> = {
  release: 'released it',
  fail: 'could not do it',
  expire: 'freed it: its agent had gone silent',
  revoke: 'stopped the work on it',
}

function describeElement(field: string, element: string, added: boolean, words: Words): string | null {
  switch (field) {
    case 'labels':
      return added ? `added the label ${element}` : `removed the label ${element}`
    case 'assignees':
      return added ? `assigned ${words.assignee(element)}` : `unassigned ${words.assignee(element)}`
    case 'dependencies': {
      const colon = element.indexOf(':')
      const target = words.task(element.slice(colon + 1))
      if (element.slice(0, colon) === 'blocks') return added ? `made it wait on ${target}` : `no longer lets it wait on ${target}`
      return added ? `linked ${target}` : `unlinked ${target}`
    }
    case 'checks':
      return added ? `added the check ${quoted(words.check(element))}` : 'removed a check'
    case 'triggers':
      return added ? 'added a trigger' : 'deleted a trigger'
    case 'refused':
      return added ? `tried ${quoted(element)}, and was refused` : 'took back what it had tried'
    case 'completedSubtasks':
      return added ? `completed ${words.task(element)}` : `reopened ${words.task(element)}`
    default:
      return added ? `added ${element} to ${field}` : `removed ${element} from ${field}`
  }
}

function describeSet(field: string, value: Value, words: Words): string | null {
  const check = /^checks\/([^/]+)\/(\w+)$/.exec(field)
  if (check) {
    const text = quoted(words.check(check[1] as string))
    if (check[2] === 'done') return value === true ? `ticked ${text}` : `unticked ${text}`
    return check[2] === 'text' ? `worded a check ${quoted(String(value))}` : null
  }
  const trigger = /^triggers\/[^/]+\/(\w+)$/.exec(field)?.[1]
  if (trigger) return describeTrigger(trigger, value)
  switch (field) {
    case 'order':
      return null
    case 'step':
      return `says ${quoted(String(value))}`
    case 'usage':
      return `has spent ${usageWords(usageOf(value)) || 'nothing yet'}`
    case 'status':
      return `moved it to ${STATUS_TITLE[value as Status] ?? String(value)}`
    case 'deleted':
      return value === true ? 'deleted it' : 'restored it'
    case 'parent':
      return value === null ? 'took it out of its parent' : `put it under ${words.task(String(value))}`
    case 'title':
      return `renamed it to ${quoted(String(value))}`
    default:
      return `set the ${FIELD_TITLE[field]?.toLowerCase() ?? field} to ${describeValue(field, value)}`
  }
}

function describeTrigger(part: string, value: Value): string {
  switch (part) {
    case 'name':
      return `called a trigger ${quoted(String(value))}`
    case 'on':
      return value === true ? 'switched a trigger on' : 'switched a trigger off'
    case 'when':
      return 'set when a trigger acts'
    case 'action':
      return 'set what a trigger does'
    case 'stopped':
      return value === null ? 'let a trigger go on' : `stopped a trigger: ${String(value)}`
    default:
      return 'changed a trigger'
  }
}

export const FIELD_TITLE: Readonly<Record<string, string>> = {
  title: 'Title',
  status: 'Status',
  priority: 'Priority',
  due: 'Due date',
  notBefore: 'Start date',
  parent: 'Parent',
  progress: 'Progress',
  kind: 'Kind',
  estimate: 'Estimate',
  deleted: 'Deleted',
}

/** A field's name for a heading; parts of a check say so. */
export function fieldTitle(field: string): string {
  return FIELD_TITLE[field] ?? (field.startsWith('checks/') ? 'Check' : field)
}

/** The value of a register as people read it. */
export function describeValue(field: string, value: Value, words?: Words): string {
  if (value === null) return 'none'
  if (field === 'status') return STATUS_TITLE[value as Status] ?? String(value)
  if (field === 'priority') return priorityTitle(value as number)
  if ((field === 'due' || field === 'notBefore') && typeof value === 'number') return dayOf(value)
  if (field === 'progress') return `${String(value)} %`
  if (field === 'parent' && words) return words.task(String(value))
  if (field.endsWith('/done')) return value === true ? 'ticked' : 'open'
  if (field === 'deleted') return value === true ? 'deleted' : 'kept'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function quoted(text: string): string {
  return `“${text.length > 80 ? `${text.slice(0, 79)}…` : text}”`
}
