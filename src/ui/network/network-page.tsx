/** Who is connected, what waits, and the switch to work offline. */

import { type ReactNode, useId, useSyncExternalStore } from 'react'
import { useObservable } from '../hooks.ts'
import { PersonAvatar } from '../kit/avatar.tsx'
import { byActor, useOthersHere } from '../known-people.ts'
import { useSession } from '../session.ts'
import { count } from '../words.ts'
import css from '../kit/panel.module.css'
import { syncWords } from '../shell/sync-words.ts'

export function NetworkPage() {
  const { sync, setOffline } = useSession()
  const state = useObservable(sync)
  const id = useId()
  return (
    <div className={css['page']}>
      <div className={css['column']}>
        <div className={css['panel']}>
          <div className={css['line']}>
            <div className={css['grow']}>
              <label htmlFor={id} className={css['main']}>
                Work offline
              </label>
              <p id={`${id}-hint`} className={css['soft']}>
                Nothing leaves this device until you switch it off again. Your work goes on as ever.
              </p>
            </div>
            <input
              id={id}
              type="checkbox"
              role="switch"
              className={css['switch']}
              aria-describedby={`${id}-hint`}
              checked={state.offline}
              aria-checked={state.offline}
              onChange={(event) => setOffline(event.target.checked)}
            />
          </div>
          <div className={css['line']}>
            <p className={css['grow']}>
              {syncWords(state).text}
              {state.detail === '' ? null : <span className={css['soft']}> · {state.detail}</span>}
            </p>
          </div>
        </div>
        <Peers />
        <Facts />
      </div>
    </div>
  )
}

function Peers() {
  const { sync } = useSession()
  const others = byActor(useOthersHere())
  const { offline } = useObservable(sync)
  return (
    <section aria-labelledby="peers">
      <h2 id="peers" className={css['title']}>
        Here now
      </h2>
      <ul className={css['panel']}>
        {others.map((person) => (
          <li key={person.actor} className={css['line']}>
            <PersonAvatar name={person.name} color={person.color} />
            <span className={css['grow']}>{person.name}</span>
            <TaskOf id={person.task} />
          </li>
        ))}
        {others.length === 0 ? (
          <li className={`${css['line']} ${css['soft']}`}>
            {offline
              ? 'You work offline: nobody is connected.'
              : 'Nobody else is here. Invite somebody, or open this workspace on another device.'}
          </li>
        ) : null}
      </ul>
    </section>
  )
}

function TaskOf({ id }: { readonly id: string | null }) {
  const { views } = useSession().replica
  const found = id === null ? null : views.find(id)
  const row = found === null ? null : views.task(found)
  return row ? <span className={css['soft']}>looks at {row.key}</span> : null
}

/** What waits, on the way in and out. */
function Facts() {
  const { replica, sync, workspaceId } = useSession()
  const { peers, unshared, save } = useObservable(sync)
  useSyncExternalStore(
    (changed) => replica.views.onChanged(changed),
    () => replica.views.version,
  )
  const { waiting, held, sealed, outside } = replica.delayed
  return (
    <section aria-labelledby="facts">
      <h2 id="facts" className={css['title']}>
        Traffic
      </h2>
      <dl className={css['panel']}>
        <Fact name="Connected peers">{peers}</Fact>
        <Fact name="Saved here, not yet at a peer">{count(unshared, 'change')}</Fact>
        <Fact name="Still being saved">{count(save.pending, 'change')}</Fact>
        <Fact name="Came early, waits for what goes before it">{count(waiting, 'change')}</Fact>
        <Fact name="Ahead of this device’s clock, waits for its time">{count(held, 'change')}</Fact>
        <Fact name="Sealed with a key that has not arrived">{count(sealed, 'change')}</Fact>
        <Fact name="Kept but without effect: its author may not do it">{count(replica.quarantine.size, 'change')}</Fact>
        <Fact name="From keys without any right here, beyond what is kept">{count(outside, 'change')}</Fact>
        <Fact name="Encrypted, so that only those who are in can read it">
          {replica.isSealed ? 'Yes' : 'No: this workspace began without keys'}
        </Fact>
        <Fact name="Workspace">
          <span className={css['mono']}>{workspaceId.slice(0, 16)}</span>
        </Fact>
        <Fact name="Your key on this device">
          <span className={css['mono']}>{replica.actor}</span>
        </Fact>
      </dl>
    </section>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className={css['line']}>
      <dt className={css['grow']}>{name}</dt>
      <dd className={css['value']}>{children}</dd>
    </div>
  )
}
