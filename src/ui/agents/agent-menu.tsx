import { CircleStop, Ellipsis, KeyRound, Link2, Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { IconButton } from '../kit/button.tsx'
import { Menu, MenuItem, MenuLine } from '../kit/menu.tsx'
import { links } from '../links.ts'
import { grantableRoles } from '../people/removal.ts'
import { useSession } from '../session.ts'
import type { AskAgent } from './asked.ts'
import type { AgentEntry } from './roster.ts'

interface Props {
  readonly agent: AgentEntry
  /** Whether it holds a task. */
  readonly busy: boolean
  readonly onAsk: AskAgent
}

/** What one may do about an agent; what one may not is not offered. */
export function AgentMenu({ agent, busy, onAsk }: Props) {
  const { replica, workspaceId } = useSession()
  const [, go] = useLocation()
  const [anchor, setAnchor] = useState<HTMLElement | null>(null)
  const close = (): void => {
    setAnchor(null)
    anchor?.focus()
  }
  const { name, profile, actor, standing } = agent
  const mayEdit = profile ? replica.may('update', 'agent') : replica.may('create', 'agent')
  const mayLink = profile !== null && standing !== 'in' && mayEdit && grantableRoles(replica).includes('agent')
  return (
    <>
      <IconButton
        label={`Actions for ${name}`}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={({ currentTarget }) => setAnchor(anchor ? null : currentTarget)}
      >
        <Ellipsis size={16} aria-hidden />
      </IconButton>
      {anchor ? (
        <Menu label={`Actions for ${name}`} anchor={anchor} onClose={close}>
          {busy && actor !== replica.actor && replica.may('assign', 'task') ? (
            <>
              <MenuItem icon={<CircleStop size={15} aria-hidden />} danger onChoose={() => onAsk({ for: 'stop', agent })}>
                Stop its run …
              </MenuItem>
              <MenuLine />
            </>
          ) : null}
          {mayEdit ? (
            <MenuItem icon={<Pencil size={15} aria-hidden />} onChoose={() => onAsk({ for: 'profile', agent })}>
              {profile ? 'Edit the profile …' : 'Give it a profile …'}
            </MenuItem>
          ) : null}
          {mayLink ? (
            <MenuItem icon={<Link2 size={15} aria-hidden />} onChoose={() => onAsk({ for: 'link', agent })}>
              Make a new link …
            </MenuItem>
          ) : null}
          <MenuItem icon={<KeyRound size={15} aria-hidden />} onChoose={() => go(links.people(workspaceId))}>
            Rights, on People
          </MenuItem>
          {profile && standing !== 'in' && replica.may('delete', 'agent') ? (
            <>
              <MenuLine />
              <MenuItem icon={<Trash2 size={15} aria-hidden />} danger onChoose={() => onAsk({ for: 'delete', agent })}>
                Remove the profile
              </MenuItem>
            </>
          ) : null}
        </Menu>
      ) : null}
    </>
  )
}
