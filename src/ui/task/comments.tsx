import { Trash2 } from 'lucide-react'
import { useMemo, useSyncExternalStore } from 'react'
import { read, type WorkNode } from '../../core/fold.ts'
import type { NodeId } from '../../core/ids.ts'
import { useAct } from '../act.ts'
import { AssigneeAvatar, PersonAvatar } from '../kit/avatar.tsx'
import { IconButton } from '../kit/button.tsx'
import { useKnownPeople } from '../known-people.ts'
import { useSession } from '../session.ts'
import css from './comments.module.css'
import { Markdown } from './markdown.tsx'
import { actorName } from '../names.ts'
import { isQuestion } from './questions.tsx'
import { Section } from './section.tsx'
import { ago, exactTime } from '../times.ts'
import { useNow, useText } from './use-task.ts'
import { WordsForm } from './words-form.tsx'

export function Comments({ id }: { readonly id: NodeId }) {
  const { replica } = useSession()
  const all = useSyncExternalStore(
    (changed) => replica.views.on(`comments:${id}`, changed),
    () => replica.views.commentsOn(id),
  )
  // Questions stand in a section of their own.
  const comments = useMemo(() => all.filter((comment) => !isQuestion(replica.nodes.get(comment))), [all, replica])
  return (
    <Section title="Comments" note={comments.length > 0 ? String(comments.length) : undefined}>
      {comments.length > 0 ? (
        <ol className={css['comments']}>
          {comments.map((comment) => (
            <Comment key={comment} id={comment} />
          ))}
        </ol>
      ) : null}
      {replica.may('comment', 'comment') ? <NewComment task={id} /> : null}
    </Section>
  )
}

function Comment({ id }: { readonly id: NodeId }) {
  const { replica } = useSession()
  const known = useKnownPeople()
  const now = useNow()
  const act = useAct()
  const text = useText(id, 'body')
  const node = replica.nodes.get(id) as WorkNode
  const imported = importedFrom(node)
  const at = imported?.at ?? replica.history.msOf(node.created)
  const person = imported ? undefined : known.find(({ actor, color }) => actor === node.creator && color !== '')
  const name = imported?.author ?? actorName(node.creator, known)
  return (
    <li className={css['comment']}>
      {person ? <PersonAvatar name={name} color={person.color} size={22} /> : <AssigneeAvatar name={name} />}
      <div className={css['said']}>
        <div className={css['by']}>
          <span className={css['name']}>{name}</span>
          <time dateTime={new Date(at).toISOString()} title={exactTime(at)}>
            {ago(at, now)}
          </time>
          {imported ? (
            <span title={`Brought in by ${actorName(node.creator, known)}; the name is the plan's word`}>imported</span>
          ) : null}
          {node.creator === replica.actor && replica.may('delete', 'comment') ? (
            <IconButton label="Delete comment" className={css['delete']} onClick={() => act('delete_comment', { id })}>
              <Trash2 size={13} aria-hidden />
            </IconButton>
          ) : null}
        </div>
        <Markdown source={text} />
      </div>
    </li>
  )
}

function NewComment({ task }: { readonly task: NodeId }) {
  const act = useAct()
  return (
    <WordsForm
      label="Comment"
      placeholder="Leave a comment. Markdown works."
      action="Comment"
      onSend={(body) => act('comment_task', { id: task, body })}
    />
  )
}

/** What an import says of a comment it brought in. Nobody signed that: it is shown as what it is. */
function importedFrom(node: WorkNode): { readonly author: string; readonly at: number | null } | null {
  const ext = read(node, 'ext') as { raw?: { author?: unknown; created_at?: unknown } } | null | undefined
  const { author, created_at: created } = ext?.raw ?? {}
  if (typeof author !== 'string' || author === '') return null
  const at = typeof created === 'string' ? Date.parse(created) : Number.NaN
  return { author, at: Number.isNaN(at) ? null : at }
}
