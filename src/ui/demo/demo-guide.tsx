/**
 * Leads somebody who watches the demo through it: what goes on, what waits for them, and the app once it is there. It shows on every
 * page of a workspace that holds the demo, until it is put away.
 */

import { Clapperboard, X } from 'lucide-react'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { SCRIPTED_WORDS } from '../../agents/scenario/team.ts'
import { useVersion } from '../hooks.ts'
import { IconButton } from '../kit/button.tsx'
import { links } from '../links.ts'
import { useSession } from '../session.ts'
import { useAcceptance, useAccepts } from './acceptance.ts'
import css from './demo-guide.module.css'
import { demoStand, standWords, type DemoStand } from './demo-steps.ts'

export function DemoGuide() {
  const { replica, workspaceId } = useSession()
  useVersion()
  const [isHidden, setHidden] = useState(false)
  const stand = demoStand(replica)
  const mayReview = replica.may('review', 'task')
  const [accepts, setAccepts] = useAccepts()
  useAcceptance(stand?.handedIn.map(({ id }) => id) ?? [], mayReview && accepts)
  if (stand === null || isHidden) return null
  const { done, total } = stand
  return (
    <section className={css['guide']} aria-label="Demo swarm">
      <Clapperboard size={16} aria-hidden className={css['icon']} />
      <p className={css['words']} aria-live="polite" title={SCRIPTED_WORDS}>
        <span className={css['tag']}>Scripted demo</span> {standWords(stand)}{' '}
        <span className={css['count']}>
          {done} of {total} tasks done
        </span>
      </p>
      <div className={css['next']}>
        <Next stand={stand} workspaceId={workspaceId} />
        {mayReview && done < total ? (
          <label className={css['accept']}>
            <input type="checkbox" checked={accepts} onChange={(event) => setAccepts(event.target.checked)} />
            Accept work for me
          </label>
        ) : null}
        <IconButton label="Put the guide away" className={css['away'] ?? ''} onClick={() => setHidden(true)}>
          <X size={14} aria-hidden />
        </IconButton>
      </div>
    </section>
  )
}

/** Where to go on. What leads to where one is already stays, and is no call any more. */
function Next({ stand, workspaceId }: { readonly stand: DemoStand; readonly workspaceId: string }) {
  const [asks] = stand.asks
  const inbox = links.inbox(workspaceId)
  return (
    <>
      {asks ? (
        <To href={inbox} isMain>
          Answer in the inbox
        </To>
      ) : null}
      {!asks && stand.handedIn.length > 0 ? <To href={inbox}>Review in the inbox</To> : null}
      {stand.page && stand.done === stand.total ? (
        <To href={links.preview(workspaceId, stand.page)} isMain>
          Open the app
        </To>
      ) : null}
      <To href={links.agents(workspaceId)}>Agents</To>
    </>
  )
}

interface ToProps {
  readonly href: string
  readonly isMain?: boolean
  readonly children: string
}

function To({ href, isMain = false, children }: ToProps) {
  const [path] = useLocation()
  const isHere = path === href.split('?')[0]
  return (
    <Link
      href={href}
      className={css['link']}
      aria-current={isHere ? 'page' : undefined}
      data-main={isMain && !isHere ? '' : undefined}
    >
      {children}
    </Link>
  )
}
