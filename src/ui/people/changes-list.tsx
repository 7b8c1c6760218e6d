import { useEffect, useState } from 'react'
import type { Ref } from '../../core/history.ts'
import { faultWords } from '../words.ts'
import { Button } from '../kit/button.tsx'
import panel from '../kit/panel.module.css'
import { useKnownPeople } from '../known-people.ts'
import { useSession } from '../session.ts'
import { exactTime } from '../times.ts'
import css from './people.module.css'
import { type ToldChange, tellChanges } from './told-changes.ts'

const SHOWN = 100

interface Props {
  readonly refs: readonly Ref[]
  /** Those that can be chosen. */
  readonly adoptable: ReadonlySet<Ref>
  /** Those that are not chosen. */
  readonly left: ReadonlySet<Ref>
  readonly onChoose: (ref: Ref, isChosen: boolean) => void
}

/** Changes in words, each to be chosen or left. */
export function ChangesList({ refs, adoptable, left, onChoose }: Props) {
  const [shown, setShown] = useState(SHOWN)
  const { told, problem } = useTold(refs, shown)
  if (problem !== null) return <p role="alert">{problem}</p>
  const sorted = told.toSorted((a, b) => Number(adoptable.has(b.ref)) - Number(adoptable.has(a.ref)))
  return (
    <>
      <ul className={css['changes']}>
        {sorted.map(({ ref, about, text, at }) => (
          <li key={ref}>
            <label className={css['change']}>
              <input
                type="checkbox"
                checked={adoptable.has(ref) && !left.has(ref)}
                disabled={!adoptable.has(ref)}
                onChange={(event) => onChoose(ref, event.target.checked)}
              />
              <span className={panel['grow']}>
                <span className={panel['main']}>{about}</span> {text}
              </span>
              <time className={panel['soft']} dateTime={new Date(at).toISOString()}>
                {exactTime(at)}
              </time>
            </label>
          </li>
        ))}
      </ul>
      {refs.length > shown ? (
        <Button onClick={() => setShown(shown + SHOWN)}>Show {Math.min(SHOWN, refs.length - shown)} more</Button>
      ) : null}
    </>
  )
}

interface Read {
  readonly told: readonly ToldChange[]
  readonly problem: string | null
}

/** The first of these changes, read from the log. */
function useTold(refs: readonly Ref[], shown: number): Read {
  const { replica } = useSession()
  const known = useKnownPeople()
  const [read, setRead] = useState<Read>({ told: [], problem: null })
  useEffect(() => {
    let wanted = true
    tellChanges(replica, known, refs.slice(0, shown)).then(
      (told) => wanted && setRead({ told, problem: null }),
      (error: unknown) => wanted && setRead({ told: [], problem: `The log cannot be read now: ${faultWords(error)}` }),
    )
    return () => {
      wanted = false
    }
  }, [replica, known, refs, shown])
  return read
}
