import { FilePlus, FileText } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { Link } from 'wouter'
import type { NodeId } from '../../core/ids.ts'
import { useDocument, useDocumentsOn } from '../files/use-documents.ts'
import { Button } from '../kit/button.tsx'
import { useKnownPeople } from '../known-people.ts'
import { links } from '../links.ts'
import { actorName } from '../names.ts'
import { useSession } from '../session.ts'
import { ago, exactTime } from '../times.ts'
import css from './lists.module.css'
import { Section } from './section.tsx'
import { useNow } from './use-task.ts'

const NewDocumentDialog = lazy(async () => ({
  default: (await import('../files/new-document-dialog.tsx')).NewDocumentDialog,
}))

/** The documents that hang on the task. */
export function Files({ id }: { readonly id: NodeId }) {
  const { replica } = useSession()
  const ids = useDocumentsOn(id)
  const [making, setMaking] = useState(false)
  const mayMake = replica.may('create', 'document')
  if (ids.length === 0 && !mayMake) return null
  return (
    <Section
      title="Files"
      note={ids.length > 0 ? String(ids.length) : undefined}
      action={
        mayMake ? (
          <Button onClick={() => setMaking(true)}>
            <FilePlus size={13} aria-hidden /> Add a document
          </Button>
        ) : null
      }
    >
      {ids.length > 0 ? (
        <ul className={css['list']} aria-label="Files">
          {ids.map((document) => (
            <File key={document} id={document} />
          ))}
        </ul>
      ) : null}
      {making ? (
        <Suspense>
          <NewDocumentDialog task={id} onClose={() => setMaking(false)} />
        </Suspense>
      ) : null}
    </Section>
  )
}

function File({ id }: { readonly id: NodeId }) {
  const { workspaceId } = useSession()
  const document = useDocument(id)
  const known = useKnownPeople()
  const now = useNow()
  if (!document) return null
  const at = Date.parse(document.updatedAt)
  return (
    <li className={css['line']}>
      <FileText size={14} aria-hidden />
      <Link href={links.file(workspaceId, id)} className={css['name']}>
        <bdi>{document.path}</bdi>
      </Link>
      <span className={css['state']}>
        <span>
          <bdi>{actorName(document.updatedBy, known)}</bdi>,{' '}
          <time dateTime={document.updatedAt} title={exactTime(at)}>
            {ago(at, now)}
          </time>
        </span>
      </span>
    </li>
  )
}
