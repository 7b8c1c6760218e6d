/** The menu of a column. Loaded when it is first opened. */

import { CheckCheck, Gauge } from 'lucide-react'
import type { Status } from '../../core/fields.ts'
import { type Anchor, Menu, MenuItem } from '../kit/menu.tsx'
import { count } from '../words.ts'
import { useBoard } from './board-context.ts'
import { columnIds, columnTitle } from './cells.ts'
import { useMayShare } from './use-rights.ts'

interface ColumnMenuProps {
  readonly column: string
  readonly anchor: Anchor
  readonly onClose: () => void
}

export function ColumnMenu({ column, anchor, onClose }: ColumnMenuProps) {
  const { selection, shown, openMenu } = useBoard()
  const { group } = shown()
  const ids = columnIds(shown(), column)
  const mayShare = useMayShare()
  const title = columnTitle(group, column)
  return (
    <Menu label={`Actions for the column ${title}`} anchor={anchor} onClose={onClose}>
      <MenuItem
        icon={<CheckCheck size={14} aria-hidden />}
        disabled={ids.length === 0}
        onChoose={() => selection.add(ids)}
      >{`Select ${ids.length === 1 ? 'the task' : `all ${count(ids.length, 'task')}`}`}</MenuItem>
      {group === 'status' && mayShare ? (
        <MenuItem icon={<Gauge size={14} aria-hidden />} onChoose={() => openMenu({ kind: 'limit', status: column as Status })}>
          Set a limit …
        </MenuItem>
      ) : null}
    </Menu>
  )
}
