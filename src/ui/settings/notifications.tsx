import { useId } from 'react'
import { faultWords } from '../words.ts'
import { type DesktopNotices, desktopNotices, wantDesktopNotices } from '../attention/desktop-notices.ts'
import { useObservable } from '../use-observable.ts'
import panel from '../kit/panel.module.css'
import { notify } from '../notices.ts'
import css from './settings.module.css'

const WORDS: Readonly<Record<DesktopNotices, string>> = {
  on: 'When something needs you while this page is in the background, the desktop says so, once.',
  off: 'What needs you is said in this page. The desktop can say it as well, while the page is in the background.',
  blocked: 'This browser refuses notifications of this site. You can allow them where it keeps the settings of the site.',
  impossible: 'This browser has no notifications for pages. What needs you is said in this page.',
}

export function Notifications() {
  const state = useObservable(desktopNotices)
  const id = useId()
  const isFixed = state === 'blocked' || state === 'impossible'
  const choose = (wanted: boolean): void => {
    wantDesktopNotices(wanted).catch((error: unknown) =>
      notify(`The browser was not asked: ${faultWords(error)}`, { tone: 'bad' }),
    )
  }
  return (
    <div className={css['split']}>
      <label htmlFor={id}>Notify me on the desktop</label>
      <input
        id={id}
        type="checkbox"
        role="switch"
        className={panel['switch']}
        aria-describedby={`${id}-hint`}
        checked={state === 'on'}
        aria-checked={state === 'on'}
        disabled={isFixed}
        onChange={(event) => choose(event.target.checked)}
      />
      <p id={`${id}-hint`} className={css['note']} aria-live="polite">
        {WORDS[state]}
      </p>
    </div>
  )
}
