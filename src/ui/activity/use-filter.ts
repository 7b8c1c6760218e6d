/** What the stream shows stands in the address, so that it can be shared and comes back with the back button. */

import { useMemo } from 'react'
import { ANY_EVENT, type EventFilter } from '../../replica/event-pages.ts'
import { useQuery } from '../hash-location.ts'
import { useSession } from '../session.ts'

/** As it is written: the task by its key. */
export interface FilterText {
  readonly who: string
  readonly what: string
  readonly task: string
  readonly void: string
}

export interface FilterChoice {
  readonly text: FilterText
  readonly filter: EventFilter
  readonly isFiltering: boolean
  /** A task is named that is not here. */
  readonly isTaskUnknown: boolean
  change(part: Partial<FilterText>): void
  clear(): void
}

export function useFilter(): FilterChoice {
  const { views } = useSession().replica
  const [query, setQuery] = useQuery()
  const text = useMemo(
    (): FilterText => ({
      who: query.get('who') ?? '',
      what: query.get('what') ?? '',
      task: query.get('task') ?? '',
      void: query.get('void') ?? '',
    }),
    [query],
  )
  const about = text.task === '' ? null : (views.find(text.task.trim().toUpperCase()) ?? views.find(text.task.trim()))
  const filter = useMemo(
    (): EventFilter => ({
      ...ANY_EVENT,
      actor: text.who === '' ? null : text.who,
      type: text.what === '' ? null : text.what,
      about,
      isVoid: text.void !== '',
    }),
    [text, about],
  )
  return {
    text,
    filter,
    isFiltering: Object.values(text).some((value) => value !== ''),
    isTaskUnknown: text.task !== '' && about === null,
    change: (part) => setQuery({ ...text, ...part }),
    clear: () => setQuery({}),
  }
}
