/** A document: what it says, how it came to be, and for a web page how it looks. */

import { ChevronLeft, Download, Pencil, Trash2 } from 'lucide-react'
import { type ReactNode, useRef, useState } from 'react'
import { Link, useLocation } from 'wouter'
import type { NodeId } from '../../core/ids.ts'
import { isPicture } from '../../core/mime.ts'
import type { DocumentRow } from '../../replica/document-row.ts'
import { useAct } from '../act.ts'
import { useTask } from '../hooks.ts'
import { Button, IconButton } from '../kit/button.tsx'
import { useKnownPeople } from '../known-people.ts'
import { links } from '../links.ts'
import { actorName } from '../names.ts'
import { notify } from '../notices.ts'
import { useAuthorityVersion } from '../people/use-authority.ts'
import { useSession } from '../session.ts'
import { BodyEditor } from '../task/body-editor.tsx'
import { useNow } from '../task/use-task.ts'
import { ago, exactTime } from '../times.ts'
import { canPreview } from './build-preview.ts'
import { ContentView } from './content-view.tsx'
import { downloadDocument } from './download.ts'
import css from './files.module.css'
import { HistoryView } from './history-view.tsx'
import { Preview } from './preview.tsx'
import { useDocument } from './use-documents.ts'

type Tab = 'content' | 'preview' | 'history'
const TITLE: Readonly<Record<Tab, string>> = { content: 'Content', preview: 'Preview', history: 'History' }

export function DocumentView({ id }: { readonly id: NodeId }) {
  const document = useDocument(id)
  if (!document) return <Missing />
  return <Open document={document} />
}

function Open({ document }: { readonly document: DocumentRow }) {
  const { replica } = useSession()
  useAuthorityVersion()
  const [tab, setTab] = useState<Tab>('content')
  const [writing, setWriting] = useState(false)
  const edit = useRef<HTMLButtonElement>(null)
  const node = replica.nodes.get(document.id)
  const mayWrite = node !== undefined && replica.may('update', node) && !isPicture(document.mime) && !document.deleted
  const tabs: readonly Tab[] = canPreview(document.mime) ? ['content', 'preview', 'history'] : ['content', 'history']
  const done = (): void => {
    setWriting(false)
    edit.current?.focus()
  }
  return (
    <article className={css['open']} aria-label={document.path}>
      <Head document={document} />
      <div className={css['bar']}>
        <div role="tablist" aria-label="Show" className={css['tabs']}>
          {tabs.map((one) => (
            <TabButton key={one} tabs={tabs} one={one} chosen={tab} onChoose={setTab} />
          ))}
        </div>
        {tab === 'content' && mayWrite ? (
          <Button ref={edit} onClick={() => setWriting(!writing)} aria-expanded={writing}>
            {writing ? 'Done' : <Pencil size={13} aria-hidden />}
            {writing ? null : 'Edit'}
          </Button>
        ) : null}
      </div>
      <div role="tabpanel" id="document-panel" aria-label={TITLE[tab]} className={css['panel']}>
        {tab === 'history' ? (
          <HistoryView document={document} />
        ) : tab === 'preview' ? (
          <Preview document={document} />
        ) : writing && mayWrite ? (
          <BodyEditor
            id={document.id}
            of={{
              field: 'content',
              label: `Content of ${document.path}`,
              placeholder: 'Nothing is written yet.',
              path: document.path,
            }}
            onDone={done}
          />
        ) : (
          <ContentView document={document} />
        )}
      </div>
    </article>
  )
}

interface TabButtonProps {
  readonly tabs: readonly Tab[]
  readonly one: Tab
  readonly chosen: Tab
  readonly onChoose: (tab: Tab) => void
}

/** Arrow keys go from tab to tab, as everywhere. */
function TabButton({ tabs, one, chosen, onChoose }: TabButtonProps) {
  return (
    <button
      type="button"
      role="tab"
      id={`document-tab-${one}`}
      aria-controls="document-panel"
      aria-selected={one === chosen}
      tabIndex={one === chosen ? 0 : -1}
      className={css['tab']}
      onClick={() => onChoose(one)}
      onKeyDown={(event) => {
        const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
        const next = step && tabs[(tabs.indexOf(one) + step + tabs.length) % tabs.length]
        if (!next) return
        event.preventDefault()
        onChoose(next)
        document.getElementById(`document-tab-${next}`)?.focus()
      }}
    >
      {TITLE[one]}
    </button>
  )
}

function Head({ document }: { readonly document: DocumentRow }) {
  const { replica, workspaceId } = useSession()
  const [, navigate] = useLocation()
  const act = useAct()
  const known = useKnownPeople()
  const now = useNow()
  const node = replica.nodes.get(document.id)
  const at = Date.parse(document.updatedAt)
  const folder = document.path.slice(0, document.path.lastIndexOf('/') + 1)
  const remove = (): void => {
    if (!act('delete_document', { id: document.id })) return
    navigate(links.files(workspaceId))
    notify(`${document.path} deleted`, {
      action: { label: 'Undo', run: () => act('delete_document', { id: document.id, restore: true }) },
    })
  }
  return (
    <header className={css['head']}>
      <Link href={links.files(workspaceId)} className={css['back']} aria-label="All documents">
        <ChevronLeft size={18} aria-hidden />
      </Link>
      <div className={css['titles']}>
        <h2 className={css['path']}>
          <bdi>
            <span className={css['folder']}>{folder}</span>
            {document.path.slice(folder.length)}
          </bdi>
        </h2>
        <p className={css['about']}>
          <bdi>{actorName(document.updatedBy, known)}</bdi> wrote last,{' '}
          <time dateTime={document.updatedAt} title={exactTime(at)}>
            {ago(at, now)}
          </time>
          {document.task ? <OnTask id={document.task} /> : null}
        </p>
      </div>
      <IconButton label={`Download ${document.path}`} onClick={() => downloadDocument(replica, document)}>
        <Download size={15} aria-hidden />
      </IconButton>
      {document.deleted ? (
        <Button look="outline" onClick={() => act('delete_document', { id: document.id, restore: true })}>
          Restore
        </Button>
      ) : node && replica.may('delete', node) ? (
        <IconButton label={`Delete ${document.path}`} onClick={remove}>
          <Trash2 size={15} aria-hidden />
        </IconButton>
      ) : null}
    </header>
  )
}

function OnTask({ id }: { readonly id: NodeId }): ReactNode {
  const { workspaceId } = useSession()
  const task = useTask(id)
  if (!task) return null
  return (
    <>
      {' '}
      · on{' '}
      <Link href={links.task(workspaceId, task.key)} title={task.title}>
        {task.key}
      </Link>
    </>
  )
}

function Missing() {
  const { workspaceId } = useSession()
  return (
    <div className={css['teach']}>
      <h2>This document is not here</h2>
      <p>It may still be on its way from somebody who is offline; it opens by itself when it comes.</p>
      <p>
        <Link href={links.files(workspaceId)}>All documents</Link>
      </p>
    </div>
  )
}
