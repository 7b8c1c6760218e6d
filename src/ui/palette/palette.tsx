/**
 * The palette: one field that finds tasks, people and commands. The keyboard stays in the field; arrows walk over what was found.
 * It acts on the task that was in focus when it opened, or that is open.
 */

import { Search } from 'lucide-react'
import { type KeyboardEvent, useDeferredValue, useId, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { useLocation, useRoute } from 'wouter'
import type { NodeId } from '../../core/ids.ts'
import { offeredCommands } from '../commands/handlers.ts'
import { strokeOf } from '../commands/keymap.ts'
import { ownKeys } from '../commands/own-keys.ts'
import { useObservable } from '../use-observable.ts'
import frame from '../kit/dialog.module.css'
import panel from '../kit/panel.module.css'
import { links, patterns } from '../links.ts'
import { type Session, useSession } from '../session.ts'
import { count } from '../words.ts'
import { type Found, find, type FoundGroup } from './find.ts'
import { itemsOf } from './items.ts'
import { Option } from './option.tsx'
import css from './palette.module.css'
import { taskLines } from './task-lines.ts'

export function Palette({ onClose }: { readonly onClose: () => void }) {
  const session = useSession()
  const { views } = session.replica
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  const [, navigate] = useLocation()
  const subject = useSubject(session)
  const dialog = useModal()
  const listId = useId()
  const { groups, foundBy } = useFound(session, subject, query, navigate)
  const all = groups.flatMap(({ found }) => found)
  const active = Math.min(at, all.length - 1)

  const choose = ({ what }: Found): void => {
    if (what.kind === 'item' && what.item.narrow !== null) return type(what.item.narrow)
    // Closed first: what is run may open a dialog of its own, or wants the focus where it was.
    flushSync(onClose)
    const row = what.kind === 'task' ? views.task(what.task) : null
    if (what.kind === 'item') what.item.run()
    else if (row) navigate(links.task(session.workspaceId, row.key))
  }
  const type = (text: string): void => {
    setQuery(text)
    setAt(0)
  }
  /** What is shown may lag behind what is typed: Enter means what is typed. */
  const chooseTyped = (): void => {
    const found = foundBy(query).flatMap((group) => group.found)
    const chosen = found[Math.min(at, found.length - 1)]
    if (chosen) choose(chosen)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return
    const stroke = strokeOf(event)
    const step = stroke === 'arrowdown' ? 1 : stroke === 'arrowup' ? -1 : 0
    if (step !== 0 && all.length > 0) setAt((active + step + all.length) % all.length)
    else if (stroke === 'enter') chooseTyped()
    else if (stroke === 'mod+k') onClose()
    else if (step === 0) return
    event.preventDefault()
  }

  return (
    // A click on the backdrop is a click on the dialog itself; the keyboard has Escape.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={dialog}
      className={`${frame['dialog']} ${css['palette']}`}
      aria-label="Search"
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose()
      }}
    >
      <div className={css['field']}>
        <Search size={16} aria-hidden />
        <input
          className={css['input']}
          role="combobox"
          aria-label="Search tasks, people and commands"
          aria-expanded={all.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={all.length > 0 ? `${listId}-${active}` : undefined}
          placeholder="Search, or say what to do"
          autoComplete="off"
          spellCheck={false}
          value={query}
          onChange={(event) => type(event.target.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      {/* The field keeps the focus: none of the browser's own lists do that. */}
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role */}
      <div id={listId} className={css['list']} role="listbox" aria-label="Found" data-empty={all.length === 0 || undefined}>
        {groups.map(({ title, found }) => (
          // A listbox has groups of options, not fieldsets.
          // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
          <div key={title} role="group" aria-label={title}>
            <p className={panel['title']} aria-hidden>
              {title}
            </p>
            {found.map((one) => {
              const place = all.indexOf(one)
              return (
                <Option
                  key={one.id}
                  id={`${listId}-${place}`}
                  found={one}
                  active={place === active}
                  onPoint={() => setAt(place)}
                  onChoose={() => choose(one)}
                />
              )
            })}
          </div>
        ))}
      </div>
      <output className={`${panel['soft']} ${css['said']}`}>
        {all.length === 0 ? 'Nothing fits. Try fewer letters, or the key of a task.' : count(all.length, 'result')}
      </output>
    </dialog>
  )
}

/** The task that had the focus, or is open: fixed for as long as the palette is. */
function useSubject({ replica: { views } }: Session): NodeId | null {
  const [onTask, task] = useRoute(patterns.task)
  const [focused] = useState(
    () => document.activeElement?.closest<HTMLElement>('[data-task]')?.dataset['task'] as NodeId | undefined,
  )
  return focused ?? (onTask ? views.find(task.key) : null)
}

interface Finding {
  readonly groups: readonly FoundGroup[]
  /** What a query finds now: that which is shown, when it is shown already. */
  readonly foundBy: (query: string) => readonly FoundGroup[]
}

function useFound(session: Session, subject: NodeId | null, query: string, go: (address: string) => void): Finding {
  const { views } = session.replica
  const own = useObservable(ownKeys)
  const offered = useObservable(offeredCommands)
  const [tasks] = useState(() => taskLines(views))
  const version = useDeferredValue(useObservable(tasks.version))
  const shown = useDeferredValue(query)
  const items = useMemo(
    () => itemsOf({ session, own, offered, subject: subject === null ? null : views.task(subject), go }),
    [session, own, offered, subject, views, go],
  )
  // `version` stands for the lines, which change in place.
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  const groups = useMemo(() => find(shown, items, tasks, views), [shown, items, tasks, views, version])
  return { groups, foundBy: (typed) => (typed === shown ? groups : find(typed, items, tasks, views)) }
}

function useModal() {
  const dialog = useRef<HTMLDialogElement>(null)
  // Closed while it is still in the page: only then does the browser give the focus back.
  useLayoutEffect(() => {
    const element = dialog.current
    if (element && !element.open) element.showModal()
    return () => element?.close()
  }, [])
  return dialog
}
