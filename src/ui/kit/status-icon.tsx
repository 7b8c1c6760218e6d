import type { Status } from '../../core/fields.ts'
import { priorityTitle } from '../words.ts'
import css from './status-icon.module.css'

/** A status as a dial that fills up. The words stand beside it. */
export function StatusIcon({ status }: { readonly status: Status }) {
  return (
    <svg className={css['icon']} data-status={status} width="14" height="14" viewBox="0 0 14 14" fill="none" aria-hidden>
      {face(status)}
    </svg>
  )
}

function face(status: Status) {
  switch (status) {
    case 'backlog':
      return <circle cx="7" cy="7" r="5.75" stroke="currentColor" strokeWidth="1.5" strokeDasharray="1.8 1.8" />
    case 'ready':
      return <circle cx="7" cy="7" r="5.75" stroke="currentColor" strokeWidth="1.5" />
    case 'in_progress':
      return (
        <>
          <circle cx="7" cy="7" r="5.75" stroke="currentColor" strokeWidth="1.5" />
          <path d="M7 3.5a3.5 3.5 0 0 1 0 7z" fill="currentColor" />
        </>
      )
    case 'in_review':
      return (
        <>
          <circle cx="7" cy="7" r="5.75" stroke="currentColor" strokeWidth="1.5" />
          <path d="M7 3.5A3.5 3.5 0 1 1 3.5 7H7z" fill="currentColor" />
        </>
      )
    case 'blocked':
      return (
        <>
          <circle cx="7" cy="7" r="6.5" fill="currentColor" />
          <path className={css['cut']} d="M4.25 7h5.5" strokeWidth="1.75" strokeLinecap="round" />
        </>
      )
    case 'done':
      return (
        <>
          <circle cx="7" cy="7" r="6.5" fill="currentColor" />
          <path
            className={css['cut']}
            d="m4.4 7.2 1.8 1.8 3.4-3.7"
            strokeWidth="1.5"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </>
      )
    case 'cancelled':
      return (
        <>
          <circle cx="7" cy="7" r="6.5" fill="currentColor" />
          <path className={css['cut']} d="m5 5 4 4m0-4-4 4" strokeWidth="1.5" strokeLinecap="round" />
        </>
      )
  }
}

/** Priority as bars of a signal; a filled mark when it is urgent. */
export function PriorityIcon({ priority }: { readonly priority: number }) {
  const bars = Math.max(0, 4 - priority)
  return (
    <svg
      className={css['priority']}
      data-priority={priority}
      width="14"
      height="14"
      viewBox="0 0 14 14"
      fill="currentColor"
      aria-hidden
    >
      <title>{priorityTitle(priority)}</title>
      {priority === 0 ? (
        <path
          fillRule="evenodd"
          d="M3 1h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H3a2 2 0 0 1-2-2V3a2 2 0 0 1 2-2zm3.1 2.6.25 4.2h1.3l.25-4.2zM7 9a.9.9 0 1 0 0 1.8A.9.9 0 0 0 7 9z"
        />
      ) : priority === 4 ? (
        <path d="M1.5 6.25h3v1.5h-3zM5.5 6.25h3v1.5h-3zM9.5 6.25h3v1.5h-3z" className={css['dim']} />
      ) : (
        [0, 1, 2].map((bar) => (
          <rect
            key={bar}
            x={1.25 + bar * 4}
            y={8 - bar * 3}
            width="3"
            height={5 + bar * 3}
            rx="1"
            className={bar < bars ? undefined : css['dim']}
          />
        ))
      )}
    </svg>
  )
}
