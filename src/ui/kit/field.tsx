import { type ReactNode, useId } from 'react'
import css from './field.module.css'

interface FieldProps {
  readonly label: string
  readonly hint?: string
  /** Gets what ties the control to its label and hint. */
  readonly children: (props: {
    readonly id: string
    readonly className: string
    readonly 'aria-describedby': string | undefined
  }) => ReactNode
}

export function Field({ label, hint, children }: FieldProps) {
  const id = useId()
  const hintId = `${id}-hint`
  return (
    <div className={css['field']}>
      <label htmlFor={id} className={css['label']}>
        {label}
      </label>
      {children({ id, className: css['input'] as string, 'aria-describedby': hint ? hintId : undefined })}
      {hint ? (
        <p id={hintId} className={css['hint']}>
          {hint}
        </p>
      ) : null}
    </div>
  )
}
