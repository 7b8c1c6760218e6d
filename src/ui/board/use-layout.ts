/** What the board shows: the arrangement that a view asks for, and its columns from left to right. */

import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { STATUSES } from '../../core/fields.ts'
import type { NodeId } from '../../core/ids.ts'
import { compilePredicate, type Row } from '../../core/query.ts'
import { parseQuery, QUERY_FIELDS, queryPredicate, type Term } from '../../core/task-query.ts'
import { useMinute } from '../hooks.ts'
import { useSession } from '../session.ts'
import { type Arrangement, cellOf, createArrangement, laneOf, sizeOf } from './arrangement.ts'
import type { BoardView } from './board-address.ts'
import type { Shown } from './cells.ts'
import { useNameOf, useOwnNames, useRoster } from './use-names.ts'

export function useLayout({ query, group, lanes }: BoardView): Shown {
  const { replica } = useSession()
  const nameOf = useNameOf()
  const fits = useTest(query)
  const arrangement = useMemo(
    () => createArrangement(replica, { group, lanes, fits, nameOf }),
    [replica, group, lanes, fits, nameOf],
  )
  useEffect(() => arrangement.connect(), [arrangement])
  const columns = useColumns(arrangement, group)
  return useMemo(() => ({ arrangement, group, laneBy: lanes, columns, nameOf }), [arrangement, group, lanes, columns, nameOf])
}

/** What a cell shows. */
export function useCell(arrangement: Arrangement, lane: string, column: string): readonly NodeId[] {
  return useSyncExternalStore(
    (changed) => arrangement.on(cellOf(lane, column), changed),
    () => arrangement.ids(lane, column),
  )
}

/** How many tasks a column holds, shown or not. */
export function useTotal(arrangement: Arrangement, column: string): number {
  return useSyncExternalStore(
    (changed) => arrangement.on(sizeOf(column), changed),
    () => arrangement.total(column),
  )
}

/** How many of them are shown. */
export function useVisible(arrangement: Arrangement, column: string): number {
  return useSyncExternalStore(
    (changed) => arrangement.on(sizeOf(column), changed),
    () => arrangement.visible(column),
  )
}

export function useLaneSize(arrangement: Arrangement, lane: string): number {
  return useSyncExternalStore(
    (changed) => arrangement.on(laneOf(lane), changed),
    () => arrangement.laneSize(lane),
  )
}

export function useLanes(arrangement: Arrangement): readonly string[] {
  return useSyncExternalStore(
    (changed) => arrangement.on('lanes', changed),
    () => arrangement.lanes(),
  )
}

/** All statuses, but cancelled only while it holds something; or nobody, who could have work, and who has some. */
function useColumns(arrangement: Arrangement, group: BoardView['group']): readonly string[] {
  const roster = useRoster()
  const cancelled = useTotal(arrangement, group === 'status' ? 'cancelled' : '') > 0
  const used = useSyncExternalStore(
    (changed) => arrangement.on('columns', changed),
    () => arrangement.columns(),
  )
  return useMemo(() => {
    if (group === 'status') return STATUSES.filter((status) => status !== 'cancelled' || cancelled)
    const others = used.filter((name) => !roster.includes(name)).toSorted((a, b) => a.localeCompare(b))
    return [...new Set(['', ...roster, ...others])]
  }, [group, cancelled, roster, used])
}

/** The test that a query asks for, or null where it asks nothing. One that asks for time is made anew each minute. */
function useTest(query: string): ((row: Row) => boolean) | null {
  const minute = useMinute()
  const me = useOwnNames()
  const terms = useMemo(() => parseQuery(query), [query])
  const now = terms.some(({ key }) => key === 'stale') ? minute : 0
  return useMemo(() => {
    if (!terms.some(asks)) return null
    const test = compilePredicate(queryPredicate(terms, { now, me }), QUERY_FIELDS)
    return test.ok ? test.value : () => false
  }, [terms, now, me])
}

function asks({ key }: Term): boolean {
  return key !== 'unclear'
}
