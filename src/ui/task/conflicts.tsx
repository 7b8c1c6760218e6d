/** Fields that two wrote without having seen each other: both values, who wrote them, and a choice. */

import { useMemo } from 'react'
import { conflictsOf, type Conflict } from '../../core/conflicts.ts'
import { read, type WorkNode } from '../../core/fold.ts'
import { isNodeId, type NodeId } from '../../core/ids.ts'
import { useAct } from '../act.ts'
import { useTask } from '../hooks.ts'
import { Button } from '../kit/button.tsx'
import { useKnownPeople } from '../known-people.ts'
import { authorOf } from '../read-edits.ts'
import { useSession } from '../session.ts'
import css from './conflicts.module.css'
import { describeValue, fieldTitle } from './describe-edit.ts'
import { actorName } from '../names.ts'
import { ago } from '../times.ts'
import { useNow } from './use-task.ts'
import { useWords } from './use-words.ts'

export function Conflicts({ id }: { readonly id: NodeId }) {
  const { replica } = useSession()
  const task = useTask(id)
  const node = replica.nodes.get(id) as WorkNode
  // The row is another object whenever the node changed.
  const conflicts = useMemo(() => (task ? conflictsOf(node) : []), [task, node])
  if (conflicts.length === 0) return null
  return (
    <div className={css['conflicts']}>
      {conflicts.map((conflict) => (
        <ConflictNotice key={conflict.field} node={node} conflict={conflict} />
      ))}
    </div>
  )
}

function ConflictNotice({ node, conflict }: { readonly node: WorkNode; readonly conflict: Conflict }) {
  const { replica } = useSession()
  const known = useKnownPeople()
  const now = useNow()
  const act = useAct()
  const words = useWords(node.id)
  const { field, versions } = conflict
  const name = nameOf(node, field)
  return (
    <section className={css['conflict']} aria-label={`Conflict: ${name}`}>
      <p className={css['what']}>
        <strong>{name}</strong> was set in {versions.length === 2 ? 'two ways' : `${versions.length} ways`} at the same time.
        Which one holds?
      </p>
      <ul className={css['versions']}>
        {versions.map(({ value, ref }, choice) => {
          const shown = field === 'parent' && isNodeId(value) ? words.task(value) : describeValue(field, value)
          return (
            <li key={ref} className={css['version']}>
              <div className={css['said']}>
                <span className={css['value']}>{shown}</span>
                <span className={css['by']}>
                  {actorName(authorOf(replica, ref), known)}, {ago(replica.history.msOf(ref), now)}
                  {choice === 0 ? ', shown now' : ''}
                </span>
              </div>
              <Button
                look="outline"
                aria-label={`Keep ${shown}`}
                onClick={() => act('resolve_conflict', { id: node.id, field, choice })}
              >
                Keep
              </Button>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

/** A field's title; for a part of a check, which check. */
function nameOf(node: WorkNode, field: string): string {
  const check = /^checks\/([^/]+)\//.exec(field)
  const text = check ? read(node, `checks/${check[1] as string}/text`) : null
  return typeof text === 'string' ? `Check “${text}”` : fieldTitle(field)
}
