/**
 * A field that takes one thing after another: type to search, Enter or a click to take. The ARIA combobox pattern with a
 * listbox; Escape closes the list first, and only then what stands around it.
 */

// The roles of this pattern have no elements: a datalist cannot be styled, described or tested.
// oxlint-disable jsx-a11y/prefer-tag-over-role
import { type KeyboardEvent, useId, useState } from 'react'
import css from './picker.module.css'

export interface Choice {
  readonly value: string
  readonly label: string
  /** A second, quieter word. */
  readonly hint?: string
}

interface PickerProps {
  /** The field's name for everybody, and its placeholder. */
  readonly label: string
  readonly placeholder?: string
  /** What fits the words typed so far, best first. */
  readonly choicesFor: (typed: string) => readonly Choice[]
  /** Words for taking what was typed as it is; without it only what is in the list can be taken. */
  readonly asTyped?: (typed: string) => string
  /** Answers whether it was taken: then the field is empty again. */
  readonly onPick: (value: string) => boolean
}

const SHOWN = 8

export function Picker({ label, placeholder, choicesFor, asTyped, onPick }: PickerProps) {
  const [typed, setTyped] = useState('')
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(0)
  const id = useId()
  const choices = open ? offered(choicesFor(typed.trim()), typed.trim(), asTyped) : []
  const current = Math.min(active, choices.length - 1)

  const take = (choice: Choice | undefined): void => {
    if (!choice || !onPick(choice.value)) return
    setTyped('')
    setActive(0)
    setOpen(false)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setOpen(true)
      const step = event.key === 'ArrowDown' ? 1 : -1
      if (choices.length > 0) setActive((current + step + choices.length) % choices.length)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      take(choices[current])
    } else if (event.key === 'Escape' && (open || typed !== '')) {
      event.preventDefault()
      setOpen(false)
      setTyped('')
    }
  }

  return (
    <div className={css['picker']}>
      <input
        role="combobox"
        className={css['input']}
        aria-label={label}
        aria-expanded={choices.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={choices.length > 0 ? `${id}-${current}` : undefined}
        placeholder={placeholder ?? label}
        autoComplete="off"
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value)
          setActive(0)
          setOpen(true)
        }}
        onFocus={() => setOpen(true)}
        onClick={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      <div id={`${id}-list`} role="listbox" aria-label={label} className={css['list']} hidden={choices.length === 0}>
        {choices.map((choice, i) => (
          // The keyboard is at the field, which says which option is active.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
          <div
            key={choice.value}
            id={`${id}-${i}`}
            role="option"
            aria-selected={i === current}
            className={css['option']}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => take(choice)}
          >
            <span className={css['label']}>{choice.label}</span>
            {choice.hint ? <span className={css['hint']}>{choice.hint}</span> : null}
          </div>
        ))}
      </div>
    </div>
  )
}

function offered(choices: readonly Choice[], typed: string, asTyped: PickerProps['asTyped']): readonly Choice[] {
  const shown = choices.slice(0, SHOWN)
  const isNew =
    asTyped && typed !== '' && !choices.some(({ value, label }) => value === typed || label.toLowerCase() === typed.toLowerCase())
  return isNew ? [...shown, { value: typed, label: asTyped(typed) }] : shown
}
