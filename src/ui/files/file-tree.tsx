import { ChevronRight, FileText, Folder, FolderOpen } from 'lucide-react'
import { type KeyboardEvent, useMemo, useRef, useState } from 'react'
import { Virtualizer } from 'virtua'
import { useLocation } from 'wouter'
import type { NodeId } from '../../core/ids.ts'
import { links } from '../links.ts'
import { useSession } from '../session.ts'
import css from './file-tree.module.css'
import { type TreeRow, treeRows } from './tree.ts'
import { useDocuments } from './use-documents.ts'

interface FileTreeProps {
  readonly open: NodeId | null
  readonly filter: string
}

/** All documents by path. Only what is in view exists as elements; one row is the tree's stop for the Tab key. */
export function FileTree({ open, filter }: FileTreeProps) {
  const { replica, workspaceId } = useSession()
  const [, navigate] = useLocation()
  const ids = useDocuments()
  const scroll = useRef<HTMLDivElement>(null)
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const [stop, setStop] = useState<string | null>(null)
  const files = useMemo(() => ids.map((id) => ({ id, path: replica.nodes.get(id)?.path ?? '' })), [ids, replica])
  const rows = useMemo(() => treeRows(files, filter, closed), [files, filter, closed])
  const at = Math.max(
    0,
    rows.findIndex(({ key }) => key === (stop ?? open)),
  )

  const toggle = (key: string): void => {
    const next = new Set(closed)
    if (!next.delete(key)) next.add(key)
    setClosed(next)
  }
  const choose = (row: TreeRow): void => {
    setStop(row.key)
    if (row.id === null) toggle(row.key)
    else navigate(links.file(workspaceId, row.id))
  }
  const goTo = (row: TreeRow | undefined): void => {
    if (!row) return
    setStop(row.key)
    // The row is there once the tree is drawn again.
    requestAnimationFrame(() => scroll.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(row.key)}"]`)?.focus())
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[at]
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return
    const parent = rows.slice(0, at).findLast(({ level }) => level < row.level)
    if (event.key === 'ArrowDown') goTo(rows[at + 1])
    else if (event.key === 'ArrowUp') goTo(rows[at - 1])
    else if (event.key === 'Home') goTo(rows[0])
    else if (event.key === 'End') goTo(rows.at(-1))
    else if (event.key === 'Enter' || event.key === ' ') choose(row)
    else if (event.key === 'ArrowRight' && row.id === null) {
      if (row.open) goTo(rows[at + 1])
      else toggle(row.key)
    } else if (event.key === 'ArrowLeft') {
      if (row.id === null && row.open) toggle(row.key)
      else goTo(parent)
    } else return
    event.preventDefault()
  }

  return (
    // The rows take the focus, and their keys are heard here.
    // oxlint-disable-next-line jsx-a11y/interactive-supports-focus
    <div
      ref={scroll}
      className={css['tree']}
      role="tree"
      aria-label="Documents"
      onKeyDown={onKeyDown}
      data-empty={rows.length === 0 || undefined}
    >
      <Virtualizer data={rows} scrollRef={scroll} keepMounted={rows.length > 0 ? [at] : []} bufferSize={300} itemSize={30}>
        {(row, index) => (
          <Row
            key={row.key}
            row={row}
            current={row.id !== null && row.id === open}
            isStop={index === at}
            onChoose={() => choose(row)}
          />
        )}
      </Virtualizer>
    </div>
  )
}

interface RowProps {
  readonly row: TreeRow
  readonly current: boolean
  readonly isStop: boolean
  readonly onChoose: () => void
}

function Row({ row, current, isStop, onChoose }: RowProps) {
  const isFolder = row.id === null
  const Icon = isFolder ? (row.open ? FolderOpen : Folder) : FileText
  return (
    // The tree hears the keys.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      className={css['row']}
      role="treeitem"
      aria-level={row.level}
      aria-posinset={row.place}
      aria-setsize={row.siblings}
      aria-expanded={isFolder ? row.open : undefined}
      aria-selected={current}
      aria-label={row.name}
      data-key={row.key}
      data-level={Math.min(row.level, 12)}
      tabIndex={isStop ? 0 : -1}
      title={row.name}
      onClick={onChoose}
    >
      <ChevronRight size={12} className={css['chevron']} data-folder={isFolder || undefined} aria-hidden />
      <Icon size={14} className={css['icon']} aria-hidden />
      <bdi className={css['name']}>{row.name}</bdi>
    </div>
  )
}
