/** The frame of an open workspace: sidebar, header, and the view that the address names. */

import { lazy, Suspense, useEffect, useState } from 'react'
import { Redirect, useLocation, useRoute } from 'wouter'
import { livenessIn } from '../agents/liveness-watch.ts'
import { Board } from '../board/board.tsx'
import { useWorkspaceName } from '../hooks.ts'
import { links, patterns } from '../links.ts'
import { useSession } from '../session.ts'
import { Banner } from './banner.tsx'
import { Header } from './header.tsx'
import { NetworkPage } from './network-page.tsx'
import css from './shell.module.css'
import { Sidebar } from './sidebar.tsx'

const AgentsPage = lazy(async () => ({ default: (await import('../agents/agents-page.tsx')).AgentsPage }))
const PeoplePage = lazy(async () => ({ default: (await import('../people/people-page.tsx')).PeoplePage }))
const TaskPanel = lazy(async () => ({ default: (await import('../task/task-panel.tsx')).TaskPanel }))

export function Shell() {
  const session = useSession()
  const { workspaceId } = session
  const [location] = useLocation()
  // On a phone the sidebar lies over the page: it is open at one address, and going somewhere puts it away.
  const [sideAt, setSideAt] = useState<string | null>(null)
  const sideOpen = sideAt === location
  const [onBoard] = useRoute(patterns.board)
  const [onAgents] = useRoute(patterns.agents)
  const [onPeople] = useRoute(patterns.people)
  const [onNetwork] = useRoute(patterns.network)
  const [onTask, task] = useRoute(patterns.task)
  const name = useWorkspaceName()
  useEffect(() => {
    document.title = `${name} · Worknode`
  }, [name])
  // Silence is counted from when the workspace was opened, whichever view is shown.
  useEffect(() => livenessIn(session).run(), [session])
  useLooking(onTask)

  if (!onBoard && !onAgents && !onPeople && !onNetwork && !onTask) return <Redirect to={links.board(workspaceId)} replace />
  return (
    <div className={css['shell']}>
      <button type="button" className={css['skip']} onClick={() => document.getElementById('main')?.focus()}>
        Skip to content
      </button>
      <Sidebar open={sideOpen} />
      {sideOpen ? (
        <button type="button" className={css['scrim']} aria-label="Close the menu" onClick={() => setSideAt(null)} />
      ) : null}
      <Header
        title={onNetwork ? 'Network' : onAgents ? 'Agents' : onPeople ? 'People' : 'Board'}
        onMenu={() => setSideAt(location)}
      />
      <Banner />
      <main id="main" className={css['main']} tabIndex={-1}>
        {onNetwork ? <NetworkPage /> : null}
        {onAgents ? (
          <Suspense fallback={<p className={css['loading']}>Opening …</p>}>
            <AgentsPage />
          </Suspense>
        ) : null}
        {onPeople ? (
          <Suspense fallback={<p className={css['loading']}>Opening …</p>}>
            <PeoplePage />
          </Suspense>
        ) : null}
        {onBoard || onTask ? <Board openKey={onTask ? task.key : null} /> : null}
        {onTask ? (
          <div className={css['task']}>
            <Suspense fallback={<p className={css['loading']}>Opening {task.key} …</p>}>
              <TaskPanel key={task.key} taskKey={task.key} />
            </Suspense>
          </div>
        ) : null}
      </main>
    </div>
  )
}

/** Peers no longer see us at a task once it is closed; the task's panel says when one is opened. */
function useLooking(onTask: boolean): void {
  const { lookAt } = useSession()
  useEffect(() => {
    if (!onTask) lookAt(null)
  }, [onTask, lookAt])
}
