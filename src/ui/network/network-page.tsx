/** Who is connected and how, what waits, the switch to work offline, and which servers help to find peers. */

import { useId } from 'react'
import { useObservable } from '../use-observable.ts'
import css from '../kit/panel.module.css'
import { useSession } from '../session.ts'
import { syncWords } from '../shell/sync-words.ts'
import { Peers } from './peers.tsx'
import { ServersPanel } from './servers.tsx'
import { ClosedLinks, Feeds, Waiting } from './traffic.tsx'

export function NetworkPage() {
  return (
    <div className={css['page']}>
      <div className={css['column']}>
        <OfflineSwitch />
        <Peers />
        <Waiting />
        <ClosedLinks />
        <ServersPanel />
        <Feeds />
      </div>
    </div>
  )
}

function OfflineSwitch() {
  const { sync, setOffline } = useSession()
  const state = useObservable(sync)
  const id = useId()
  return (
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
  )
}
