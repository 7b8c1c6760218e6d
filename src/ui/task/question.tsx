/** A question about a task: who asks, what, and the answer or a way to give it in place. */

import { winnerRef } from '../../core/crdt/register.ts'
import { read, type WorkNode } from '../../core/fold.ts'
import type { NodeId } from '../../core/ids.ts'
import { useAct } from '../act.ts'
import { Button } from '../kit/button.tsx'
import { useKnownPeople } from '../known-people.ts'
import { actorName } from '../names.ts'
import { notify } from '../notices.ts'
import { authorOf } from '../read-edits.ts'
import { useSession } from '../session.ts'
import { ago, exactTime } from '../times.ts'
import { Markdown } from './markdown.tsx'
import css from './question.module.css'
import { useNow, useText } from './use-task.ts'
import { WordsForm } from './words-form.tsx'

/** `keys`: whether number keys choose an option here. */
export function Question({ id, keys = false }: { readonly id: NodeId; readonly keys?: boolean }) {
  const { replica } = useSession()
  const known = useKnownPeople()
  const now = useNow()
  const text = useText(id, 'body')
  const node = replica.nodes.get(id)
  if (!node) return null
  const name = actorName(node.creator, known)
  const at = replica.history.msOf(node.created)
  return (
    <article className={css['question']} aria-label={`Question by ${name}`}>
      <p className={css['by']}>
        <strong>{name}</strong> asks,{' '}
        <time dateTime={new Date(at).toISOString()} title={exactTime(at)}>
          {ago(at, now)}
        </time>
      </p>
      <Markdown source={text} />
      <Answer node={node} keys={keys} />
    </article>
  )
}

function Answer({ node, keys }: { readonly node: WorkNode; readonly keys: boolean }) {
  const { replica } = useSession()
  const known = useKnownPeople()
  const act = useAct()
  const now = useNow()
  const answer = read(node, 'answer') as { readonly text?: unknown } | null | undefined
  if (answer) {
    const ref = winnerRef(node.registers['answer'])
    const by = ref === undefined ? '' : actorName(authorOf(replica, ref), known)
    return (
      <div className={css['answer']}>
        <Markdown source={typeof answer.text === 'string' ? answer.text : ''} />
        {ref === undefined ? null : (
          <p className={css['by']}>
            answered by {by}, {ago(replica.history.msOf(ref), now)}
          </p>
        )}
      </div>
    )
  }
  if (!replica.may('comment', node)) return <p className={css['by']}>Nobody has answered yet.</p>
  const { options, freeForm } = askedOf(node)
  const reply = (text: string): boolean => {
    const done = act('answer_question', { id: node.id, answer: text })
    if (done) notify('Answered: whoever asked is told', { about: node.id })
    return done
  }
  return (
    <>
      {options.length === 0 ? null : (
        <ul className={css['options']} aria-label="Answers to choose from">
          {options.map((option, i) => (
            <li key={option}>
              <Button look="outline" aria-keyshortcuts={keys && i < 9 ? String(i + 1) : undefined} onClick={() => reply(option)}>
                {keys && i < 9 ? <kbd aria-hidden>{i + 1}</kbd> : null}
                {option}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {freeForm ? (
        <WordsForm
          label="Answer"
          placeholder="Answer in your own words"
          action="Answer"
          letter={keys ? 'A' : undefined}
          onSend={reply}
        />
      ) : null}
    </>
  )
}

/** What an agent wrote there may have any shape. Without options to choose from, words are the only answer. */
function askedOf(node: WorkNode): { readonly options: readonly string[]; readonly freeForm: boolean } {
  const asked = read(node, 'question') as { readonly options?: unknown; readonly freeForm?: unknown } | null | undefined
  const all = Array.isArray(asked?.options) ? asked.options.filter((option) => typeof option === 'string') : []
  const options = [...new Set<string>(all)]
  return { options, freeForm: asked?.freeForm !== false || options.length === 0 }
}
