import type { ReactNode } from 'react'
import css from './field.module.css'

/** What went wrong, said as soon as it is there; nothing while there is nothing. */
export function Problem({ children }: { readonly children: ReactNode }) {
  return children === null ? null : (
    <p role="alert" className={css['problem']}>
      {children}
    </p>
  )
}

interface ActionsProps {
  readonly problem?: ReactNode
  readonly children: ReactNode
}

/** How a form ends: what is wrong, and the buttons. */
export function Actions({ problem = null, children }: ActionsProps) {
  return (
    <>
      <Problem>{problem}</Problem>
      <div className={css['actions']}>{children}</div>
    </>
  )
}
