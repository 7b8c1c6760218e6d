/** Time travel: a slider over the log's span, and the board as it was, to be read and not to be written. */

import { useMemo } from 'react'
import { Link, Router, Switch, Route, useLocation, useSearch } from 'wouter'
import { memoryLocation } from 'wouter/memory-location'
import { hlcFromText } from '../../core/hlc.ts'
import { Board } from '../board/board.tsx'
import { links, patterns } from '../links.ts'
import { SessionContext, useSession } from '../session.ts'
import shell from '../shell/shell.module.css'
import { TaskPanel } from '../task/task-panel.tsx'
import css from './past-page.module.css'
import { Travel } from './travel.tsx'
import { usePast } from './use-past.ts'

export function PastPage() {
  const { workspaceId } = useSession()
  const at = hlcFromText(new URLSearchParams(useSearch()).get('at') ?? '')
  const { open, problem } = usePast(at)
  if (problem !== null)
    return (
      <p className={css['problem']}>
        {problem}. <Link href={links.board(workspaceId)}>Back to now</Link>
      </p>
    )
  if (open === null) return <p className={shell['loading']}>Putting the log in order …</p>
  return (
    <section className={css['page']} aria-label="The past">
      <Travel past={open.past} first={at} />
      <div className={css['board']}>
        <SessionContext value={open.session}>
          <Then />
        </SessionContext>
      </div>
    </section>
  )
}

/** The board with addresses of its own: going from card to card in the past is no going in the page. */
function Then() {
  const { workspaceId } = useSession()
  const place = useMemo(() => memoryLocation({ path: links.board(workspaceId) }), [workspaceId])
  return (
    <Router hook={place.hook} searchHook={place.searchHook} hrefs={(href) => `#${href}`}>
      <Switch>
        <Route path={patterns.task}>{({ key }) => <BoardAndTask openKey={key} />}</Route>
        <Route>
          <Board openKey={null} />
        </Route>
      </Switch>
    </Router>
  )
}

function BoardAndTask({ openKey }: { readonly openKey: string }) {
  const { workspaceId } = useSession()
  const [, navigate] = useLocation()
  return (
    <>
      <Board openKey={openKey} />
      <div className={shell['task']}>
        <TaskPanel key={openKey} taskKey={openKey} onClose={() => navigate(links.board(workspaceId))} />
      </div>
    </>
  )
}
