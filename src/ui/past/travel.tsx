import { ChevronLeft, ChevronRight } from 'lucide-react'
import { type KeyboardEvent, useId, useMemo } from 'react'
import { Link, useLocation } from 'wouter'
import type { Hlc } from '../../core/batch.ts'
import { hlcToText } from '../../core/hlc.ts'
import type { Past } from '../../replica/past.ts'
import { Button, IconButton } from '../kit/button.tsx'
import { links } from '../links.ts'
import { useSession } from '../session.ts'
import css from './past-page.module.css'
import { endOf, useJourney } from './use-past.ts'

const precise = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' })

interface TravelProps {
  readonly past: Past
  readonly first: Hlc | null
}

/** Where in time one is, and how to go elsewhere. */
export function Travel({ past, first }: TravelProps) {
  const { workspaceId } = useSession()
  const [, navigate] = useLocation()
  const journey = useJourney(past, first)
  const hintId = useId()
  const { timeline } = past
  const [from, to] = [timeline.first?.[0] ?? 0, timeline.last?.[0] ?? 0]
  const here = Math.min(Math.max(journey.goal[0], from), to)
  const step = (by: 1 | -1): void => {
    const next = timeline.step(journey.goal, by)
    if (next) arrive(next)
  }
  /** The address names the place, so that it can be shared; not while one drags, which would be a hundred places. */
  const arrive = (hlc: Hlc): void => {
    journey.go(hlc)
    navigate(links.past(workspaceId, hlcToText(hlc)), { replace: true })
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = KEYS[event.key]
    if (by === undefined) return
    event.preventDefault()
    if (by === 'first' || by === 'last') arrive(endOf(by === 'first' ? from : to))
    else if (Math.abs(by) === 1) step(by > 0 ? 1 : -1)
    else arrive(endOf(Math.min(to, Math.max(from, here + Math.round(by * (to - from))))))
  }
  return (
    <div className={css['travel']}>
      <div className={css['banner']}>
        <p className={css['when']}>
          The board as of <strong>{precise.format(here)}</strong>
        </p>
        <p id={hintId} className={css['hint']} aria-live="polite">
          {journey.problem !== ''
            ? journey.problem
            : journey.isMoving
              ? `On the way … ${Math.floor(journey.progress * 100)} %`
              : 'To read only. What counts is judged as of now: work that was cut since is not shown.'}
        </p>
        <Link className={css['back']} href={links.board(workspaceId)}>
          Back to now
        </Link>
      </div>
      <div className={css['controls']}>
        <IconButton label="The change before" onClick={() => step(-1)} disabled={timeline.step(journey.goal, -1) === null}>
          <ChevronLeft size={16} aria-hidden />
        </IconButton>
        <div className={css['track']}>
          <Density past={past} from={from} to={to} />
          <input
            type="range"
            className={css['slider']}
            aria-label="Time"
            aria-valuetext={precise.format(here)}
            aria-describedby={hintId}
            min={from}
            max={to}
            step={1}
            value={here}
            onChange={(event) => journey.go(endOf(event.target.valueAsNumber))}
            onPointerUp={() => arrive(journey.goal)}
            onKeyDown={onKeyDown}
          />
        </div>
        <IconButton label="The change after" onClick={() => step(1)} disabled={timeline.step(journey.goal, 1) === null}>
          <ChevronRight size={16} aria-hidden />
        </IconButton>
        <Button onClick={() => arrive(endOf(to))}>Latest</Button>
      </div>
    </div>
  )
}

/** What a key moves: one change, or a part of the span. */
const KEYS: Readonly<Record<string, number | 'first' | 'last'>> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -0.05,
  PageUp: 0.05,
  Home: 'first',
  End: 'last',
}

const BARS = 120

/** Where in the span work was done: so that one finds it. */
function Density({ past, from, to }: { readonly past: Past; readonly from: number; readonly to: number }) {
  const { count } = past.timeline
  // Counted again once there is a twentieth more.
  const about = Math.floor(Math.log(count + 1) / Math.log(1.05))
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  const bars = useMemo(() => densityOf(past, from, to), [past, about])
  const most = Math.max(1, ...bars.map(({ batches }) => batches))
  return (
    <svg className={css['density']} viewBox={`0 0 ${BARS} 20`} preserveAspectRatio="none" aria-hidden>
      {bars.map(({ at, batches }) =>
        batches === 0 ? null : (
          <rect key={at} x={at} width={0.8} y={20 - heightOf(batches, most)} height={heightOf(batches, most)} />
        ),
      )}
    </svg>
  )
}

/** By the root, so that a burst does not hide the rest. */
function heightOf(batches: number, most: number): number {
  return Math.max(2, 20 * Math.sqrt(batches / most))
}

function densityOf({ timeline, history }: Past, from: number, to: number): { readonly at: number; batches: number }[] {
  const bars = Array.from({ length: BARS }, (_, at) => ({ at, batches: 0 }))
  for (const ordinal of timeline.between(null, endOf(to))) {
    const at = Math.min(BARS - 1, Math.floor(((history.msOf(ordinal * 256) - from) / Math.max(1, to - from)) * BARS))
    ;(bars[at] as (typeof bars)[number]).batches++
  }
  return bars
}
