/** Triggers in sentences. */

import type { Action, Trigger, When } from '../../operations/triggers.ts'
import { EVENT_GROUPS } from '../activity/event-types.ts'
import { exactTime } from '../times.ts'

/** The lengths of time that can be chosen, in minutes. */
export const INTERVALS: readonly (readonly [minutes: number, words: string])[] = [
  [15, '15 minutes'],
  [30, '30 minutes'],
  [60, 'hour'],
  [240, '4 hours'],
  [1440, 'day'],
  [10_080, 'week'],
]

/** `When a task is submitted for review`. */
export function whenWords(when: When): string {
  switch (when.on) {
    case 'event':
      return `On “${eventTitle(when.type)}”${labelWords(when.label)}`
    case 'schedule':
      return `Every ${intervalWords(when.everyMinutes)}, from ${exactTime(when.from)}`
    case 'deadline':
      return `${lengthWords(when.minutes)} before a due date${labelWords(when.label)}`
    case 'silence':
      return `When a run leaves no sign for ${lengthWords(when.minutes)}${labelWords(when.label)}`
  }
}

export function actionWords(action: Action): string {
  switch (action.do) {
    case 'notify':
      return `say “${action.text}”`
    case 'create_task':
      return `create the task “${action.title}”${action.assignee === null ? '' : ` for ${action.assignee}`}`
    case 'assign':
      return `assign the task to ${action.to}`
    case 'pause':
      return 'pause the agent'
  }
}

/** Whether it is on, and by whom. */
export function standingWords(
  { isOn, runner, stopped }: Trigger,
  nameOf: (actor: NonNullable<Trigger['runner']>) => string,
): string {
  if (isOn && runner) return `On · carried out by ${nameOf(runner)} while their board or host is open`
  if (isOn) return 'Rests: somebody changed it since it was switched on. Switch it on again to carry it out yourself.'
  return stopped === null ? 'Off' : `Switched itself off: ${stopped}`
}

export function eventTitle(type: string): string {
  for (const { title, types } of EVENT_GROUPS)
    for (const [one, words] of types)
      if (one === type) return words.startsWith('All') ? words : `${title}: ${words.toLowerCase()}`
  return type
}

/** `15 minutes`, `1 hour`. */
export function lengthWords(minutes: number): string {
  const words = intervalWords(minutes)
  return /^\d/.test(words) ? words : `1 ${words}`
}

function intervalWords(minutes: number): string {
  return INTERVALS.find(([length]) => length === minutes)?.[1] ?? `${minutes} minutes`
}

function labelWords(label: string | null): string {
  return label === null ? '' : `, for tasks labelled ${label}`
}
