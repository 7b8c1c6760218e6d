/** Removing somebody, or one device: what goes with it is chosen here, and counted before it is done. */

import { type FormEvent, useId, useState } from 'react'
import type { ActorKey } from '../../core/ids.ts'
import { Actions } from '../kit/actions.tsx'
import { Button } from '../kit/button.tsx'
import { Dialog } from '../kit/dialog.tsx'
import fields from '../kit/field.module.css'
import { notify, notifyRefusal } from '../notices.ts'
import { useSession } from '../session.ts'
import { count } from '../words.ts'
import css from './people.module.css'
import { changesCut, endingsOf, holdersBelow, remove } from './removal.ts'
import { joinedAt } from './roster.ts'
import { useNameOf } from './use-people.ts'
import { list } from './words.ts'

interface Props {
  readonly name: string
  readonly actors: readonly ActorKey[]
  readonly isDevice: boolean
  readonly onClose: () => void
}

type Since = 'hour' | 'today' | 'joined' | 'at'

export function RemoveDialog({ name, actors, isDevice, onClose }: Props) {
  const session = useSession()
  const { replica } = session
  const nameOf = useNameOf()
  const [drops, setDrops] = useState(false)
  const [since, setSince] = useState<Since>('today')
  const [at, setAt] = useState('')
  const [endsBelow, setEndsBelow] = useState(false)
  const [now] = useState(() => replica.now())
  const below = holdersBelow(replica, actors).map(nameOf)
  const instant = drops ? instantOf(since, at, now, () => Math.min(...actors.map((actor) => joinedAt(replica, actor)))) : null
  const keepBelow = !endsBelow
  const cut = instant === null || Number.isNaN(instant) ? 0 : changesCut(session, endingsOf(replica, actors, keepBelow), instant)
  const what = isDevice ? `this device of ${name}` : name
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const removed = remove(session, actors, { keepBelow, asOf: instant })
    onClose()
    if (!removed.ok) return notifyRefusal(removed.refusal)
    const dropped = cut === 0 ? '' : ` ${count(cut, 'change no longer counts', 'changes no longer count')}.`
    notify(`Removed ${what}.${dropped}`, { action: { label: 'Undo', run: () => void takeBack() } })
    async function takeBack(): Promise<void> {
      const back = removed.ok ? await removed.value.undo() : removed
      if (back.ok) notify(`${capital(what)} is in again.`)
      else notifyRefusal(back.refusal)
    }
  }
  return (
    <Dialog title={`Remove ${what}?`} onClose={onClose}>
      <form className={fields['form']} onSubmit={submit}>
        <p>
          {isDevice ? 'It' : 'They'} can change nothing here any more.{' '}
          {replica.isSealed
            ? `What ${isDevice ? 'it' : 'they'} already received stays readable there; what is written from now on is not.`
            : `What ${isDevice ? 'it' : 'they'} already received stays readable there. This workspace is not encrypted, so do not count on what comes being secret.`}
        </p>
        <fieldset className={css['choices']}>
          <legend className={fields['label']}>Their work</legend>
          <label>
            <input type="radio" name="work" checked={!drops} onChange={() => setDrops(false)} /> Work done until now stays
          </label>
          <label>
            <input type="radio" name="work" checked={drops} onChange={() => setDrops(true)} /> Also drop work done since a moment
          </label>
          {drops ? (
            <SinceFields since={since} at={at} onSince={setSince} onAt={setAt} cut={cut} isWrong={Number.isNaN(instant)} />
          ) : null}
        </fieldset>
        {below.length === 0 ? null : (
          <fieldset className={css['choices']}>
            <legend className={fields['label']}>Whom they let in: {list(below)}</legend>
            <label>
              <input type="checkbox" checked={endsBelow} onChange={(event) => setEndsBelow(event.target.checked)} /> Also end what
              they granted to others ({count(below.length, 'goes', 'go')} with them)
            </label>
          </fieldset>
        )}
        <Actions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="danger" disabled={Number.isNaN(instant)}>
            Remove {isDevice ? 'this device' : name}
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}

const SINCE: readonly (readonly [Since, string])[] = [
  ['hour', 'in the last hour'],
  ['today', 'today'],
  ['joined', 'since they joined'],
  ['at', 'since a time I choose …'],
]

interface SinceProps {
  readonly since: Since
  readonly at: string
  readonly onSince: (since: Since) => void
  readonly onAt: (at: string) => void
  readonly cut: number
  readonly isWrong: boolean
}

function SinceFields({ since, at, onSince, onAt, cut, isWrong }: SinceProps) {
  const id = useId()
  return (
    <div className={css['since']}>
      <label htmlFor={id} className={fields['label']}>
        Drop work done
      </label>
      <select id={id} className={fields['input']} value={since} onChange={(event) => onSince(event.target.value as Since)}>
        {SINCE.map(([value, title]) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
      </select>
      {since === 'at' ? (
        <input
          type="datetime-local"
          className={fields['input']}
          aria-label="Drop work done since"
          value={at}
          onChange={(event) => onAt(event.target.value)}
          required
        />
      ) : null}
      <p className={css['cut']} aria-live="polite">
        {isWrong
          ? 'Choose a moment.'
          : cut === 0
            ? 'Nothing that counts would be dropped.'
            : `${count(cut, 'change')} would no longer count. What is dropped stays in the log, and can be kept later.`}
      </p>
    </div>
  )
}

/** NaN while no moment is chosen. */
function instantOf(since: Since, at: string, now: number, joined: () => number): number {
  switch (since) {
    case 'hour':
      return now - 3_600_000
    case 'today':
      return new Date(now).setHours(0, 0, 0, 0)
    case 'joined':
      return joined()
    case 'at':
      return new Date(at).getTime()
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
