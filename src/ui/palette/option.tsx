import { ArrowRight, ChevronRight, Command } from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { KeyCaps } from '../commands/key-caps.tsx'
import { useTask } from '../hooks.ts'
import { AssigneeAvatar } from '../kit/avatar.tsx'
import menu from '../kit/menu.module.css'
import { StatusIcon } from '../kit/status-icon.tsx'
import type { NodeId } from '../../core/ids.ts'
import type { Found } from './find.ts'
import type { Item } from './items.ts'
import css from './palette.module.css'

interface OptionProps {
  readonly id: string
  readonly found: Found
  readonly active: boolean
  readonly onPoint: () => void
  readonly onChoose: () => void
}

export function Option({ id, found, active, onPoint, onChoose }: OptionProps) {
  const line = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (active) line.current?.scrollIntoView({ block: 'nearest' })
  }, [active])
  const { what } = found
  return (
    // The keyboard is in the field above, which says which option is meant.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      ref={line}
      id={id}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="option"
      aria-selected={active}
      className={menu['item']}
      onPointerMove={onPoint}
      onClick={onChoose}
    >
      {what.kind === 'task' ? <TaskIcon id={what.task} /> : <ItemIcon look={what.item.look} />}
      <span className={`${menu['text']} ${css['text']}`}>{marked(found)}</span>
      {what.kind === 'item' && what.item.keys !== null ? <KeyCaps keys={what.item.keys} /> : null}
    </div>
  )
}

function TaskIcon({ id }: { readonly id: NodeId }) {
  const row = useTask(id)
  return row ? <StatusIcon status={row.status} /> : null
}

function ItemIcon({ look }: { readonly look: Item['look'] }) {
  switch (look.kind) {
    case 'status':
      return <StatusIcon status={look.status} />
    case 'person':
      return <AssigneeAvatar name={look.name} />
    case 'go':
      return <ArrowRight size={15} aria-hidden />
    case 'more':
      return <ChevronRight size={15} aria-hidden />
    case 'command':
      return <Command size={15} aria-hidden />
  }
}

/** The text with what was typed set off. */
function marked({ text, ranges }: Found): readonly ReactNode[] {
  const parts: ReactNode[] = []
  let end = 0
  for (let i = 0; i < ranges.length; i += 2) {
    const [from = 0, to = 0] = [ranges[i], ranges[i + 1]]
    parts.push(text.slice(end, from), <mark key={from}>{text.slice(from, to)}</mark>)
    end = to
  }
  return [...parts, text.slice(end)]
}
