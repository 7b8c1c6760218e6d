import { CircleDot, Columns3, Flag, ListTree, UserRound } from 'lucide-react'
import { type Anchor, Menu, MenuItem, MenuLine } from '../kit/menu.tsx'
import type { Group, LaneBy } from './board-address.ts'
import type { DisplayProps } from './display-button.tsx'

const COLUMNS: readonly (readonly [group: Group, words: string, Icon: typeof Flag])[] = [
  ['status', 'Columns by status', CircleDot],
  ['agent', 'Columns by assignee', UserRound],
]
const LANES: readonly (readonly [by: LaneBy, words: string, Icon: typeof Flag])[] = [
  ['none', 'No lanes', Columns3],
  ['agent', 'Lanes by assignee', UserRound],
  ['parent', 'Lanes by parent task', ListTree],
  ['priority', 'Lanes by priority', Flag],
]

interface DisplayMenuProps extends DisplayProps {
  readonly anchor: Anchor & Element
  readonly onClose: () => void
}

/** The menu of what columns and lanes stand for. Loaded when it is first opened. */
export function DisplayMenu({ view, onChange, anchor, onClose }: DisplayMenuProps) {
  return (
    <Menu label="Display" anchor={anchor} onClose={onClose}>
      {COLUMNS.map(([group, words, Icon]) => (
        <MenuItem
          key={group}
          icon={<Icon size={14} aria-hidden />}
          checked={view.group === group}
          onChoose={() => onChange({ group })}
        >
          {words}
        </MenuItem>
      ))}
      <MenuLine />
      {LANES.map(([lanes, words, Icon]) => (
        <MenuItem
          key={lanes}
          icon={<Icon size={14} aria-hidden />}
          disabled={lanes === 'agent' && view.group === 'agent'}
          checked={view.lanes === lanes}
          onChoose={() => onChange({ lanes })}
        >
          {words}
        </MenuItem>
      ))}
    </Menu>
  )
}
