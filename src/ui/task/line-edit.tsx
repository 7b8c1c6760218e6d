import { useState } from 'react'
import css from './lists.module.css'

interface LineEditProps {
  readonly label: string
  readonly value: string
  readonly fixed: boolean
  readonly onKeep: (text: string) => void
}

/** One line of words, edited where it stands: Enter or leaving it keeps, Escape takes back, nothing at all changes nothing. */
export function LineEdit({ label, value, fixed, onKeep }: LineEditProps) {
  const [draft, setDraft] = useState<string | null>(null)
  const keep = (): void => {
    const text = draft?.trim()
    if (text && text !== value) onKeep(text)
    setDraft(null)
  }
  return (
    <input
      className={css['words']}
      aria-label={label}
      readOnly={fixed}
      value={draft ?? value}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !event.nativeEvent.isComposing) keep()
        if (event.key === 'Escape' && draft !== null) {
          event.preventDefault()
          setDraft(null)
        }
      }}
    />
  )
}
