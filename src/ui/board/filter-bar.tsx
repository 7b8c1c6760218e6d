import { Search, X } from 'lucide-react'
import { type RefObject, useState } from 'react'
import { IconButton } from '../kit/button.tsx'
import { useSession } from '../session.ts'
import css from './board.module.css'
import { choicesOf, type Filter, isFiltering, NO_FILTER } from './filter.ts'

interface FilterBarProps {
  readonly filter: Filter
  readonly onChange: (filter: Filter) => void
  readonly input: RefObject<HTMLInputElement | null>
}

export function FilterBar({ filter, onChange, input }: FilterBarProps) {
  const { labels, assignees, look } = useChoices()
  return (
    <>
      <search className={css['filter']}>
        <Search size={14} aria-hidden />
        <input
          ref={input}
          type="search"
          className={css['filterInput']}
          aria-label="Filter tasks"
          aria-keyshortcuts="/"
          placeholder="Filter tasks"
          value={filter.text}
          autoComplete="off"
          onChange={(event) => onChange({ ...filter, text: event.target.value })}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return
            event.preventDefault()
            onChange({ ...filter, text: '' })
            event.currentTarget.blur()
          }}
        />
      </search>
      <Choice
        name="Label"
        all="All labels"
        options={labels}
        value={filter.label}
        look={look}
        onChange={(label) => onChange({ ...filter, label })}
      />
      <Choice
        name="Assignee"
        all="Everybody"
        options={assignees}
        value={filter.assignee}
        look={look}
        onChange={(assignee) => onChange({ ...filter, assignee })}
      />
      {isFiltering(filter) ? (
        <IconButton label="Show all tasks" onClick={() => onChange(NO_FILTER)}>
          <X size={15} aria-hidden />
        </IconButton>
      ) : null}
    </>
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

/** The labels and assignees in use, gathered when somebody reaches for them: it means looking at every task. */
function useChoices() {
  const { views } = useSession().replica
  const [seen, setSeen] = useState({ version: -1, labels: [] as readonly string[], assignees: [] as readonly string[] })
  const look = (): void => {
    if (seen.version !== views.version) setSeen({ version: views.version, ...choicesOf(views) })
  }
  return { labels: seen.labels, assignees: seen.assignees, look }
}
