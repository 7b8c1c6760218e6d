import { useState } from 'react'
import { runCommand } from '../commands/handlers.ts'
import { useObservable } from '../use-observable.ts'
import { Button } from '../kit/button.tsx'
import { space } from '../settings/space.ts'
import { spaceWarning } from '../settings/space-words.ts'
import css from './shell.module.css'

/** Says that the room for this site runs out, while something can still be done about it. */
export function SpaceBanner() {
  const now = useObservable(space)
  const [isHidden, setHidden] = useState(false)
  const warning = now && spaceWarning(now)
  if (warning === null || isHidden) return null
  return (
    <section className={css['banner']} data-tone="warn" aria-label="Storage" aria-live="polite">
      <p>{warning}</p>
      <Button look="outline" onClick={() => runCommand('copy')}>
        Download a copy
      </Button>
      <Button onClick={() => setHidden(true)}>Hide</Button>
    </section>
  )
}
