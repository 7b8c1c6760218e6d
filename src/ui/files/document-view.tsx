/** A document: what it says, how it came to be, and for a web page how it looks. */

import { Pencil } from 'lucide-react'
import { useRef, useState } from 'react'
import { Link, useSearch } from 'wouter'
import type { NodeId } from '../../core/ids.ts'
import { isPicture } from '../../core/mime.ts'
import type { DocumentRow } from '../../replica/document-row.ts'
import { Button } from '../kit/button.tsx'
import { links } from '../links.ts'
import { useAuthorityVersion } from '../people/use-authority.ts'
import { useSession } from '../session.ts'
import { BodyEditor } from '../task/body-editor.tsx'
import { canPreview } from './build-preview.ts'
import { ContentView } from './content-view.tsx'
import { DocumentHead } from './document-head.tsx'
import css from './document.module.css'
import files from './files.module.css'
import { HistoryView } from './history-view.tsx'
import { Preview } from './preview.tsx'
import { type Tab, TAB_TITLE, TabButton } from './tab-button.tsx'
import { useDocument } from './use-documents.ts'

export function DocumentView({ id }: { readonly id: NodeId }) {
  const document = useDocument(id)
  if (!document) return <Missing />
  return <Open document={document} />
}

function Open({ document }: { readonly document: DocumentRow }) {
  const { replica } = useSession()
  useAuthorityVersion()
  const asked = new URLSearchParams(useSearch()).get('show')
  const [tab, setTab] = useState<Tab>(asked === 'preview' && canPreview(document.mime) ? 'preview' : 'content')
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
      <DocumentHead document={document} />
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
      <div role="tabpanel" id="document-panel" aria-label={TAB_TITLE[tab]} className={css['panel']}>
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

function Missing() {
  const { workspaceId } = useSession()
  return (
    <div className={files['teach']}>
      <h2>This document is not here</h2>
      <p>It may still be on its way from somebody who is offline; it opens by itself when it comes.</p>
      <p>
        <Link href={links.files(workspaceId)}>All documents</Link>
      </p>
    </div>
  )
}
