import { type ReactNode, useId } from 'react'
import css from './section.module.css'

interface SectionProps {
  readonly title: string
  /** Beside the title, e.g. "2 of 3". */
  readonly note?: string | undefined
  readonly action?: ReactNode
  readonly children: ReactNode
}

/** A part of the task, with its heading. */
export function Section({ title, note, action, children }: SectionProps) {
  const id = useId()
  return (
    <section className={css['section']} aria-labelledby={id}>
      <div className={css['head']}>
        <h3 id={id} className={css['title']}>
          {title}
        </h3>
        {note ? <span className={css['note']}>{note}</span> : null}
        {action ? <div className={css['action']}>{action}</div> : null}
      </div>
      {children}
    </section>
  )
}
