/** The inbox: what needs a person, one item a cause, the most urgent first, each to be dealt with in place. */

import { ChevronRight, Inbox as InboxIcon } from 'lucide-react'
import { useRef, useState } from 'react'
import people from '../people/people.module.css'
import type { Asked } from '../people/asked.ts'
import { RemoveDialog } from '../people/remove-dialog.tsx'
import panel from '../kit/panel.module.css'
import { Button } from '../kit/button.tsx'
import { count } from '../words.ts'
import css from './inbox.module.css'
import { InboxEntry } from './inbox-entry.tsx'
import { useInboxKeys } from './inbox-keys.ts'
import { useInbox } from './use-inbox.ts'

/** Items shown before one asks for more: who has more of them than that has one problem and not many. */
const SHOWN = 40

export function InboxPage() {
  const entries = useInbox()
  const [asked, setAsked] = useState<Asked | null>(null)
  const [shown, setShown] = useState(SHOWN)
  const list = useRef<HTMLUListElement>(null)
  const own = entries.filter(({ mayAct }) => mayAct)
  const others = entries.filter(({ mayAct }) => !mayAct)
  useInboxKeys(list)
  return (
    <div className={panel['page']}>
      <div className={panel['column']}>
        {own.length === 0 ? (
          <Nothing />
        ) : (
          <section aria-labelledby="inbox">
            <div className={css['head']}>
              <h2 id="inbox" className={panel['title']}>
                {count(own.length, 'thing needs', 'things need')} you
              </h2>
              <p className={css['hint']} aria-hidden>
                <kbd>J</kbd> <kbd>K</kbd> move · <kbd>Enter</kbd> opens the task · <kbd>N</kbd> not now
              </p>
            </div>
            <ul ref={list} className={css['list']} aria-labelledby="inbox">
              {own.slice(0, shown).map((entry) => (
                <InboxEntry key={entry.key} entry={entry} onAsk={setAsked} />
              ))}
            </ul>
            {own.length > shown ? (
              <Button look="outline" onClick={() => setShown(shown + SHOWN)}>
                Show {Math.min(SHOWN, own.length - shown)} more
              </Button>
            ) : null}
          </section>
        )}
        {others.length === 0 ? null : (
          <details className={people['folded']}>
            <summary>
              <ChevronRight size={14} aria-hidden /> Others can deal with these ({others.length})
            </summary>
            <ul className={css['list']}>
              {others.slice(0, SHOWN).map((entry) => (
                <InboxEntry key={entry.key} entry={entry} onAsk={setAsked} />
              ))}
            </ul>
          </details>
        )}
      </div>
      {asked?.for === 'removal' ? <RemoveDialog {...asked} onClose={() => setAsked(null)} /> : null}
    </div>
  )
}

/** Says that all is well, and what will come here. */
function Nothing() {
  return (
    <section className={css['nothing']} aria-labelledby="inbox">
      <InboxIcon size={28} aria-hidden />
      <h2 id="inbox">Nothing needs you</h2>
      <p>The agents go on by themselves. What they cannot settle comes here, the most urgent first:</p>
      <ul>
        <li>questions that somebody has to answer</li>
        <li>work that was handed in and waits to be accepted or sent back</li>
        <li>fields that two have written apart, and work that does not count</li>
        <li>runs that failed, went silent or cost more than they may</li>
        <li>rights that end soon, and tasks that nobody has touched for long</li>
      </ul>
    </section>
  )
}
