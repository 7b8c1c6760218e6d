import { type FormEvent, useState } from 'react'
import { useLocation } from 'wouter'
import type { NodeId } from '../../core/ids.ts'
import { LOCAL } from '../../core/limits.ts'
import { isPicture, mimeOf } from '../../core/mime.ts'
import { faultWords } from '../words.ts'
import { Actions } from '../kit/actions.tsx'
import { Button } from '../kit/button.tsx'
import { Dialog } from '../kit/dialog.tsx'
import { Field } from '../kit/field.tsx'
import fields from '../kit/field.module.css'
import { links } from '../links.ts'
import { useSession } from '../session.ts'

/** Makes a document, on a task or on none; what is not allowed is said beside the path. */
export function NewDocumentDialog({ task = null, onClose }: { readonly task?: NodeId | null; readonly onClose: () => void }) {
  const session = useSession()
  const [, navigate] = useLocation()
  const [path, setPath] = useState('')
  const [content, setContent] = useState('')
  const [problem, setProblem] = useState<string | null>(null)

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    // Another keyboard may write the same letters in another form; a path has one.
    const made = session.run('create_document', { path: path.trim().normalize('NFC'), content, task })
    if (!made.ok) return setProblem(made.refusal.detail)
    onClose()
    navigate(links.file(session.workspaceId, made.value.id))
  }
  const take = (file: File | undefined): void => {
    if (!file) return
    setProblem(null)
    if (path === '') setPath(file.name)
    readDocument(file).then(setContent, (error: unknown) => setProblem(faultWords(error)))
  }

  return (
    <Dialog title="New document" onClose={onClose}>
      <form className={fields['form']} onSubmit={submit}>
        <Field label="Path" hint="It stays as it is: others refer to the document by it.">
          {(props) => (
            <input
              {...props}
              value={path}
              onChange={(event) => setPath(event.target.value)}
              required
              autoComplete="off"
              spellCheck={false}
              placeholder="docs/plan.md"
            />
          )}
        </Field>
        <Field label="Content" hint="It can be written later, and by several at once.">
          {(props) => (
            <textarea
              {...props}
              value={content}
              onChange={(event) => setContent(event.target.value)}
              rows={7}
              spellCheck={false}
            />
          )}
        </Field>
        <Field label="Or from a file">
          {(props) => <input {...props} type="file" onChange={(event) => take(event.target.files?.[0])} />}
        </Field>
        <Actions problem={problem}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={path.trim() === ''}>
            Create document
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}

/** The text of a file, of a picture its bytes as base64. */
async function readDocument(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  const picture = isPicture(mimeOf(file.name))
  const text = picture ? toBase64(bytes) : decode(bytes)
  if (text === null) throw new Error('This file is no text and no picture: only those can be documents.')
  if (text.length * 3 > LOCAL.textBytes)
    throw new Error(`A document has ${Math.floor(LOCAL.textBytes / 3)} characters at most, and this file has ${text.length}.`)
  return text
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // Not UTF-8: the caller says so.
    return null
  }
}

function toBase64(bytes: Uint8Array): string {
  let letters = ''
  for (const byte of bytes) letters += String.fromCharCode(byte)
  return btoa(letters)
}
