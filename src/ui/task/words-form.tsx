import { type KeyboardEvent, useState } from 'react'
import { Button } from '../kit/button.tsx'
import { useUnsaved } from '../unsaved.ts'
import css from './comments.module.css'

interface WordsFormProps {
  /** The name of the field. */
  readonly label: string
  readonly placeholder: string
  /** What the button does. */
  readonly action: string
  /** The letter that leads here in a list of things to do. */
  readonly letter?: string | undefined
  /** Takes the focus when it appears, because somebody asked for it. */
  readonly taken?: boolean
  /** Answers whether it was done; then the field is empty again. */
  readonly onSend: (words: string) => boolean
}

/** A field for some words, and a button that sends them. ⌘Enter sends as well. */
export function WordsForm({ label, placeholder, action, letter, taken = false, onSend }: WordsFormProps) {
  const [words, setWords] = useState('')
  useUnsaved(words.trim() === '' ? null : `“${label}”`)
  const send = (): void => {
    if (words.trim() !== '' && onSend(words)) setWords('')
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
      event.preventDefault()
      send()
    }
    // Words half written are not thrown away by the key that closes the task.
    if (event.key === 'Escape' && words !== '') event.preventDefault()
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
        ref={(field) => {
          if (taken) field?.focus()
        }}
        aria-label={label}
        aria-keyshortcuts={letter}
        placeholder={placeholder}
        rows={1}
        value={words}
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <Button type="submit" look="outline" disabled={words.trim() === ''}>
        {action}
      </Button>
    </form>
  )
}
