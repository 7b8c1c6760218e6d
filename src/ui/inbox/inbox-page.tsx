/** The inbox: what needs a person, one item a cause, the most urgent first, each to be dealt with in place. */

import { ChevronRight, Inbox as InboxIcon } from 'lucide-react'
import { useRef, useState } from 'react'
import people from '../people/people.module.css'
import type { Asked } from '../people/asked.ts'
import { RemoveDialog } from '../people/remove-dialog.tsx'
import panel from '../kit/panel.module.css'
import { count } from '../words.ts'
import css from './inbox.module.css'
import { useInboxKeys } from './inbox-keys.ts'
import { InboxList } from './inbox-list.tsx'
import { useInbox } from './use-inbox.ts'

export function InboxPage() {
  const entries = useInbox()
  const [asked, setAsked] = useState<Asked | null>(null)
  const [unfolded, setUnfolded] = useState(false)
  const scroll = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const own = entries.filter(({ mayAct }) => mayAct)
  const others = entries.filter(({ mayAct }) => !mayAct)
  useInboxKeys(list)
  return (
    <div ref={scroll} className={panel['page']}>
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
            <div ref={list}>
              <InboxList entries={own} label="Needs you" scroll={scroll} onAsk={setAsked} />
            </div>
          </section>
        )}
        {others.length === 0 ? null : (
          <details className={people['folded']} onToggle={(event) => setUnfolded(event.currentTarget.open)}>
            <summary>
              <ChevronRight size={14} aria-hidden /> Others can deal with these ({others.length})
            </summary>
            {unfolded ? <InboxList entries={others} label="For others" scroll={scroll} onAsk={setAsked} /> : null}
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
