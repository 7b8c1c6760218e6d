import { Trash2 } from 'lucide-react'
import { type KeyboardEvent, useState, useSyncExternalStore } from 'react'
import { read, type WorkNode } from '../../core/fold.ts'
import type { NodeId } from '../../core/ids.ts'
import { useAct } from '../act.ts'
import { AssigneeAvatar, PersonAvatar } from '../kit/avatar.tsx'
import { Button, IconButton } from '../kit/button.tsx'
import { useKnownPeople } from '../known-people.ts'
import { useSession } from '../session.ts'
import css from './comments.module.css'
import { Markdown } from './markdown.tsx'
import { actorName } from '../names.ts'
import { Section } from './section.tsx'
import { ago, exactTime } from '../times.ts'
import { useUnsaved } from '../unsaved.ts'
import { useNow, useText } from './use-task.ts'

export function Comments({ id }: { readonly id: NodeId }) {
  const { replica } = useSession()
  const comments = useSyncExternalStore(
    (changed) => replica.views.on(`comments:${id}`, changed),
    () => replica.views.commentsOn(id),
  )
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
  const [body, setBody] = useState('')
  useUnsaved(body.trim() === '' ? null : 'a comment')
  const send = (): void => {
    if (body.trim() !== '' && act('comment_task', { id: task, body })) setBody('')
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
      event.preventDefault()
      send()
    }
    // Words half written are not thrown away by the key that closes the task.
    if (event.key === 'Escape' && body !== '') event.preventDefault()
  }
  return (
    <form
      className={css['new']}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <textarea
        aria-label="Comment"
        placeholder="Leave a comment. Markdown works."
        rows={1}
        value={body}
        onChange={(event) => setBody(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <Button type="submit" look="outline" disabled={body.trim() === ''}>
        Comment
      </Button>
    </form>
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
