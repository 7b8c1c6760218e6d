/** The fields of an agent's profile. Limits are per run; the agent is told them. */

import { Field } from '../kit/field.tsx'
import fields from '../kit/field.module.css'
import type { InputOf } from '../../operations/table.ts'
import { LOCAL } from '../../core/limits.ts'

export interface ProfileText {
  readonly name: string
  readonly role: string
  readonly model: string
  /** With commas between. */
  readonly skills: string
  readonly prompt: string
  /** Dollars and minutes. */
  readonly cost: string
  readonly minutes: string
  /** A tool a line, or a tool and a pattern of paths. */
  readonly approve: string
}

export const EMPTY_PROFILE: ProfileText = {
  name: '',
  role: '',
  model: '',
  skills: '',
  prompt: '',
  cost: '',
  minutes: '',
  approve: '',
}

type ProfileInput = Omit<InputOf<'create_agent'>, 'invite' | 'actor'>

/** The profile as operations take it, or what is wrong with what was typed. */
export function profileOf(text: ProfileText): ProfileInput | string {
  const name = text.name.trim()
  if (name === '') return 'Give the agent a name.'
  const [dollars, minutes] = [numberIn(text.cost), numberIn(text.minutes)]
  if (dollars === 'wrong') return 'The cost is an amount in dollars, such as 2.50.'
  if (minutes === 'wrong') return 'The time is a number of minutes.'
  const costMicros = Math.round((dollars ?? 0) * 1_000_000)
  const whole = Math.round(minutes ?? 0)
  const approve = [...new Set(text.approve.split('\n').map((one) => one.trim()))].filter((one) => one !== '')
  return {
    name,
    role: text.role.trim() || null,
    model: text.model.trim() || null,
    skills: [...new Set(text.skills.split(',').map((skill) => skill.trim()))].filter((skill) => skill !== ''),
    prompt: text.prompt,
    limits: {
      ...(costMicros > 0 ? { costMicros } : {}),
      ...(whole > 0 ? { minutes: whole } : {}),
      ...(approve.length > 0 ? { approve } : {}),
    },
  }
}

function numberIn(text: string): number | null | 'wrong' {
  if (text.trim() === '') return null
  const value = Number(text.trim().replace(/^\$/, ''))
  return Number.isFinite(value) && value >= 0 && value < 1e9 ? value : 'wrong'
}

interface Props {
  readonly text: ProfileText
  readonly onChange: (text: ProfileText) => void
}

export function ProfileFields({ text, onChange }: Props) {
  const line = (part: keyof ProfileText, label: string, placeholder: string, hint?: string) => (
    <Field label={label} {...(hint === undefined ? {} : { hint })}>
      {(props) => (
        <input
          {...props}
          value={text[part]}
          placeholder={placeholder}
          maxLength={LOCAL.nameChars}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onChange({ ...text, [part]: event.target.value })}
        />
      )}
    </Field>
  )
  return (
    <>
      <div className={fields['row']}>
        {line('name', 'Name', 'coder-1')}
        {line('role', 'Role', 'coder')}
        {line('model', 'Model', 'as its program decides')}
      </div>
      {line('skills', 'Skills', 'typescript, css', 'With commas between.')}
      <Field label="Prompt" hint="What it is told before each task.">
        {(props) => (
          <textarea
            {...props}
            rows={4}
            value={text.prompt}
            maxLength={LOCAL.promptChars}
            placeholder="Write a test first. Ask before you change the schema."
            onChange={(event) => onChange({ ...text, prompt: event.target.value })}
          />
        )}
      </Field>
      <div className={fields['row']}>
        {line('cost', 'Most a run may cost, in $', 'no limit')}
        {line('minutes', 'Most minutes a run may take', 'no limit')}
      </div>
      <Field
        label="Asks a person before"
        hint="One tool a line, or a tool and a pattern of paths. The question comes into the inbox."
      >
        {(props) => (
          <textarea
            {...props}
            rows={2}
            value={text.approve}
            placeholder={'write_document docs/**\ncreate_task'}
            spellCheck={false}
            onChange={(event) => onChange({ ...text, approve: event.target.value })}
          />
        )}
      </Field>
    </>
  )
}
