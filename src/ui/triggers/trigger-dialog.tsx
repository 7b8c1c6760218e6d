/** Asks what a trigger is set off by, and what it does then. */

import { type FormEvent, useState } from 'react'
import { LOCAL } from '../../core/limits.ts'
import type { Trigger } from '../../operations/triggers.ts'
import { attempt } from '../act.ts'
import { EVENT_GROUPS } from '../activity/event-types.ts'
import { useRoster } from '../board/use-names.ts'
import { Actions } from '../kit/actions.tsx'
import { Button } from '../kit/button.tsx'
import { Dialog } from '../kit/dialog.tsx'
import { Field } from '../kit/field.tsx'
import fields from '../kit/field.module.css'
import { useSession } from '../session.ts'
import { type Draft, draftOf, ON, savedOf, DO } from './draft.ts'
import { INTERVALS, lengthWords } from './words.ts'

export function TriggerDialog({ trigger, onClose }: { readonly trigger: Trigger | null; readonly onClose: () => void }) {
  const session = useSession()
  const [draft, setDraft] = useState(() => draftOf(trigger, Date.now()))
  const [problem, setProblem] = useState<string | null>(null)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const refusal = attempt(session, 'save_trigger', { ...savedOf(draft), ...(trigger ? { trigger: trigger.id } : {}) })
    if (refusal) setProblem(refusal.detail)
    else onClose()
  }
  const form = { draft, set: (part: Partial<Draft>) => setDraft({ ...draft, ...part }) }
  return (
    <Dialog title={trigger ? `Change ${trigger.name}` : 'New trigger'} onClose={onClose}>
      <form className={fields['form']} onSubmit={submit}>
        <Words {...form} part="name" label="Name" placeholder="Ask for a test" />
        <Choice {...form} part="on" label="When" options={ON} />
        <WhenFields {...form} />
        <Choice
          {...form}
          part="does"
          label="Then"
          options={DO.filter(([does]) => does !== 'assign' || draft.on !== 'schedule')}
        />
        <ActionFields {...form} />
        {trigger?.isOn ? <p className={fields['hint']}>It is off after a change, until you switch it on again.</p> : null}
        <Actions problem={problem}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary">
            Save
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}

interface FormProps {
  readonly draft: Draft
  readonly set: (part: Partial<Draft>) => void
}

function WhenFields({ draft, set }: FormProps) {
  const lengths = INTERVALS.map(([minutes, words]): readonly [string, string] => [
    String(minutes),
    draft.on === 'schedule' ? `Every ${words}` : lengthWords(minutes),
  ])
  const length = (label: string) => <Choice draft={draft} set={set} part="minutes" label={label} options={lengths} />
  const label = <Words draft={draft} set={set} part="label" label="Only tasks with the label" placeholder="Any" isOptional />
  switch (draft.on) {
    case 'event':
      return (
        <div className={fields['row']}>
          <Field label="Event">
            {(props) => (
              <select {...props} value={draft.type} onChange={(event) => set({ type: event.target.value })}>
                {EVENT_GROUPS.map((group) => (
                  <optgroup key={group.title} label={group.title}>
                    {group.types.map(([type, title]) => (
                      <option key={type} value={type}>
                        {title}
                      </option>
                    ))}
                  </optgroup>
                ))}
              </select>
            )}
          </Field>
          {label}
        </div>
      )
    case 'schedule':
      return (
        <div className={fields['row']}>
          <Field label="From">
            {(props) => (
              <input
                {...props}
                type="datetime-local"
                required
                value={draft.from}
                onChange={(event) => set({ from: event.target.value })}
              />
            )}
          </Field>
          {length('How often')}
        </div>
      )
    case 'deadline':
    case 'silence':
      return (
        <div className={fields['row']}>
          {length(draft.on === 'deadline' ? 'How long before' : 'Silent for')}
          {label}
        </div>
      )
  }
}

function ActionFields({ draft, set }: FormProps) {
  const roster = useRoster()
  const people = roster.map((name): readonly [string, string] => [name, name])
  switch (draft.does) {
    case 'notify':
      return (
        <Words
          draft={draft}
          set={set}
          part="text"
          label="Words"
          placeholder="Somebody should look at this"
          hint="You are told, and the task gets it as a comment."
        />
      )
    case 'create_task':
      return (
        <>
          <Words draft={draft} set={set} part="text" label="Title" placeholder="Test it" />
          <div className={fields['row']}>
            <Choice draft={draft} set={set} part="whom" label="For" options={[['', 'Nobody yet'], ...people]} />
            <Words draft={draft} set={set} part="labels" label="Labels" placeholder="test, follow-up" isOptional />
          </div>
        </>
      )
    case 'assign':
      return <Choice draft={draft} set={set} part="whom" label="To" options={people} />
    case 'pause':
      return (
        <p className={fields['hint']}>
          {draft.on === 'schedule'
            ? 'All agents are paused, until somebody resumes them.'
            : 'The agent that it is about is paused.'}
        </p>
      )
  }
}

interface PartProps<P extends keyof Draft> extends FormProps {
  readonly part: P
  readonly label: string
}

interface WordsProps extends PartProps<'name' | 'label' | 'text' | 'labels'> {
  readonly placeholder: string
  readonly hint?: string
  readonly isOptional?: boolean
}

function Words({ draft, set, part, label, placeholder, hint, isOptional = false }: WordsProps) {
  return (
    <Field label={label} {...(hint === undefined ? {} : { hint })}>
      {(props) => (
        <input
          {...props}
          value={draft[part]}
          required={!isOptional}
          maxLength={LOCAL.nameChars}
          autoComplete="off"
          placeholder={placeholder}
          onChange={(event) => set({ [part]: event.target.value })}
        />
      )}
    </Field>
  )
}

interface ChoiceProps extends PartProps<'on' | 'does' | 'minutes' | 'whom'> {
  readonly options: readonly (readonly [value: string, words: string])[]
}

function Choice({ draft, set, part, label, options }: ChoiceProps) {
  return (
    <Field label={label}>
      {(props) => (
        <select
          {...props}
          value={draft[part]}
          required={part !== 'whom'}
          onChange={(event) => set({ [part]: event.target.value })}
        >
          {options.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}
