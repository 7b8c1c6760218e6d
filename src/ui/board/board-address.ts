/**
 * What the board shows, as it stands in the address: which tasks (`q`), in which columns (`group`) and lanes (`lanes`). What is
 * not understood shows the plain board; what is as usual is left out.
 */

import { useCallback, useMemo } from 'react'
import { useLocation, useSearch } from 'wouter'

export const GROUPS = ['status', 'agent'] as const
export type Group = (typeof GROUPS)[number]
export const LANES = ['none', 'agent', 'parent', 'priority'] as const
export type LaneBy = (typeof LANES)[number]

export interface BoardView {
  readonly query: string
  readonly group: Group
  readonly lanes: LaneBy
}

export const PLAIN: BoardView = { query: '', group: 'status', lanes: 'none' }

export function parseBoardView(search: string): BoardView {
  const params = new URLSearchParams(search)
  const group = GROUPS.find((one) => one === params.get('group')) ?? 'status'
  const lanes = LANES.find((one) => one === params.get('lanes')) ?? 'none'
  return normal({ query: params.get('q') ?? '', group, lanes })
}

/** The query of the address, without `?`; empty for the plain board. */
export function printBoardView(view: BoardView): string {
  const { query, group, lanes } = normal(view)
  const parts = [
    query === '' ? '' : `q=${readable(query)}`,
    group === 'status' ? '' : `group=${group}`,
    lanes === 'none' ? '' : `lanes=${lanes}`,
  ]
  return parts.filter((part) => part !== '').join('&')
}

/** The view that the address asks for, and how to ask for another; `replace` leaves no step back in the browser. */
export function useBoardView(): readonly [view: BoardView, change: (next: Partial<BoardView>, replace?: boolean) => void] {
  const [path, navigate] = useLocation()
  const search = useSearch()
  const view = useMemo(() => parseBoardView(search), [search])
  const change = useCallback(
    (next: Partial<BoardView>, replace = false) => navigate(`${path}?${printBoardView({ ...view, ...next })}`, { replace }),
    [path, navigate, view],
  )
  return [view, change]
}

/** A lane for each agent in columns for each agent would say one thing twice. */
function normal({ query, group, lanes }: BoardView): BoardView {
  return { query: query.trim(), group, lanes: group === 'agent' && lanes === 'agent' ? 'none' : lanes }
}

/** As people like to read it in an address: blanks as `+`, and `:` and `,` as they are. */
function readable(text: string): string {
  return encodeURIComponent(text).replace(/%20/g, '+').replace(/%3A/g, ':').replace(/%2C/g, ',')
}
