import { X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useObservable } from '../use-observable.ts'
import { dismiss, type Notice, notices } from '../notices.ts'
import { Button, IconButton } from './button.tsx'
import css from './notices.module.css'

/** Long enough to read and to reach for Undo. */
const STAYS_MS = 7000

export function Notices() {
  const shown = useObservable(notices)
  return (
    <section className={css['notices']} aria-label="Notifications">
      {shown.map((notice) => (
        <NoticeLine key={notice.id} notice={notice} />
      ))}
    </section>
  )
}

function NoticeLine({ notice }: { readonly notice: Notice }) {
  const [held, setHeld] = useState(false)
  useEffect(() => {
    if (held || notice.stays) return undefined
    const timer = setTimeout(() => dismiss(notice.id), STAYS_MS)
    return () => clearTimeout(timer)
  }, [held, notice.id, notice.stays])
  const { action } = notice
  return (
    <div
      className={css['notice']}
      data-tone={notice.tone}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <p className={css['text']}>{notice.text}</p>
      {action ? (
        <Button
          look="outline"
          onClick={() => {
            dismiss(notice.id)
            action.run()
          }}
        >
          {action.label}
        </Button>
      ) : null}
      <IconButton label="Dismiss" onClick={() => dismiss(notice.id)}>
        <X size={14} aria-hidden />
      </IconButton>
    </div>
  )
}
