import { ChevronLeft, Download, Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import type { NodeId } from '../../core/ids.ts'
import type { DocumentRow } from '../../replica/document-row.ts'
import { useAct } from '../act.ts'
import { useTask } from '../hooks.ts'
import { Button, IconButton } from '../kit/button.tsx'
import { useKnownPeople } from '../known-people.ts'
import { links } from '../links.ts'
import { actorName } from '../names.ts'
import { useSession } from '../session.ts'
import { useNow } from '../task/use-task.ts'
import { ago, exactTime } from '../times.ts'
import css from './document.module.css'
import { downloadDocument } from './download.ts'

/** Where the document is, who wrote last, and what can be done with it as a whole. */
export function DocumentHead({ document }: { readonly document: DocumentRow }) {
  const { replica, workspaceId } = useSession()
  const [, navigate] = useLocation()
  const act = useAct()
  const known = useKnownPeople()
  const now = useNow()
  const node = replica.nodes.get(document.id)
  const at = Date.parse(document.updatedAt)
  const folder = document.path.slice(0, document.path.lastIndexOf('/') + 1)
  const remove = (): void => {
    if (act('delete_document', { id: document.id })) navigate(links.files(workspaceId))
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
