import { useMemo, useState, useSyncExternalStore } from 'react'
import type { WorkNode } from '../../core/fold.ts'
import type { NodeId } from '../../core/ids.ts'
import type { DocumentRow } from '../../replica/document-row.ts'
import { textAfter, type Version, versionsOf } from '../../replica/text-versions.ts'
import { Button } from '../kit/button.tsx'
import { useKnownPeople } from '../known-people.ts'
import { actorName } from '../names.ts'
import { useSession } from '../session.ts'
import { useNow } from '../task/use-task.ts'
import { ago, exactTime } from '../times.ts'
import { capabilityWords } from './capability-words.ts'
import { Diff } from './diff.tsx'
import page from './document.module.css'
import css from './history.module.css'

/** Versions shown before one asks for more. */
const FIRST = 100

/** The versions of a document, newest first, and what the chosen one changed. */
export function HistoryView({ document }: { readonly document: DocumentRow }) {
  const { replica } = useSession()
  const known = useKnownPeople()
  const now = useNow()
  const versions = useVersions(document.id)
  const [chosen, setChosen] = useState<number | null>(null)
  const [shown, setShown] = useState(FIRST)
  if (versions.length === 0) return <p className={page['none']}>Nothing was ever written here.</p>
  const at = Math.min(chosen ?? versions.length - 1, versions.length - 1)
  return (
    <div className={css['history']}>
      <ol className={css['versions']} aria-label="Versions">
        {versions
          .map((version, index) => ({ version, index }))
          .toReversed()
          .slice(0, shown)
          .map(({ version, index }) => {
            const ms = replica.history.msOf(version.last)
            return (
              <li key={version.first}>
                <button
                  type="button"
                  className={css['version']}
                  aria-current={index === at ? 'true' : undefined}
                  onClick={() => setChosen(index)}
                >
                  <span className={css['who']}>
                    <bdi>{actorName(version.actor, known)}</bdi>
                  </span>{' '}
                  <time dateTime={new Date(ms).toISOString()} title={exactTime(ms)}>
                    {ago(ms, now)}
                  </time>
                  <span className={css['right']}>
                    {version.counts ? '' : 'Does not count: '}
                    {capabilityWords(replica, version.last)}
                  </span>
                </button>
              </li>
            )
          })}
        {versions.length > shown ? (
          <li>
            <Button onClick={() => setShown(shown + FIRST)}>Show older versions</Button>
          </li>
        ) : null}
      </ol>
      <Changed id={document.id} versions={versions} at={at} />
    </div>
  )
}

interface ChangedProps {
  readonly id: NodeId
  readonly versions: readonly Version[]
  readonly at: number
}

function Changed({ id, versions, at }: ChangedProps) {
  const { replica } = useSession()
  const [before, after] = useMemo(() => {
    const node = replica.nodes.get(id) as WorkNode
    const text = (edits: number): string => textAfter(node, 'content', replica.history, edits)
    return [text(versions[at - 1]?.edits ?? 0), text(versions[at]?.edits ?? 0)] as const
  }, [replica, id, versions, at])
  return <Diff before={before} after={after} />
}

/** Found anew only when the text is another. */
function useVersions(id: NodeId): readonly Version[] {
  const { replica } = useSession()
  const edits = useSyncExternalStore(
    (changed) => replica.views.on(id, changed),
    () => {
      const texts = replica.nodes.get(id)?.texts['content'] ?? []
      return `${texts.length}:${texts.at(-1)?.ref}:${replica.history.chainCount}`
    },
  )
  return useMemo(() => {
    const node = replica.nodes.get(id)
    // `edits` stands for what is in the node.
    return node && edits !== '' ? versionsOf(node, 'content', replica.history) : []
  }, [replica, id, edits])
}
