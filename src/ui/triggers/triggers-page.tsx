/** Triggers: what the workspace does by itself, who carries it out, and the switch of each. */

import { Pencil, Plus, Trash2, Zap } from 'lucide-react'
import { useMemo, useState, useSyncExternalStore } from 'react'
import { Link } from 'wouter'
import { workspaceNodeId } from '../../core/ids.ts'
import { LOCAL } from '../../core/limits.ts'
import { type Trigger, triggersIn } from '../../operations/triggers.ts'
import { useAct } from '../act.ts'
import { Button, IconButton } from '../kit/button.tsx'
import list from '../kit/list-page.module.css'
import panel from '../kit/panel.module.css'
import { links } from '../links.ts'
import { useNameOf } from '../people/use-people.ts'
import { useSession } from '../session.ts'
import { TriggerDialog } from './trigger-dialog.tsx'
import css from './triggers.module.css'
import { actionWords, standingWords, whenWords } from './words.ts'

export function TriggersPage() {
  const { replica, workspaceId } = useSession()
  const triggers = useTriggers()
  const [asked, setAsked] = useState<Trigger | 'new' | null>(null)
  const mayChange = replica.may('update', 'workspace')
  return (
    <div className={panel['page']}>
      <section className={css['page']} aria-labelledby="triggers">
        <div className={list['head']}>
          <h2 id="triggers" className={list['title']}>
            Triggers
          </h2>
          <Link href={links.agents(workspaceId)} className={css['back']}>
            Agents
          </Link>
          {mayChange && triggers.length > 0 ? (
            <Button look="primary" className={css['new'] ?? ''} onClick={() => setAsked('new')}>
              <Plus size={15} aria-hidden /> New trigger
            </Button>
          ) : null}
        </div>
        {triggers.length === 0 ? (
          <Empty mayChange={mayChange} onNew={() => setAsked('new')} />
        ) : (
          <ul className={list['list']} aria-label="All triggers">
            {triggers.map((trigger) => (
              <TriggerLine key={trigger.id} trigger={trigger} mayChange={mayChange} onEdit={() => setAsked(trigger)} />
            ))}
          </ul>
        )}
      </section>
      {asked ? <TriggerDialog trigger={asked === 'new' ? null : asked} onClose={() => setAsked(null)} /> : null}
    </div>
  )
}

interface LineProps {
  readonly trigger: Trigger
  readonly mayChange: boolean
  readonly onEdit: () => void
}

function TriggerLine({ trigger, mayChange, onEdit }: LineProps) {
  const act = useAct()
  const nameOf = useNameOf()
  const { id, name, isOn, runner, when, action } = trigger
  const isActive = isOn && runner !== null
  return (
    <li className={css['trigger']} data-on={isActive || undefined} aria-label={name}>
      <input
        type="checkbox"
        role="switch"
        className={panel['switch']}
        aria-label={`${name} is on`}
        checked={isActive}
        aria-checked={isActive}
        disabled={!mayChange}
        onChange={() => act('switch_trigger', { trigger: id, on: !isActive })}
      />
      <div className={css['words']}>
        <h3>{name}</h3>
        <p>
          {whenWords(when)}: {actionWords(action)}.
        </p>
        <p className={css['standing']}>{standingWords(trigger, nameOf)}</p>
      </div>
      {mayChange ? (
        <div className={css['tools']}>
          <IconButton label={`Change ${name}`} onClick={onEdit}>
            <Pencil size={15} aria-hidden />
          </IconButton>
          <IconButton label={`Delete ${name}`} onClick={() => act('delete_trigger', { trigger: id })}>
            <Trash2 size={15} aria-hidden />
          </IconButton>
        </div>
      ) : null}
    </li>
  )
}

function Empty({ mayChange, onNew }: { readonly mayChange: boolean; readonly onNew: () => void }) {
  return (
    <div className={list['empty']}>
      <Zap size={20} aria-hidden />
      <h3>No triggers yet</h3>
      <p>
        A trigger acts when something happens, at a time, before a due date, or when a run goes silent: it tells you, creates a
        task, assigns one, or pauses an agent. It is off until you switch it on, and is then carried out by you, under your
        rights, while your board is open.
      </p>
      <p>One that is set off more than {LOCAL.triggerFiringsPerHour} times in an hour switches itself off.</p>
      {mayChange ? (
        <Button look="primary" onClick={onNew}>
          <Plus size={15} aria-hidden /> New trigger
        </Button>
      ) : null}
    </div>
  )
}

function useTriggers(): readonly Trigger[] {
  const { replica } = useSession()
  const id = workspaceNodeId(replica.workspace)
  const stamp = useSyncExternalStore(
    (changed) => replica.views.on(id, changed),
    () => JSON.stringify(triggersIn(replica)),
  )
  return useMemo(() => JSON.parse(stamp) as readonly Trigger[], [stamp])
}
