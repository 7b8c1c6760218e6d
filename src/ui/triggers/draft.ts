/** A trigger as it is typed: one text for each field, whatever is chosen, so that nothing typed is lost by another choice. */

import type { Action, Trigger, When } from '../../operations/triggers.ts'

export const ON: readonly (readonly [When['on'], string])[] = [
  ['event', 'Something happens'],
  ['schedule', 'At a time'],
  ['deadline', 'A due date is near'],
  ['silence', 'A run goes silent'],
]
export const DO: readonly (readonly [Action['do'], string])[] = [
  ['notify', 'Say something'],
  ['create_task', 'Create a task'],
  ['assign', 'Assign the task'],
  ['pause', 'Pause the agent'],
]

export interface Draft {
  readonly name: string
  readonly on: When['on']
  readonly type: string
  readonly label: string
  readonly minutes: string
  /** Local time, as `datetime-local` has it. */
  readonly from: string
  readonly does: Action['do']
  readonly text: string
  readonly whom: string
  /** With commas between. */
  readonly labels: string
}

export function draftOf(trigger: Trigger | null, now: number): Draft {
  const { name = '', when, action } = trigger ?? {}
  const minutes = when && ('minutes' in when ? when.minutes : 'everyMinutes' in when ? when.everyMinutes : null)
  return {
    name,
    on: when?.on ?? 'event',
    type: when?.on === 'event' ? when.type : 'task.completed',
    label: when && 'label' in when ? (when.label ?? '') : '',
    minutes: String(minutes ?? 60),
    from: localTime(when?.on === 'schedule' ? when.from : now),
    does: action?.do ?? 'notify',
    text: action?.do === 'notify' ? action.text : action?.do === 'create_task' ? action.title : '',
    whom: action?.do === 'assign' ? action.to : action?.do === 'create_task' ? (action.assignee ?? '') : '',
    labels: action?.do === 'create_task' ? action.labels.join(', ') : '',
  }
}

/** As the operation takes it, which says what is wrong with it. */
export function savedOf(draft: Draft): { name: string; when: When; action: Action } {
  return { name: draft.name, when: whenOf(draft), action: actionOf(draft) }
}

function whenOf({ on, type, label: typed, minutes: chosen, from }: Draft): When {
  const label = typed.trim() || null
  const minutes = Number(chosen)
  switch (on) {
    case 'event':
      return { on, type, label }
    case 'schedule':
      return { on, from: new Date(from).getTime(), everyMinutes: minutes }
    case 'deadline':
    case 'silence':
      return { on, minutes, label }
  }
}

function actionOf({ does, text, whom, labels }: Draft): Action {
  switch (does) {
    case 'notify':
      return { do: does, text }
    case 'create_task': {
      const typed = labels.split(',').map((label) => label.trim())
      return { do: does, title: text, labels: typed.filter((label) => label !== ''), assignee: whom || null, priority: 2 }
    }
    case 'assign':
      return { do: does, to: whom }
    case 'pause':
      return { do: does }
  }
}

function localTime(ms: number): string {
  const at = new Date(ms)
  return new Date(ms - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
