/** The frame of an open workspace: sidebar, header, and the view that the address names. */

import { lazy, Suspense, useEffect, useState } from 'react'
import { matchRoute, Redirect, useLocation, useRoute, useRouter } from 'wouter'
import { NotifyNeeds } from '../attention/notify-needs.tsx'
import { livenessIn } from '../agents/liveness-watch.ts'
import { Board } from '../board/board.tsx'
import { useWorkspaceName } from '../hooks.ts'
import { links, patterns } from '../links.ts'
import { useSession } from '../session.ts'
import { Banner } from './banner.tsx'
import { Header } from './header.tsx'
import { useIsDemo } from '../demo/is-demo.ts'
import { PAGES } from './pages.tsx'
import { ShellCommands } from './shell-commands.tsx'
import css from './shell.module.css'
import { Sidebar } from './sidebar.tsx'
import { SpaceBanner } from './space-banner.tsx'

const DemoGuide = lazy(async () => ({ default: (await import('../demo/demo-guide.tsx')).DemoGuide }))
const TaskPanel = lazy(async () => ({ default: (await import('../task/task-panel.tsx')).TaskPanel }))

export function Shell() {
  const session = useSession()
  const { workspaceId } = session
  const [location] = useLocation()
  // On a phone the sidebar lies over the page: it is open at one address, and going somewhere puts it away.
  const [sideAt, setSideAt] = useState<string | null>(null)
  const sideOpen = sideAt === location
  const [onBoard] = useRoute(patterns.board)
  const [onTask, task] = useRoute(patterns.task)
  const { parser } = useRouter()
  const at = PAGES.flatMap((page) => {
    const [isThere, names] = matchRoute(parser, page.pattern, location)
    return isThere ? [{ ...page, open: (names as { readonly open?: string }).open }] : []
  })[0]
  const name = useWorkspaceName()
  const isDemo = useIsDemo()
  useEffect(() => {
    document.title = `${name} · Worknode`
  }, [name])
  // Silence is counted from when the workspace was opened, whichever view is shown.
  useEffect(() => livenessIn(session).run(), [session])
  useLooking(onTask)

  if (!onBoard && !onTask && !at) return <Redirect to={links.board(workspaceId)} replace />
  return (
    <div className={css['shell']}>
      <button type="button" className={css['skip']} onClick={() => document.getElementById('main')?.focus()}>
        Skip to content
      </button>
      <ShellCommands />
      <NotifyNeeds />
      <Sidebar open={sideOpen} />
      {sideOpen ? (
        <button type="button" className={css['scrim']} aria-label="Close the menu" onClick={() => setSideAt(null)} />
      ) : null}
      <Header title={at?.title ?? 'Board'} onMenu={() => setSideAt(location)} />
      <div className={css['banners']}>
        <Banner />
        <SpaceBanner />
        {isDemo ? (
          <Suspense fallback={null}>
            <DemoGuide />
          </Suspense>
        ) : null}
      </div>
      <main id="main" className={css['main']} tabIndex={-1}>
        {at ? (
          <Suspense fallback={<p className={css['loading']}>Opening …</p>}>
            <at.Show open={at.open} />
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
