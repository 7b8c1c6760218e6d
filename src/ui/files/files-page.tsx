/** Documents by path, and the one that is open. */

import { FilePlus, Search } from 'lucide-react'
import { type ReactNode, useDeferredValue, useState } from 'react'
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
  // At some path at least; which ones is said where one is typed.
  const mayMake = replica.may('create', 'document')
  const make = mayMake ? (
    <Button look="outline" onClick={() => setMaking(true)}>
      <FilePlus size={14} aria-hidden /> New document
    </Button>
  ) : null
  const isEmpty = ids.length === 0 && id === null
  return (
    <div className={css['page']} data-open={id !== null || undefined} data-empty={isEmpty || undefined}>
      <section className={css['list']} aria-label="Files">
        {isEmpty ? (
          <Teach mayMake={mayMake}>{make}</Teach>
        ) : (
          <>
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
              {make}
            </div>
            <FileTree open={id} filter={shown} />
          </>
        )}
      </section>
      {isEmpty ? null : (
        <div className={css['document']}>
          {id !== null ? (
            <DocumentView key={id} id={id} />
          ) : (
            <p className={css['choose']}>Choose a document to read it, its history and who wrote what.</p>
          )}
        </div>
      )}
      {making ? <NewDocumentDialog onClose={() => setMaking(false)} /> : null}
    </div>
  )
}

function Teach({ mayMake, children }: { readonly mayMake: boolean; readonly children: ReactNode }) {
  return (
    <div className={css['teach']}>
      <h2>No documents yet</h2>
      <p>
        Documents are the files that people and agents make: notes, plans, code, web pages. Each has a path, every version of it
        is kept, and one can see who wrote what and by which right.
      </p>
      <p>Agents add theirs to the task they work on. {mayMake ? 'The first one can be yours.' : 'You may read them here.'}</p>
      {children}
    </div>
  )
}
