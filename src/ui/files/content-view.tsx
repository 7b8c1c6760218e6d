import { useEffect, useMemo, useRef, useState } from 'react'
import type { WorkNode } from '../../core/fold.ts'
import { isPicture } from '../../core/mime.ts'
import type { DocumentRow } from '../../replica/document-row.ts'
import { writtenBy } from '../../replica/text-versions.ts'
import { Button } from '../kit/button.tsx'
import { useKnownPeople } from '../known-people.ts'
import { actorName } from '../names.ts'
import { authorOf } from '../read-edits.ts'
import { useSession } from '../session.ts'
import { Markdown } from '../task/markdown.tsx'
import { useText } from '../task/use-task.ts'
import { exactTime } from '../times.ts'
import { base64In } from './build-preview.ts'
import { capabilityWords } from './capability-words.ts'
import type { CodeView, Piece } from './code.ts'
import css from './document.module.css'

/** What the document says: Markdown rendered, a picture shown, all else as code. */
export function ContentView({ document }: { readonly document: DocumentRow }) {
  const text = useText(document.id, 'content')
  const [source, setSource] = useState(false)
  const [authors, setAuthors] = useState(false)
  const isMarkdown = document.mime === 'text/markdown'
  if (text === '') return <p className={css['none']}>Nothing is written here yet.</p>
  if (isPicture(document.mime))
    return <img className={css['picture']} alt={document.path} src={`data:${document.mime};base64,${base64In(text)}`} />
  const asCode = !isMarkdown || source || authors
  return (
    <>
      <div className={css['switches']}>
        {isMarkdown ? (
          <Button aria-pressed={source || authors} onClick={() => [setSource(!(source || authors)), setAuthors(false)]}>
            As it is written
          </Button>
        ) : null}
        <Button aria-pressed={authors} onClick={() => setAuthors(!authors)}>
          Who wrote what
        </Button>
      </div>
      {asCode ? (
        <Code document={document} text={text} authors={authors} />
      ) : (
        <div className={css['prose']}>
          <Markdown source={text} />
        </div>
      )}
    </>
  )
}

interface CodeProps {
  readonly document: DocumentRow
  readonly text: string
  readonly authors: boolean
}

function Code({ document, text, authors }: CodeProps) {
  const host = useRef<HTMLDivElement>(null)
  const [view, setView] = useState<CodeView | null>(null)
  const pieces = usePieces(document, text, authors)
  const { path } = document
  const latest = useRef({ text, pieces })
  useEffect(() => {
    latest.current = { text, pieces }
    view?.show({ text, pieces })
  }, [view, text, pieces])
  useEffect(() => {
    let wanted = true
    let made: CodeView | null = null
    import('../task/editor.ts')
      .then(async ({ mountCode, languageOf }) => {
        const language = await languageOf(path)
        if (!wanted || !host.current) return
        made = mountCode({ parent: host.current, label: `Content of ${path}`, language, ...latest.current })
        setView(made)
      })
      // It stays readable as it is; what went wrong is for the console.
      .catch((error: unknown) => reportError(error))
    return () => {
      wanted = false
      made?.destroy()
    }
  }, [path])
  return (
    <>
      {/* It reads as plain text until its colours are there, and where they cannot be loaded. */}
      {view ? null : (
        <pre className={css['plain']}>
          <code>{text}</code>
        </pre>
      )}
      <div ref={host} className={css['code']} />
    </>
  )
}

/** Whose each piece is, with the time and the right it was written by; null while nobody asks. */
function usePieces({ id }: DocumentRow, text: string, wanted: boolean): readonly Piece[] | null {
  const { replica } = useSession()
  const people = useKnownPeople()
  return useMemo(() => {
    // `text` stands for the edits behind it.
    if (!wanted || text === '') return null
    return writtenBy(replica.nodes.get(id) as WorkNode, 'content', replica.history).map(({ length, ref }) => ({
      length,
      name: actorName(authorOf(replica, ref), people),
      title: `${exactTime(replica.history.msOf(ref))}, ${capabilityWords(replica, ref)}`,
    }))
  }, [replica, people, id, text, wanted])
}
