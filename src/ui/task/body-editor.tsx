import { useEffect, useRef, useState } from 'react'
import type { NodeId } from '../../core/ids.ts'
import { LOCAL } from '../../core/limits.ts'
import { openText } from '../../replica/text-session.ts'
import { notify } from '../notices.ts'
import { useSession } from '../session.ts'
import css from './body.module.css'
import { Markdown } from './markdown.tsx'
import { useText } from './use-task.ts'

interface BodyEditorProps {
  readonly id: NodeId
  readonly onDone: () => void
  /** Another text than the description of a task. */
  readonly of?: {
    readonly field: string
    readonly label: string
    readonly placeholder: string
    readonly path: string | undefined
  }
}

const DESCRIPTION = {
  field: 'body',
  label: 'Description',
  placeholder: 'What is to be done, why, and how one can tell that it is done. Markdown works.',
  path: undefined,
}

/** Opens the text and loads the editor; the text stays readable until it is there. */
export function BodyEditor({ id, onDone, of = DESCRIPTION }: BodyEditorProps) {
  const { replica, awareness } = useSession()
  const { field, label, placeholder, path } = of
  const host = useRef<HTMLDivElement>(null)
  const done = useRef(onDone)
  const [ready, setReady] = useState(false)
  useEffect(() => {
    done.current = onDone
  })
  useEffect(() => {
    const text = openText(replica, id, field)
    let editor: { focus(): void; destroy(): void } | null = null
    let wanted = true
    const flush = (): void => text.flush()
    const onHidden = (): void => {
      if (document.visibilityState === 'hidden') flush()
    }
    addEventListener('pagehide', flush)
    document.addEventListener('visibilitychange', onHidden)
    import('./editor.ts').then(
      ({ mountEditor }) => {
        if (!wanted || !host.current) return
        editor = mountEditor({
          parent: host.current,
          text,
          awareness,
          label,
          placeholder,
          path,
          onDone: () => done.current(),
          onFull: () =>
            notify(`A text has ${Math.floor(LOCAL.textBytes / 3)} characters at most.`, { tone: 'bad', about: 'full' }),
        })
        setReady(true)
        editor.focus()
      },
      () => {
        notify('The editor could not be loaded. Connect once, then try again.', { tone: 'bad' })
        done.current()
      },
    )
    return () => {
      wanted = false
      removeEventListener('pagehide', flush)
      document.removeEventListener('visibilitychange', onHidden)
      editor?.destroy()
      text.close()
    }
  }, [replica, id, awareness, field, label, placeholder, path])
  return (
    <div className={css['editor']}>
      {ready ? null : path === undefined ? <Loading id={id} /> : <p>Opening the editor …</p>}
      <div ref={host} className={css['host']} />
    </div>
  )
}

function Loading({ id }: { readonly id: NodeId }) {
  return <Markdown source={useText(id, 'body')} />
}
