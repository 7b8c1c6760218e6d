import { Trash2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { LOCAL } from '../../core/limits.ts'
import type { SharedView } from '../../replica/board-settings.ts'
import { attempt, useAct } from '../act.ts'
import { useObservable } from '../use-observable.ts'
import { Actions } from '../kit/actions.tsx'
import { Button, IconButton } from '../kit/button.tsx'
import { Dialog } from '../kit/dialog.tsx'
import { Field } from '../kit/field.tsx'
import fields from '../kit/field.module.css'
import { notify } from '../notices.ts'
import { useSession } from '../session.ts'
import { type BoardView, printBoardView } from './board-address.ts'
import { deletePersonalView, personalViews, savePersonalView } from './personal-views.ts'
import { useMayShare } from './use-rights.ts'
import { useSharedViews } from './use-settings.ts'
import css from './views-dialogs.module.css'

/** Asks what the view is to be called, and for whom it is. */
export function SaveViewDialog({ view, onClose }: { readonly view: BoardView; readonly onClose: () => void }) {
  const session = useSession()
  const mayShare = useMayShare()
  const [name, setName] = useState('')
  const [forAll, setForAll] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const query = printBoardView(view)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (forAll) {
      const refusal = attempt(session, 'save_view', { name, query })
      if (refusal) return setProblem(refusal.detail)
    } else savePersonalView(session.workspaceId, { id: crypto.randomUUID(), name: name.trim(), query })
    notify(`View ${name.trim()} saved ${forAll ? 'for everybody here' : 'in this browser'}`)
    onClose()
  }
  return (
    <Dialog title="Save this view" onClose={onClose}>
      <form className={fields['form']} onSubmit={submit}>
        <Field label="Name">
          {(props) => (
            <input
              {...props}
              value={name}
              required
              maxLength={LOCAL.nameChars}
              autoComplete="off"
              placeholder="What waits for me"
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <fieldset className={css['whom']}>
          <legend>For</legend>
          <label>
            <input type="radio" name="whom" checked={!forAll} onChange={() => setForAll(false)} /> me, in this browser
          </label>
          <label>
            <input type="radio" name="whom" checked={forAll} disabled={!mayShare} onChange={() => setForAll(true)} /> everybody
            here
          </label>
        </fieldset>
        <Actions problem={problem}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={name.trim() === ''}>
            Save view
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}

/** All saved views, each with its name to change, and a way to delete it. */
export function ManageViewsDialog({ onClose }: { readonly onClose: () => void }) {
  const { workspaceId } = useSession()
  const act = useAct()
  const mayShare = useMayShare()
  const shared = useSharedViews()
  const personal = useObservable(personalViews(workspaceId))
  return (
    <Dialog title="Saved views" onClose={onClose}>
      <ViewList
        title="For everybody here"
        views={shared}
        readOnly={!mayShare}
        rename={(view, name) => act('save_view', { view: view.id, name })}
        remove={(view) => act('delete_view', { view: view.id })}
      />
      <ViewList
        title="In this browser"
        views={personal}
        readOnly={false}
        rename={(view, name) => savePersonalView(workspaceId, { ...view, name })}
        remove={(view) => {
          deletePersonalView(workspaceId, view.id)
          notify(`View ${view.name} deleted`, {
            action: { label: 'Undo', run: () => savePersonalView(workspaceId, view) },
          })
        }}
      />
    </Dialog>
  )
}

interface ViewListProps {
  readonly title: string
  readonly views: readonly SharedView[]
  readonly readOnly: boolean
  readonly rename: (view: SharedView, name: string) => void
  readonly remove: (view: SharedView) => void
}

function ViewList({ title, views, readOnly, rename, remove }: ViewListProps) {
  if (views.length === 0) return null
  return (
    <section className={css['list']} aria-label={title}>
      <h3 className={css['title']}>{title}</h3>
      <ul className={css['views']}>
        {views.map((view) => (
          <li key={view.id} className={css['view']}>
            <input
              className={fields['input']}
              aria-label={`Name of the view ${view.name}`}
              defaultValue={view.name}
              maxLength={LOCAL.nameChars}
              readOnly={readOnly}
              onKeyDown={(event) => {
                if (event.key === 'Enter') event.currentTarget.blur()
              }}
              onBlur={(event) => {
                const name = event.target.value.trim()
                if (name !== '' && name !== view.name) rename(view, name)
              }}
            />
            {readOnly ? null : (
              <IconButton label={`Delete the view ${view.name}`} onClick={() => remove(view)}>
                <Trash2 size={15} aria-hidden />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
