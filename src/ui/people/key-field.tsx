import { useState } from 'react'
import { type ActorKey, shortKey } from '../../core/ids.ts'
import { Field } from '../kit/field.tsx'
import { useKnownPeople } from '../known-people.ts'
import { useSession } from '../session.ts'
import { useNameOf } from './use-people.ts'

interface Props {
  /** Null while what is there names no key. */
  readonly onChange: (key: ActorKey | null) => void
}

/** A key that was heard of here, or one that somebody sent. */
export function KeyField({ onChange }: Props) {
  const { replica } = useSession()
  const nameOf = useNameOf()
  const known = useKnownPeople()
  const [chosen, setChosen] = useState('')
  const [typed, setTyped] = useState('')
  const held = replica.authority.registry.all.filter(({ isInvite }) => !isInvite).map(({ audience }) => audience)
  const keys = [...new Set<string>([...held, ...known.map(({ actor }) => actor)])].filter((key) => key !== replica.actor)
  const isOther = chosen === OTHER
  return (
    <>
      <Field label="Whose key">
        {(props) => (
          <select
            {...props}
            value={chosen}
            onChange={({ target }) => {
              setChosen(target.value)
              onChange(target.value === OTHER ? keyIn(typed) : keyIn(target.value))
            }}
            required
          >
            <option value="" disabled>
              Choose …
            </option>
            {keys.map((key) => (
              <option key={key} value={key}>
                {labelOf(nameOf(key as ActorKey), key)}
              </option>
            ))}
            <option value={OTHER}>Another key …</option>
          </select>
        )}
      </Field>
      {isOther ? (
        <Field label="Key" hint="01 and 64 more hex digits, as their Network page or the command line shows it.">
          {(props) => (
            <input
              {...props}
              value={typed}
              onChange={({ target }) => {
                setTyped(target.value)
                onChange(keyIn(target.value))
              }}
              autoComplete="off"
              spellCheck={false}
              required
            />
          )}
        </Field>
      ) : null}
    </>
  )
}

const OTHER = 'other'

function keyIn(text: string): ActorKey | null {
  const key = text.trim().toLowerCase()
  return /^01[0-9a-f]{64}$/.test(key) ? (key as ActorKey) : null
}

function labelOf(name: string, key: string): string {
  return name === shortKey(key) ? name : `${name} (${shortKey(key)})`
}
