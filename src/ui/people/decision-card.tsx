import { type ReactNode, useId } from 'react'
import panel from '../kit/panel.module.css'
import css from './people.module.css'

interface DecisionCardProps {
  readonly title: string
  readonly actions: ReactNode
  readonly note?: string | undefined
  readonly children: ReactNode
}

export function DecisionCard({ title, actions, note, children }: DecisionCardProps) {
  const id = useId()
  return (
    <li className={css['decision']} aria-labelledby={id}>
      <h3 id={id} className={panel['main']}>
        {title}
      </h3>
      {children}
      {actions === null ? null : <div className={css['actions']}>{actions}</div>}
      {note === undefined ? null : <p className={panel['soft']}>{note}</p>}
    </li>
  )
}
