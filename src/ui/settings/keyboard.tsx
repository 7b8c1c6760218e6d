import { lazy, Suspense, useState } from 'react'
import { ownKeys } from '../commands/own-keys.ts'
import { useObservable } from '../use-observable.ts'
import { Button } from '../kit/button.tsx'
import { count } from '../words.ts'
import css from './settings.module.css'

const KeysDialog = lazy(async () => ({ default: (await import('../commands/keys-dialog.tsx')).KeysDialog }))

export function Keyboard() {
  const own = Object.keys(useObservable(ownKeys)).length
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <div className={css['split']}>
        <p>{own === 0 ? 'All keys are as they come.' : `You chose the keys of ${count(own, 'command')} in this browser.`}</p>
        <Button look="outline" onClick={() => setOpen(true)}>
          Change keys …
        </Button>
      </div>
      <Suspense>{isOpen ? <KeysDialog changing onClose={() => setOpen(false)} /> : null}</Suspense>
    </>
  )
}
