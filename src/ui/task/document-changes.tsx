/** What became of a document since a run began, line by line. */

import { useMemo } from 'react'
import { Link } from 'wouter'
import type { WorkNode } from '../../core/fold.ts'
import { own } from '../../core/crdt/own.ts'
import type { RunRow } from '../../replica/run-row.ts'
import { textAfter } from '../../replica/text-versions.ts'
import { textOf } from '../../replica/text.ts'
import { Diff } from '../files/diff.tsx'
import { links } from '../links.ts'
import { useSession } from '../session.ts'
import css from './review.module.css'

export function DocumentChanges({ node, run }: { readonly node: WorkNode; readonly run: RunRow }) {
  const { replica, workspaceId } = useSession()
  const [before, after] = useMemo(() => {
    const { history } = replica
    const began = Date.parse(run.began)
    const edits = own(node.texts, 'content') ?? []
    // In canonical order, so what was there before is a first part of them.
    const first = edits.findIndex(({ ref }) => history.msOf(ref) >= began)
    const text = textOf(node, 'content', history)
    return [first < 0 ? text : textAfter(node, 'content', history, first), text] as const
  }, [replica, node, run.began])
  return (
    <div className={css['changes']}>
      <Diff before={before} after={after} />
      <Link href={links.file(workspaceId, node.id)} className={css['open']}>
        Open in Files
      </Link>
    </div>
  )
}
