import { X } from 'lucide-react'
import { printTerm } from '../../core/task-query.ts'
import css from './filter-bar.module.css'
import type { Filter } from './use-filter.ts'

/** What the board is narrowed down to, each with a way to let go of it; and in words what was not understood. */
export function FilterChips({ filter }: { readonly filter: Filter }) {
  if (filter.chips.length === 0) return null
  const problems = filter.chips.flatMap((chip) => (chip.key === 'unclear' ? [chip.problem] : []))
  return (
    <div className={css['chipRow']}>
      <ul className={css['chips']} aria-label="Filters">
        {filter.chips.map((chip, at) => (
          // A chip has no name but its words and its place.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={`${at} ${printTerm(chip)}`} className={css['chip']} data-bad={chip.key === 'unclear' || undefined}>
            <span className={css['chipText']}>{printTerm(chip)}</span>
            <button
              type="button"
              className={css['chipEnd']}
              aria-label={`Remove the filter ${printTerm(chip)}`}
              onClick={() => filter.put(filter.chips.filter((other) => other !== chip))}
            >
              <X size={12} aria-hidden />
            </button>
          </li>
        ))}
      </ul>
      <p className={css['problem']} aria-live="polite">
        {problems.join(' ')}
      </p>
    </div>
  )
}
