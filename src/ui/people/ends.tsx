/** When something is to end: a while from now, at a moment of one's choosing, or never. */

import { useId } from 'react'
import fields from '../kit/field.module.css'

export type EndsChoice = '1h' | '8h' | '1d' | '1w' | 'never' | 'at' | 'as-now'

export interface Ends {
  readonly choice: EndsChoice
  /** Local date and time, as the field has it. */
  readonly at: string
}

const HOUR = 3_600_000
const CHOICES: readonly (readonly [EndsChoice, string, number | null])[] = [
  ['1h', '1 hour', HOUR],
  ['8h', '8 hours', 8 * HOUR],
  ['1d', '1 day', 24 * HOUR],
  ['1w', '1 week', 7 * 24 * HOUR],
  ['never', 'Never', null],
  ['at', 'At a time I choose …', null],
]

/** Milliseconds since 1970, null for never; 'wrong' while the moment is no moment to come. */
export function endsAt({ choice, at }: Ends, now: number, asNow: number | null = null): number | null | 'wrong' {
  if (choice === 'as-now') return asNow
  if (choice === 'at') {
    const ms = new Date(at).getTime()
    return Number.isNaN(ms) || ms <= now ? 'wrong' : ms
  }
  const length = CHOICES.find(([name]) => name === choice)?.[2] ?? null
  return length === null ? null : now + length
}

interface EndsFieldProps {
  readonly ends: Ends
  readonly onChange: (ends: Ends) => void
  /** Words for leaving it as it is, where there is something to leave. */
  readonly asNow?: string | undefined
}

export function EndsField({ ends, onChange, asNow }: EndsFieldProps) {
  const id = useId()
  const { choice, at } = ends
  return (
    <div className={fields['field']}>
      <label htmlFor={id} className={fields['label']}>
        Ends after
      </label>
      <select
        id={id}
        className={fields['input']}
        value={choice}
        onChange={(event) => onChange({ ...ends, choice: event.target.value as EndsChoice })}
      >
        {asNow === undefined ? null : <option value="as-now">{asNow}</option>}
        {CHOICES.map(([value, title]) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
      </select>
      {choice === 'at' ? (
        <input
          type="datetime-local"
          className={fields['input']}
          aria-label="Ends at"
          value={at}
          onChange={(event) => onChange({ ...ends, at: event.target.value })}
          required
        />
      ) : null}
    </div>
  )
}
