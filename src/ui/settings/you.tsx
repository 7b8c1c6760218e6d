import { type FormEvent, useState } from 'react'
import { faultWords } from '../words.ts'
import { PersonAvatar } from '../kit/avatar.tsx'
import { Actions } from '../kit/actions.tsx'
import { Button } from '../kit/button.tsx'
import { Field } from '../kit/field.tsx'
import fields from '../kit/field.module.css'
import { notify } from '../notices.ts'
import { useSession } from '../session.ts'
import css from './settings.module.css'

/** Each is far from the others, and initials read well on it. */
const COLORS = [
  ['#5b5bd6', 'Iris'],
  ['#2563cf', 'Blue'],
  ['#0b7285', 'Teal'],
  ['#17764a', 'Green'],
  ['#8a6400', 'Ochre'],
  ['#b4530d', 'Orange'],
  ['#c2343f', 'Red'],
  ['#b0368c', 'Pink'],
] as const

interface Props {
  readonly name: string
  readonly color: string
  readonly onClose: () => void
}

export function You({ name: first, color: firstColor, onClose }: Props) {
  const { setName: save } = useSession()
  const [name, setName] = useState(first)
  const [color, setColor] = useState(firstColor)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onClose()
    save(name.trim(), color).catch((error: unknown) => {
      notify(`Your name was not saved: ${faultWords(error)}`, { tone: 'bad' })
    })
  }
  return (
    <form className={fields['form']} onSubmit={submit}>
      <Field label="Your name" hint="Others see it beside your cursor, your comments and your changes.">
        {(props) => (
          <input
            {...props}
            value={name}
            onChange={(event) => setName(event.target.value)}
            required
            maxLength={80}
            autoComplete="name"
          />
        )}
      </Field>
      <fieldset>
        <legend className={css['legend']}>Your colour</legend>
        <div className={css['colors']}>
          {COLORS.map(([value, title]) => (
            <label key={value} className={css['color']} title={title}>
              <input type="radio" name="color" aria-label={title} checked={value === color} onChange={() => setColor(value)} />
              <PersonAvatar name={name.trim() === '' ? '?' : name} color={value} size={30} />
            </label>
          ))}
        </div>
      </fieldset>
      <Actions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary">
          Save
        </Button>
      </Actions>
    </form>
  )
}
