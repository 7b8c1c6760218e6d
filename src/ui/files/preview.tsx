/**
 * A web page of documents, run where it reaches nothing: a frame with an origin that only it has, under a policy of its own
 * (`public/preview.html`). Nothing runs before somebody asks for it. Of what the page says only errors are heard, and shown as text.
 */

import { Play, RotateCw, Square } from 'lucide-react'
import { type SyntheticEvent, useEffect, useRef, useState } from 'react'
import type { WorkNode } from '../../core/fold.ts'
import type { DocumentRow } from '../../replica/document-row.ts'
import { documentRow } from '../../replica/document-row.ts'
import type { Replica } from '../../replica/replica.ts'
import { textOf } from '../../replica/text.ts'
import { Button } from '../kit/button.tsx'
import { useSession } from '../session.ts'
import { list } from '../people/words.ts'
import { type Bundle, buildPreview, type Part } from './build-preview.ts'
import css from './document.module.css'

export function Preview({ document }: { readonly document: DocumentRow }) {
  const { replica } = useSession()
  const [run, setRun] = useState<{ readonly number: number; readonly bundle: Bundle } | null>(null)
  const start = (): void =>
    setRun({ number: (run?.number ?? 0) + 1, bundle: buildPreview(document.path, (path) => partAt(replica, document, path)) })
  return (
    <div className={css['preview']}>
      <div className={css['switches']}>
        <Button look={run ? 'plain' : 'primary'} onClick={start}>
          {run ? <RotateCw size={13} aria-hidden /> : <Play size={13} aria-hidden />}
          {run ? 'Run again' : 'Run preview'}
        </Button>
        {run ? (
          <Button onClick={() => setRun(null)}>
            <Square size={12} aria-hidden /> Stop
          </Button>
        ) : null}
      </div>
      {run === null ? (
        <p className={css['none']}>
          The page runs in a frame of its own, with its scripts, style sheets and pictures from the documents here. It reaches
          neither this workspace nor the network.
        </p>
      ) : (
        <Stage key={run.number} title={`Preview of ${document.path}`} bundle={run.bundle} />
      )}
    </div>
  )
}

const ERRORS_SHOWN = 50
const ERROR_CHARS = 500
/** Not even the stage itself came: most likely it was never loaded, and there is no network now. */
const STAGE_MS = 10_000

function Stage({ title, bundle }: { readonly title: string; readonly bundle: Bundle }) {
  const channel = useRef<MessageChannel>(null)
  const [errors, setErrors] = useState<readonly string[]>([])
  const [loaded, setLoaded] = useState(false)
  const [late, setLate] = useState(false)
  useEffect(() => {
    if (loaded) return undefined
    const timer = setTimeout(() => setLate(true), STAGE_MS)
    return () => clearTimeout(timer)
  }, [loaded])
  useEffect(() => () => channel.current?.port1.close(), [])
  const send = (event: SyntheticEvent<HTMLIFrameElement>): void => {
    // Once: where the page leads its frame elsewhere, nothing more is sent there.
    if (channel.current) return
    const { port1, port2 } = (channel.current = new MessageChannel())
    port1.addEventListener('message', ({ data }: MessageEvent) => {
      if (typeof data === 'string') setErrors((known) => withError(known, data.slice(0, ERROR_CHARS)))
    })
    port1.start()
    setLoaded(true)
    // The frame's origin has no name that could be addressed; what is sent is the frame's own page.
    event.currentTarget.contentWindow?.postMessage({ html: bundle.html }, '*', [port2])
  }
  const said = [
    ...(bundle.missing.length > 0 ? [`Not among the documents here, and left out: ${list(bundle.missing.slice(0, 20))}`] : []),
    ...(late && !loaded ? ['The stage of previews could not be loaded. It needs the network once; then try again.'] : []),
    ...errors,
  ]
  return (
    <>
      <iframe
        title={title}
        className={css['stage']}
        src="preview.html"
        sandbox="allow-scripts"
        referrerPolicy="no-referrer"
        onLoad={send}
      />
      {said.length > 0 ? (
        <section aria-label="Messages of the preview" className={css['errors']}>
          <ul>
            {said.map((text, i) => (
              // Lines come at the end only.
              // oxlint-disable-next-line react/no-array-index-key
              <li key={i}>{text}</li>
            ))}
          </ul>
        </section>
      ) : null}
    </>
  )
}

/** The same thing said again is said once: a frame's header and its page both tell of what they forbid. */
function withError(known: readonly string[], text: string): readonly string[] {
  return known.length >= ERRORS_SHOWN || known.includes(text) ? known : [...known, text]
}

/** The document that a page means by a path: itself, else the first at that path in its project. */
function partAt(replica: Replica, page: DocumentRow, path: string): Part | null {
  const id = path === page.path ? page.id : replica.views.documents.at(path, page.project)[0]
  const node: WorkNode | undefined = id && replica.nodes.get(id)
  if (!node) return null
  return { mime: documentRow(replica, node).mime, content: textOf(node, 'content', replica.history) }
}
