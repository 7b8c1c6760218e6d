/** Documents by path, and the one that is open. */

import { FilePlus, Search } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import { isNodeId } from '../../core/ids.ts'
import { Button } from '../kit/button.tsx'
import { useAuthorityVersion } from '../people/use-authority.ts'
import { useSession } from '../session.ts'
import { DocumentView } from './document-view.tsx'
import { FileTree } from './file-tree.tsx'
import css from './files.module.css'
import { NewDocumentDialog } from './new-document-dialog.tsx'
import { useDocuments } from './use-documents.ts'

/** `open`: the id of a document, as the address has it. */
export function FilesPage({ open }: { readonly open: string | undefined }) {
  const { replica } = useSession()
  const ids = useDocuments()
  const [filter, setFilter] = useState('')
  const [making, setMaking] = useState(false)
  const shown = useDeferredValue(filter)
  useAuthorityVersion()
  const id = isNodeId(open) ? open : null
  const mayMake = mayMakeSome(replica)
  return (
    <div className={css['page']} data-open={id !== null || undefined}>
      <section className={css['list']} aria-label="Files">
        <div className={css['tools']}>
          <label className={css['filter']}>
            <Search size={14} aria-hidden />
            <input
              type="search"
              aria-label="Filter documents"
              placeholder="Filter by path"
              value={filter}
              onChange={(event) => setFilter(event.target.value)}
            />
          </label>
          {mayMake ? (
            <Button look="outline" onClick={() => setMaking(true)}>
              <FilePlus size={14} aria-hidden /> New document
            </Button>
          ) : null}
        </div>
        {ids.length === 0 ? <Teach mayMake={mayMake} /> : <FileTree open={id} filter={shown} />}
      </section>
      <div className={css['document']}>
        {id !== null ? (
          <DocumentView key={id} id={id} />
        ) : ids.length > 0 ? (
          <p className={css['choose']}>Choose a document to read it, its history and who wrote what.</p>
        ) : null}
      </div>
      {making ? <NewDocumentDialog onClose={() => setMaking(false)} /> : null}
    </div>
  )
}

/** Whether there is any path at which this person may make one. */
function mayMakeSome(replica: ReturnType<typeof useSession>['replica']): boolean {
  return replica.may('create', 'document')
}

function Teach({ mayMake }: { readonly mayMake: boolean }) {
  return (
    <div className={css['teach']}>
      <h2>No documents yet</h2>
      <p>
        Documents are the files that people and agents make: notes, plans, code, web pages. Each has a path, every version of it
        is kept, and one can see who wrote what and by which right.
      </p>
      <p>
        Agents add theirs to the task they work on.{' '}
        {mayMake ? 'Make the first one here with “New document”.' : 'You may read them, and not make any.'}
      </p>
    </div>
  )
}
