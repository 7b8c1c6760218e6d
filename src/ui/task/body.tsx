/** The description: read as Markdown, written in an editor that others write in at the same time. */

import { Pencil } from 'lucide-react'
import { type MouseEvent, useRef, useState } from 'react'
import type { NodeId } from '../../core/ids.ts'
import { Button } from '../kit/button.tsx'
import { useSession } from '../session.ts'
import { BodyEditor } from './body-editor.tsx'
import css from './body.module.css'
import { Markdown } from './markdown.tsx'
import { Section } from './section.tsx'
import { useText } from './use-task.ts'

export function Body({ id }: { readonly id: NodeId }) {
  const { replica } = useSession()
  const [writing, setWriting] = useState(false)
  const toggle = useRef<HTMLButtonElement>(null)
  const fixed = !replica.may('update', 'task')
  const done = (): void => {
    setWriting(false)
    toggle.current?.focus()
  }
  return (
    <Section
      title="Description"
      action={
        fixed ? null : (
          <Button ref={toggle} onClick={() => setWriting(!writing)} aria-expanded={writing}>
            {writing ? 'Done' : <Pencil size={13} aria-hidden />}
            {writing ? null : 'Edit'}
          </Button>
        )
      }
    >
      {writing ? <BodyEditor id={id} onDone={done} /> : <BodyText id={id} onWrite={fixed ? null : () => setWriting(true)} />}
    </Section>
  )
}

function BodyText({ id, onWrite }: { readonly id: NodeId; readonly onWrite: (() => void) | null }) {
  const source = useText(id, 'body')
  if (source.trim() === '') {
    if (!onWrite) return <p className={css['none']}>No description.</p>
    return (
      <button type="button" className={css['empty']} onClick={onWrite}>
        Add a description: what to do, why, and how one can tell that it is done. Agents read it too. Markdown works.
      </button>
    )
  }
  // A shortcut for the pointer; the keyboard has the Edit button. A link stays a link, a selection a selection.
  const onClick = (event: MouseEvent): void => {
    const onLink = (event.target as Element).closest('a') !== null
    if (onWrite && !onLink && getSelection()?.isCollapsed !== false) onWrite()
  }
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <div className={css['text']} data-writable={onWrite ? '' : undefined} onClick={onClick}>
      <Markdown source={source} />
    </div>
  )
}
