/**
 * The page. The address says what is shown; the session says which workspace is open; where they differ, the address wins
 * and the host is asked to open what it names.
 */

import { lazy, startTransition, StrictMode, Suspense, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { Redirect, Route, Router, Switch } from 'wouter'
import './tokens.css'
import './base.css'
import { loadForBoard } from './load-for-board.ts'
import { ErrorBoundary } from './error-boundary.tsx'
import { useHashPath } from './hash-location.ts'
import { useObservable } from './use-observable.ts'
import { Notices } from './kit/notices.tsx'
import { links, patterns } from './links.ts'
import { type AppUpdate, type Home, type Observable, type Session, SessionContext } from './session.ts'
import { Opening } from './start/opening.tsx'
import { StartPage } from './start/start-page.tsx'
import { restoreTheme } from './theme.ts'
import { UpdateNotice } from './update-notice.tsx'

/** The board is fetched while its workspace is being opened: neither waits for the other. */
const loadShell = async () => ({ default: (await import('./shell/shell.tsx')).Shell })
const Shell = lazy(loadShell)

export interface AppPorts {
  readonly home: Home
  readonly session: Observable<Session | null>
  /** Says when a new version is ready; missing where the app does not keep itself. */
  readonly update?: Observable<AppUpdate | null>
}

/** Shows the app in `element`; returns what takes it away again. */
export function mount(element: HTMLElement, app: AppPorts): () => void {
  restoreTheme()
  // Should it fail, the boundary says so when it is needed.
  loadForBoard(() => void loadShell().catch(() => undefined))
  const root = createRoot(element)
  // As a transition the first render goes in slices, between which the page answers.
  startTransition(() =>
    root.render(
      <StrictMode>
        <App {...app} />
      </StrictMode>,
    ),
  )
  return () => root.unmount()
}

export function App({ home, session, update }: AppPorts) {
  const open = useObservable(session)
  return (
    <ErrorBoundary session={open}>
      <Router
        // The router takes the hook that reads addresses as a value, and calls it as a hook.
        // oxlint-disable-next-line react/hooks
        hook={useHashPath}
      >
        <Switch>
          <Route path={patterns.workspace}>{({ workspace }) => <Workspace id={workspace} home={home} session={open} />}</Route>
          <Route path={patterns.start}>
            <StartPage home={home} session={session} />
          </Route>
          <Route>
            <Redirect to={links.start()} replace />
          </Route>
        </Switch>
      </Router>
      <Notices />
      {update ? <UpdateNotice update={update} session={open} /> : null}
    </ErrorBoundary>
  )
}

function Workspace({ id, home, session }: { readonly id: string; readonly home: Home; readonly session: Session | null }) {
  const problem = useOpened(id, home, session)
  if (problem !== null || session?.workspaceId !== id) return <Opening problem={problem} />
  return (
    <SessionContext value={session}>
      <Suspense fallback={<Opening problem={null} />}>
        <Shell key={id} />
      </Suspense>
    </SessionContext>
  )
}

/** Asks the host for the workspace that the address names; answers why it cannot be opened, or null. */
function useOpened(id: string, home: Home, session: Session | null): string | null {
  const [problem, setProblem] = useState<string | null>(null)
  const isOpen = session?.workspaceId === id
  useEffect(() => {
    if (isOpen) return undefined
    let wanted = true
    home.open(id).then(
      () => wanted && setProblem(null),
      (error: unknown) => wanted && setProblem(error instanceof Error ? error.message : String(error)),
    )
    return () => {
      wanted = false
    }
  }, [id, home, isOpen])
  return problem
}
