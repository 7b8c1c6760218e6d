import { Search, X } from 'lucide-react'
import { type KeyboardEvent, type RefObject, useId, useRef, useState } from 'react'
import type { Term } from '../../core/task-query.ts'
import { IconButton } from '../kit/button.tsx'
import { useSession } from '../session.ts'
import css from './filter-bar.module.css'
import { type Suggestion, suggestionsFor } from './suggestions.ts'
import { type NameOf, wordsInUse } from './task-facts.ts'
import type { Filter } from './use-filter.ts'

interface FilterBarProps {
  readonly filter: Filter
  readonly input: RefObject<HTMLInputElement | null>
  readonly nameOf: NameOf
}

export function FilterBar({ filter, input, nameOf }: FilterBarProps) {
  const { look, ...inUse } = useWordsInUse(nameOf)
  const choice = (name: string, all: string, key: 'label' | 'agent', options: readonly string[]) => (
    <Choice
      name={name}
      all={all}
      options={options}
      value={onlyValue(filter.chips, key)}
      look={look}
      onChange={(value) => filter.put(withOnly(filter.chips, key, value))}
    />
  )
  return (
    <>
      <FilterField filter={filter} input={input} look={look} offers={(typed) => suggestionsFor(typed, inUse)} />
      {choice('Label', 'All labels', 'label', inUse.labels)}
      {choice('Assignee', 'Everybody', 'agent', inUse.agents)}
      {filter.query === '' ? null : (
        <IconButton label="Show all tasks" onClick={filter.clear}>
          <X size={15} aria-hidden />
        </IconButton>
      )}
    </>
  )
}

interface FilterFieldProps extends Pick<FilterBarProps, 'filter' | 'input'> {
  readonly look: () => void
  readonly offers: (typed: string) => readonly Suggestion[]
}

/** A combobox after the ARIA pattern: what is typed filters at once; a suggestion is taken by Enter once it is chosen. */
function FilterField({ filter, input, look, offers }: FilterFieldProps) {
  const id = useId()
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(-1)
  const isDropped = useRef(false)
  const shown = open ? offers(filter.typed) : []
  const current = Math.min(active, shown.length - 1)
  const take = (one: Suggestion): void => {
    filter.type(one.text)
    setActive(one.whole ? -1 : 0)
    setOpen(true)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.nativeEvent.isComposing) return
    const chosen = shown[current]
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      setOpen(true)
      const by = event.key === 'ArrowDown' ? 1 : -1
      if (shown.length > 0) setActive((Math.max(current, by > 0 ? -1 : 0) + by + shown.length) % shown.length)
    } else if (event.key === 'Enter') {
      if (chosen) take(chosen)
      else {
        filter.settle()
        setOpen(false)
      }
    } else if (event.key === 'Backspace' && filter.typed === '' && filter.chips.length > 0) filter.put(filter.chips.slice(0, -1))
    else if (event.key === 'Escape') {
      isDropped.current = true
      filter.type('')
      event.currentTarget.blur()
    } else return
    event.preventDefault()
  }
  return (
    <search className={css['filter']}>
      <Search size={14} aria-hidden />
      <input
        ref={input}
        role="combobox"
        className={css['field']}
        aria-label="Filter tasks"
        aria-keyshortcuts="/"
        aria-autocomplete="list"
        aria-expanded={shown.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={current >= 0 ? `${id}-${current}` : undefined}
        placeholder="Filter tasks"
        enterKeyHint="search"
        value={filter.typed}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          filter.type(event.target.value)
          setActive(/:[^\s]*$/.test(event.target.value) ? 0 : -1)
          setOpen(true)
        }}
        onFocus={() => {
          look()
          setOpen(true)
        }}
        onBlur={() => {
          if (!isDropped.current) filter.settle()
          isDropped.current = false
          setOpen(false)
        }}
        onKeyDown={onKeyDown}
      />
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role */}
      <div id={`${id}-list`} role="listbox" aria-label="What can be asked" className={css['offers']} hidden={shown.length === 0}>
        {shown.map((one, i) => (
          // The keyboard is at the field, which says which option is active.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
          <div
            key={one.label}
            id={`${id}-${i}`}
            // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
            role="option"
            aria-selected={i === current}
            className={css['offer']}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => take(one)}
          >
            <span>{one.label}</span>
            <span className={css['hint']}>{one.hint}</span>
          </div>
        ))}
      </div>
    </search>
  )
}

interface ChoiceProps {
  readonly name: string
  readonly all: string
  readonly options: readonly string[]
  readonly value: string
  /** Called when somebody is about to choose. */
  readonly look: () => void
  readonly onChange: (value: string) => void
}

function Choice({ name, all, options, value, look, onChange }: ChoiceProps) {
  return (
    <select
      className={css['choice']}
      aria-label={`Filter by ${name.toLowerCase()}`}
      value={value}
      onPointerEnter={look}
      onPointerDown={look}
      onFocus={look}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{all}</option>
      {value !== '' && !options.includes(value) ? <option>{value}</option> : null}
      {options.map((option) => (
        <option key={option}>{option}</option>
      ))}
    </select>
  )
}

/** The one value that the chips ask of a key, or ''. */
function onlyValue(chips: readonly Term[], key: 'label' | 'agent'): string {
  const [term, second] = chips.filter((chip) => chip.key === key && !chip.not)
  const values = term && 'values' in term && !second ? term.values : []
  return values.length === 1 ? (values[0] as string) : ''
}

function withOnly(chips: readonly Term[], key: 'label' | 'agent', value: string): readonly Term[] {
  const others = chips.filter((chip) => chip.key !== key || chip.not)
  return value === '' ? others : [...others, { key, values: [value], not: false }]
}

/** The labels and assignees in use, gathered when somebody reaches for them: it means looking at every task. */
function useWordsInUse(nameOf: NameOf) {
  const { replica } = useSession()
  const [seen, setSeen] = useState({ version: -1, labels: [] as readonly string[], agents: [] as readonly string[] })
  const look = (): void => {
    const { version } = replica.views
    if (seen.version !== version) setSeen({ version, ...wordsInUse(replica, nameOf) })
  }
  return { labels: seen.labels, agents: seen.agents, look }
}
