import { lazy, Suspense, useSyncExternalStore } from 'react'
import { useBoard } from './board-context.ts'

const BulkBar = lazy(async () => ({ default: (await import('./bulk-bar.tsx')).BulkBar }))

/** What can be done to all selected cards together, while some are. */
export function SelectionBar() {
  const { selection } = useBoard()
  const selected = useSyncExternalStore(selection.subscribe, selection.get)
  if (selected.size === 0) return null
  return (
    <Suspense>
      <BulkBar selected={selected} />
    </Suspense>
  )
}
