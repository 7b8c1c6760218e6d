import { ChevronDown, KeyRound } from 'lucide-react'
import { useId, useState } from 'react'
import { useMinute } from '../hooks.ts'
import { PersonAvatar } from '../kit/avatar.tsx'
import { Button, IconButton } from '../kit/button.tsx'
import panel from '../kit/panel.module.css'
import { useKnownPeople } from '../known-people.ts'
import { shortKey } from '../../core/ids.ts'
import { actorName } from '../names.ts'
import { useSession } from '../session.ts'
import { ago, exactTime } from '../times.ts'
import { count } from '../words.ts'
import type { Ask } from './asked.ts'
import { HolderMenu } from './holder-menu.tsx'
import css from './people.module.css'
import { grantableRoles, mayEnd } from './removal.ts'
import type { Holder } from './roster.ts'
import { mayWords, useNameOf } from './use-people.ts'
import { dayWords, ROLE_TITLE } from './words.ts'

export function PeopleList({ people, onAsk }: { readonly people: readonly Holder[]; readonly onAsk: Ask }) {
  const { replica } = useSession()
  const nameOf = useNameOf()
  const names = people.map(({ actor }) => nameOf(actor))
  return (
    <section aria-labelledby="people">
      <div className={css['head']}>
        <h2 id="people" className={panel['title']}>
          People
        </h2>
        {grantableRoles(replica).length === 0 ? null : (
          <Button onClick={() => onAsk({ for: 'grant', to: null })}>
            <KeyRound size={14} aria-hidden /> Grant rights …
          </Button>
        )}
      </div>
      <ul className={panel['panel']}>
        {people.map((person, i) => (
          <PersonRow
            key={person.actor}
            person={person}
            name={names[i] as string}
            isAmbiguous={names.filter((name) => name === names[i]).length > 1}
            onAsk={onAsk}
          />
        ))}
      </ul>
    </section>
  )
}

interface RowProps {
  readonly person: Holder
  readonly name: string
  /** Somebody else goes by the same name. */
  readonly isAmbiguous: boolean
  readonly onAsk: Ask
}

function PersonRow({ person, name, isAmbiguous, onAsk }: RowProps) {
  const { replica } = useSession()
  const known = useKnownPeople()
  const nameOf = useNameOf()
  const now = useMinute()
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  const { role, devices, since, grantedBy, self } = person
  const keys = devices.map(({ actor }) => actor)
  const mine = known.filter(({ actor }) => keys.some((key) => key === actor))
  const isHere = self || mine.some(({ here }) => here)
  return (
    <li className={`${panel['line']} ${css['holder']}`} aria-label={isHere ? `${name}, here now` : name}>
      <span className={css['face']}>
        <PersonAvatar name={name} color={mine.find(({ color }) => color !== '')?.color ?? '#63656f'} size={32} />
        {isHere ? <span className={css['here']} title="Here now" /> : null}
      </span>
      <div className={panel['grow']}>
        <p className={css['who']}>
          <span className={panel['main']}>{name}</span>
          {isAmbiguous ? <span className={css['key']}>{shortKey(person.actor)}</span> : null}
          {self ? <span className={css['tag']}>you</span> : null}
          <span className={css['tag']} data-role={role}>
            {ROLE_TITLE[role]}
          </span>
        </p>
        <p className={panel['soft']} title={exactTime(since)}>
          since {dayWords(since)}
          {grantedBy === null ? ', founded it' : `, let in by ${actorName(grantedBy, known)}`}
          {devices.length > 1 ? ` · ${count(devices.length, 'device')}` : ''}
        </p>
      </div>
      <div className={css['tools']}>
        <IconButton label={`Details of ${name}`} aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
          <ChevronDown size={16} aria-hidden className={css['chevron']} />
        </IconButton>
        <HolderMenu holder={person} name={name} onAsk={onAsk} />
      </div>
      <div id={id} className={css['details']} hidden={!isOpen}>
        <p>{mayWords(replica, person)}</p>
        <ul aria-label={`Devices of ${name}`}>
          {devices.map((device) => (
            <li key={device.actor} className={css['device']}>
              <span className={panel['grow']}>
                {device.actor === replica.actor ? 'This device' : deviceName(nameOf(device.actor), name)}{' '}
                <span className={css['key']} title={device.actor}>
                  {shortKey(device.actor)}
                </span>
                <span className={panel['soft']}> · since {ago(device.since, now)}</span>
              </span>
              {devices.length > 1 && mayEnd(replica, [device.actor]) ? (
                <Button onClick={() => onAsk({ for: 'removal', name, actors: [device.actor], isDevice: true })}>
                  Remove this device …
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
      </div>
    </li>
  )
}

/** What the device calls itself, where that is not just its person's name. */
function deviceName(own: string, person: string): string {
  return own === person ? 'Device' : own
}
