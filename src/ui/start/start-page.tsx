/** The first page: begin a workspace, join one, import a plan, or carry on. */

import { Clapperboard, FileUp, Link2, Plus } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { faultWords } from '../words.ts'
import { useObservable } from '../use-observable.ts'
import { Button } from '../kit/button.tsx'
import { links } from '../links.ts'
import { notify } from '../notices.ts'
import { samplePlan } from '../sample-plan.ts'
import type { Home, Observable, Session } from '../session.ts'
import { ImportPlan, useFileDrop } from './import-plan.tsx'
import { isInvited, JoinWorkspace } from './join-workspace.tsx'
import { Logo } from './logo.tsx'
import { Picture } from './picture.tsx'
import { NewWorkspace } from './new-workspace.tsx'
import { RestoreAccount } from './restore-account.tsx'
import css from './start.module.css'
import { WorkspaceList } from './workspace-list.tsx'

type Doing = { readonly what: 'nothing' | 'new' | 'join' | 'restore' } | { readonly what: 'import'; readonly file: File }

export function StartPage({ home, session }: { readonly home: Home; readonly session: Observable<Session | null> }) {
  const [doing, setDoing] = useState<Doing>(isInvited(home) ? { what: 'join' } : { what: 'nothing' })
  const picker = useRef<HTMLInputElement>(null)
  const workspaces = useObservable(home.workspaces)
  const [, navigate] = useLocation()
  const stop = (): void => setDoing({ what: 'nothing' })
  const startImport = (file: File): void => setDoing({ what: 'import', file })
  const dropping = useFileDrop(startImport)
  const trySample = (): void => {
    samplePlan().then(startImport, (error: unknown) =>
      notify(`The sample could not be loaded: ${faultWords(error)}. Nothing was changed; try again when you are online.`, {
        tone: 'bad',
      }),
    )
  }
  const [isStarting, setStarting] = useState(false)
  const watchDemo = (): void => {
    setStarting(true)
    home.watchDemo().then(enter, (error: unknown) => {
      setStarting(false)
      notify(`The demo could not be started: ${faultWords(error)}. Try again.`, { tone: 'bad' })
    })
  }
  /** The host has opened it: go there. */
  const enter = (): void => {
    const open = session.get()
    if (open) navigate(links.board(open.workspaceId))
  }
  useEffect(() => {
    document.title = 'Worknode'
  }, [])

  return (
    <main className={css['page']}>
      <div className={css['split']}>
        <div className={css['column']}>
          <div className={css['brand']}>
            <Logo size={36} />
            <h1 className={css['name']}>Worknode</h1>
          </div>
          <p className={css['lead']}>
            One board for people and AI agents. It lives in your browser and syncs straight from peer to peer, so it works offline
            and no server owns your work.
          </p>
          {doing.what === 'nothing' ? (
            <div className={css['actions']}>
              <Button look="primary" size="large" onClick={() => setDoing({ what: 'new' })}>
                <Plus size={16} aria-hidden /> New workspace
              </Button>
              <Button look="outline" size="large" disabled={isStarting} onClick={watchDemo}>
                <Clapperboard size={16} aria-hidden /> {isStarting ? 'Bringing the agents in …' : 'Watch a demo swarm'}
              </Button>
              <Button look="outline" size="large" onClick={() => setDoing({ what: 'join' })}>
                <Link2 size={16} aria-hidden /> Join with a link
              </Button>
              <Button look="outline" size="large" onClick={() => picker.current?.click()}>
                <FileUp size={16} aria-hidden /> Import a plan
              </Button>
              <p className={css['faint']}>
                New here?{' '}
                <button type="button" className={css['inline']} onClick={trySample}>
                  Try a sample plan
                </button>{' '}
                and look around. It stays on this device.
              </p>
              <p className={css['faint']}>
                On a new device, or after the browser was cleared?{' '}
                <button type="button" className={css['inline']} onClick={() => setDoing({ what: 'restore' })}>
                  Restore an account
                </button>
              </p>
            </div>
          ) : null}
          <input
            ref={picker}
            type="file"
            className={css['hidden']}
            aria-label="Plan to import"
            tabIndex={-1}
            accept=".jsonl,.json,.ndjson,.txt,application/json"
            onChange={(event) => {
              const file = event.target.files?.[0]
              if (file) startImport(file)
              event.target.value = ''
            }}
          />
          {doing.what === 'new' ? <NewWorkspace home={home} onDone={enter} onCancel={stop} /> : null}
          {doing.what === 'join' ? <JoinWorkspace home={home} onDone={enter} onCancel={stop} /> : null}
          {doing.what === 'restore' ? <RestoreAccount home={home} onDone={stop} /> : null}
          {doing.what === 'import' ? (
            <ImportPlan key={doing.file.name} home={home} file={doing.file} onDone={enter} onCancel={stop} />
          ) : null}
          {workspaces.length > 0 ? <WorkspaceList workspaces={workspaces} /> : <Facts />}
        </div>
        <Picture />
      </div>
      {dropping ? <div className={css['drop']}>Drop the plan to import it</div> : null}
    </main>
  )
}

/** What a newcomer wants to know, while there is nothing else to show. */
function Facts() {
  return (
    <div className={css['facts']}>
      <p className={css['fact']}>
        <strong>Ready at once</strong>
        No account, nothing to install. A workspace is kept in this browser.
      </p>
      <p className={css['fact']}>
        <strong>Shared by a link</strong>
        Whoever opens your invite link works on the same board, directly with you.
      </p>
      <p className={css['fact']}>
        <strong>Brings your plan along</strong>
        Drop a JSON lines export here. Tasks, links and comments come with it.
      </p>
    </div>
  )
}
