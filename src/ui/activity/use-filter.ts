/** What the stream shows stands in the address, so that it can be shared and comes back with the back button. */

import { useMemo } from 'react'
import { useLocation, useSearch } from 'wouter'
import { ANY_EVENT, type EventFilter } from '../../replica/event-pages.ts'
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
  const [path, navigate] = useLocation()
  const search = useSearch()
  const text = useMemo((): FilterText => {
    const query = new URLSearchParams(search)
    const read = (name: string): string => query.get(name) ?? ''
    return { who: read('who'), what: read('what'), task: read('task'), void: read('void') }
  }, [search])
  const write = (next: Readonly<Record<string, string>>): void => {
    const query = new URLSearchParams(Object.entries(next).filter(([, value]) => value !== ''))
    navigate(`${path}?${query.toString()}`, { replace: true })
  }
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
    change: (part) => write({ ...text, ...part }),
    clear: () => write({}),
  }
}
