import { X } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useKnownPeople } from '../known-people.ts'
import { IconButton } from '../kit/button.tsx'
import { actorName } from '../names.ts'
import { useSession } from '../session.ts'
import css from './activity-page.module.css'
import { EVENT_GROUPS } from './event-types.ts'
import type { FilterChoice } from './use-filter.ts'

export function Filters({ choice }: { readonly choice: FilterChoice }) {
  const { text, change } = choice
  const { authors, look } = useAuthors(text.who)
  return (
    <search className={css['filters']} aria-label="Filter events">
      <select
        className={css['choice']}
        aria-label="Filter by who"
        value={text.who}
        onPointerEnter={look}
        onPointerDown={look}
        onFocus={look}
        onChange={(event) => change({ who: event.target.value })}
      >
        <option value="">Everybody</option>
        {authors.map(({ actor, name }) => (
          <option key={actor} value={actor}>
            {name}
          </option>
        ))}
      </select>
      <select
        className={css['choice']}
        aria-label="Filter by kind"
        value={text.what}
        onChange={(event) => change({ what: event.target.value })}
      >
        <option value="">All kinds</option>
        {EVENT_GROUPS.map(({ title, types }) => (
          <optgroup key={title} label={title}>
            {types.map(([type, name]) => (
              <option key={type} value={type}>
                {name}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
      <input
        className={css['taskInput']}
        aria-label="Filter by task"
        aria-invalid={choice.isTaskUnknown || undefined}
        placeholder="Task, e.g. WN-12"
        value={text.task}
        autoComplete="off"
        onChange={(event) => change({ task: event.target.value })}
      />
      <label className={css['toggle']}>
        <input
          type="checkbox"
          checked={text.void !== ''}
          onChange={(event) => change({ void: event.target.checked ? '1' : '' })}
        />
        Only what does not count
      </label>
      {choice.isFiltering ? (
        <IconButton label="Show all events" onClick={choice.clear}>
          <X size={15} aria-hidden />
        </IconButton>
      ) : null}
    </search>
  )
}

interface NamedAuthor {
  readonly actor: string
  readonly name: string
}

/** Whoever has written, gathered when somebody reaches for the list: each chain of the history names its author. */
function useAuthors(chosen: string): { readonly authors: readonly NamedAuthor[]; readonly look: () => void } {
  const { replica } = useSession()
  const known = useKnownPeople()
  const [chains, setChains] = useState(0)
  const authors = useMemo(() => {
    const actors = new Set(chosen === '' ? [] : [chosen])
    if (chains > 0) for (const { feed } of replica.history.chainNames()) actors.add(feed.slice(0, replica.actor.length))
    return [...actors].map((actor) => ({ actor, name: actorName(actor, known) })).toSorted(byName)
  }, [replica, known, chosen, chains])
  return { authors, look: () => setChains(replica.history.chainCount) }
}

/** Keys without a name come last. */
function byName(a: NamedAuthor, b: NamedAuthor): number {
  const isKey = ({ name }: NamedAuthor): number => Number(/^key [0-9a-f]{4}·/.test(name))
  return isKey(a) - isKey(b) || a.name.localeCompare(b.name)
}
