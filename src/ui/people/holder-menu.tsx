import { Ellipsis, Scissors, UserCog, UserMinus } from 'lucide-react'
import { useState } from 'react'
import { IconButton } from '../kit/button.tsx'
import { Menu, MenuItem, MenuLine } from '../kit/menu.tsx'
import { useSession } from '../session.ts'
import type { Ask } from './asked.ts'
import { grantableRoles, mayEnd } from './removal.ts'
import type { Holder } from './roster.ts'

interface Props {
  readonly holder: Holder
  readonly name: string
  readonly onAsk: Ask
}

/** What one may do about somebody; nothing where one may do nothing. */
export function HolderMenu({ holder, name, onAsk }: Props) {
  const { replica } = useSession()
  const [anchor, setAnchor] = useState<HTMLElement | null>(null)
  const actors = holder.devices.map(({ actor }) => actor)
  if (holder.self || !mayEnd(replica, actors)) return null
  const mayGrant = grantableRoles(replica).length > 0
  const close = (): void => {
    setAnchor(null)
    anchor?.focus()
  }
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
          {mayGrant ? (
            <>
              <MenuItem
                icon={<UserCog size={15} aria-hidden />}
                onChoose={() => onAsk({ for: 'rights', name, holder, how: 'role' })}
              >
                Change role …
              </MenuItem>
              <MenuItem
                icon={<Scissors size={15} aria-hidden />}
                onChoose={() => onAsk({ for: 'rights', name, holder, how: 'narrow' })}
              >
                Narrow …
              </MenuItem>
              <MenuLine />
            </>
          ) : null}
          <MenuItem
            icon={<UserMinus size={15} aria-hidden />}
            danger
            onChoose={() => onAsk({ for: 'removal', name, actors, isDevice: false })}
          >
            Remove …
          </MenuItem>
        </Menu>
      ) : null}
    </>
  )
}
