import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useUnsaved } from '../unsaved.ts'
import css from './lists.module.css'

interface AddLineProps {
  readonly label: string
  /** Answers whether it was taken: then the field is empty again. */
  readonly onAdd: (text: string) => boolean
}

/** A line at the end of a list that makes the next one: type, Enter, type on. */
export function AddLine({ label, onAdd }: AddLineProps) {
  const [text, setText] = useState('')
  useUnsaved(text.trim() === '' ? null : `“${label}”`)
  return (
    <div className={css['addLine']}>
      <Plus size={14} aria-hidden />
      <input
        className={css['words']}
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.nativeEvent.isComposing && text.trim() !== '' && onAdd(text.trim())) setText('')
          if (event.key === 'Escape' && text !== '') {
            event.preventDefault()
            setText('')
          }
        }}
      />
    </div>
  )
}
