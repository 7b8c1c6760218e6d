/** The frame of an open workspace: sidebar, header, and the view that the address names. */

import { lazy, Suspense, useEffect, useState } from 'react'
import { Redirect, useLocation, useRoute } from 'wouter'
import { Board } from '../board/board.tsx'
import { useWorkspaceName } from '../hooks.ts'
import { links, patterns } from '../links.ts'
import { useSession } from '../session.ts'
import { Banner } from './banner.tsx'
import { Header } from './header.tsx'
import { NetworkPage } from './network-page.tsx'
import css from './shell.module.css'
import { Sidebar } from './sidebar.tsx'

const ActivityPage = lazy(async () => ({ default: (await import('../activity/activity-page.tsx')).ActivityPage }))
const InsightsPage = lazy(async () => ({ default: (await import('../insights/insights-page.tsx')).InsightsPage }))
const PastPage = lazy(async () => ({ default: (await import('../past/past-page.tsx')).PastPage }))
const PeoplePage = lazy(async () => ({ default: (await import('../people/people-page.tsx')).PeoplePage }))
const TaskPanel = lazy(async () => ({ default: (await import('../task/task-panel.tsx')).TaskPanel }))

export function Shell() {
  const { workspaceId } = useSession()
  const [location] = useLocation()
  // On a phone the sidebar lies over the page: it is open at one address, and going somewhere puts it away.
  const [sideAt, setSideAt] = useState<string | null>(null)
  const sideOpen = sideAt === location
  const [onBoard] = useRoute(patterns.board)
  const [onPeople] = useRoute(patterns.people)
  const [onActivity] = useRoute(patterns.activity)
  const [onPast] = useRoute(patterns.past)
  const [onInsights] = useRoute(patterns.insights)
  const [onNetwork] = useRoute(patterns.network)
  const [onTask, task] = useRoute(patterns.task)
  const name = useWorkspaceName()
  useEffect(() => {
    document.title = `${name} · Worknode`
  }, [name])
  useLooking(onTask)

  const [title, page] = onPeople
    ? ['People', <PeoplePage key="people" />]
    : onActivity
      ? ['Activity', <ActivityPage key="activity" />]
      : onPast
        ? ['Time travel', <PastPage key="past" />]
        : onInsights
          ? ['Insights', <InsightsPage key="insights" />]
          : [onNetwork ? 'Network' : 'Board', null]
  if (!onBoard && !page && !onNetwork && !onTask) return <Redirect to={links.board(workspaceId)} replace />
  return (
    <div className={css['shell']}>
      <button type="button" className={css['skip']} onClick={() => document.getElementById('main')?.focus()}>
        Skip to content
      </button>
      <Sidebar open={sideOpen} />
      {sideOpen ? (
        <button type="button" className={css['scrim']} aria-label="Close the menu" onClick={() => setSideAt(null)} />
      ) : null}
      <Header title={title} onMenu={() => setSideAt(location)} />
      <Banner />
      <main id="main" className={css['main']} tabIndex={-1}>
        {onNetwork ? <NetworkPage /> : null}
        {page ? <Suspense fallback={<p className={css['loading']}>Opening …</p>}>{page}</Suspense> : null}
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
