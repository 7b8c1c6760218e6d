import { useEffect, useId, useState } from 'react'
import { useObservable } from '../use-observable.ts'
import { Button } from '../kit/button.tsx'
import { notify } from '../notices.ts'
import { useSession } from '../session.ts'
import { count, faultWords } from '../words.ts'
import css from './settings.module.css'
import { space } from './space.ts'
import { bytesWords } from './space-words.ts'

/** What is lost and what is not when the browser clears what it keeps for this site, and whether it promised not to. */
export function Storage() {
  const { unshared } = useObservable(useSession().sync)
  const [isKept, setKept] = useState<boolean | null>(null)
  useEffect(() => {
    let wanted = true
    // Outside of a secure context there is no such promise.
    navigator.storage?.persisted?.().then(
      (kept) => wanted && setKept(kept),
      () => wanted && setKept(false),
    )
    return () => {
      wanted = false
    }
  }, [])
  const ask = (): void => {
    navigator.storage.persist().then(
      (kept) => {
        setKept(kept)
        if (!kept) notify('The browser did not promise it. It does for sites that are used often, bookmarked or installed.')
      },
      (error: unknown) => notify(`The browser was not asked: ${faultWords(error)}`, { tone: 'bad' }),
    )
  }
  return (
    <>
      <ul className={css['stack']}>
        <li>
          <strong>Lost:</strong> the keys of this device, and so the right to write as it
          {unshared === 0 ? '.' : `, and the ${count(unshared, 'change')} that no peer has yet.`}
        </li>
        <li>
          <strong>Not lost:</strong> everything that reached somebody else. You come back by an invite link, by another of your
          devices or by your account file.
        </li>
      </ul>
      <SpaceUsed />
      <p className={css['note']}>
        Browsers clear the sites that nobody has opened for the longest time, once the disk is full; Safari does so after a week
        without a visit. A site that is installed, or that it promised to keep, is left alone.
      </p>
      <div className={css['split']}>
        <p className={css['note']} aria-live="polite">
          {isKept === null
            ? 'This browser does not say whether it keeps storage.'
            : isKept
              ? 'This browser promised to clear it only when you say so.'
              : 'This browser may clear it when the disk is full.'}
        </p>
        {isKept === false ? (
          <Button look="outline" onClick={ask}>
            Ask to keep it
          </Button>
        ) : null}
      </div>
    </>
  )
}

/** How much this site keeps here, of what the browser lets it. */
function SpaceUsed() {
  const now = useObservable(space)
  const id = useId()
  if (now === null) return null
  const { used, quota } = now
  return (
    <div className={css['stack']}>
      <p id={id}>
        {bytesWords(used)} used here, of about {bytesWords(quota)} that this browser allows.
      </p>
      <meter aria-labelledby={id} min={0} max={quota} high={quota * 0.9} optimum={0} value={used} />
    </div>
  )
}
