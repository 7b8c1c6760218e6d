import { Activity, Bot, ChartColumn, Files, Inbox, Kanban, Monitor, Moon, Network, Sun, Users } from 'lucide-react'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { useCommands } from '../commands/handlers.ts'
import { useWorkspaceName } from '../hooks.ts'
import { useObservable } from '../use-observable.ts'
import { PersonAvatar } from '../kit/avatar.tsx'
import { Button, IconButton } from '../kit/button.tsx'
import { links } from '../links.ts'
import { useInboxCount } from '../inbox/use-inbox.ts'
import { useDecisionCount } from '../people/use-authority.ts'
import { useSession } from '../session.ts'
import { Logo } from '../start/logo.tsx'
import { changeTheme, nextTheme, theme, THEME_WORDS } from '../theme.ts'
import { count } from '../words.ts'
import css from './shell.module.css'

const SettingsDialog = lazy(async () => ({ default: (await import('../settings/settings-dialog.tsx')).SettingsDialog }))

export function Sidebar({ open }: { readonly open: boolean }) {
  const { workspaceId } = useSession()
  const name = useWorkspaceName()
  return (
    <aside className={css['side']} data-open={open || undefined} aria-label="Workspace">
      <Link href={links.start()} className={css['workspace']} title="All workspaces">
        <Logo size={20} />
        <span className={css['workspaceName']}>{name}</span>
      </Link>
      <nav className={css['nav']} aria-label="Views">
        <ViewLink href={links.board(workspaceId)} also="/task/">
          <Kanban size={16} aria-hidden /> Board
        </ViewLink>
        <ViewLink href={links.agents(workspaceId)} also="/triggers">
          <Bot size={16} aria-hidden /> Agents
        </ViewLink>
        <ViewLink href={links.inbox(workspaceId)}>
          <Inbox size={16} aria-hidden /> Inbox
          <InboxCount />
        </ViewLink>
        <ViewLink href={links.activity(workspaceId)} also="/past">
          <Activity size={16} aria-hidden /> Activity
        </ViewLink>
        <ViewLink href={links.insights(workspaceId)}>
          <ChartColumn size={16} aria-hidden /> Insights
        </ViewLink>
        <ViewLink href={links.files(workspaceId)} also="/files/">
          <Files size={16} aria-hidden /> Files
        </ViewLink>
        <ViewLink href={links.people(workspaceId)}>
          <Users size={16} aria-hidden /> People
          <DecisionCount />
        </ViewLink>
        <ViewLink href={links.network(workspaceId)}>
          <Network size={16} aria-hidden /> Network
        </ViewLink>
      </nav>
      <div className={css['foot']}>
        <Me />
        <ThemeButton />
      </div>
    </aside>
  )
}

function ViewLink({ href, also, children }: { readonly href: string; readonly also?: string; readonly children: ReactNode }) {
  const [location] = useLocation()
  const current = location === href || (also !== undefined && location.includes(also))
  return (
    <Link href={href} className={css['link']} aria-current={current ? 'page' : undefined}>
      {children}
    </Link>
  )
}

/** How much this person can deal with. */
function InboxCount() {
  return <Badge waiting={useInboxCount()} one="needs you" many="need you" />
}

/** How much waits for a decision of this person's. */
function DecisionCount() {
  return <Badge waiting={useDecisionCount()} one="needs a decision" many="need a decision" />
}

function Badge({ waiting, one, many }: { readonly waiting: number; readonly one: string; readonly many: string }) {
  if (waiting === 0) return null
  return (
    <span className={css['badge']} title={count(waiting, one, many)}>
      {waiting > 99 ? '99+' : waiting}
      <span className={css['hidden']}> {waiting === 1 ? one : many}</span>
    </span>
  )
}

/** Who one is here; opens the settings. */
function Me() {
  const [open, setOpen] = useState(false)
  const self = useObservable(useSession().people).find((person) => person.self)
  const name = self?.name ?? 'You'
  useCommands({ settings: () => setOpen(true) })
  return (
    <>
      <Button
        className={css['me'] ?? ''}
        onClick={() => setOpen(true)}
        aria-label={`Settings of ${name}`}
        title="Your name, your devices, your account"
      >
        <PersonAvatar name={name} color={self?.color ?? '#5558d9'} size={20} />
        <span className={css['meName']}>{name}</span>
      </Button>
      {open ? (
        <Suspense>
          <SettingsDialog name={self?.name ?? ''} color={self?.color ?? '#5558d9'} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  )
}

function ThemeButton() {
  const current = useObservable(theme)
  const Icon = current === 'light' ? Sun : current === 'dark' ? Moon : Monitor
  return (
    <IconButton label={`Theme: ${THEME_WORDS[current]}. Change to ${THEME_WORDS[nextTheme()]}`} onClick={() => changeTheme()}>
      <Icon size={16} aria-hidden />
    </IconButton>
  )
}
