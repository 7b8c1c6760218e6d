/** Changing what somebody may, and granting rights to a key that is known. */

import { type FormEvent, useState } from 'react'
import type { ActorKey, NodeType } from '../../core/ids.ts'
import { PRESETS, type Role, ROLES } from '../../core/roles.ts'
import type { CapabilityRow } from '../../replica/capability-row.ts'
import { Actions } from '../kit/actions.tsx'
import { Button } from '../kit/button.tsx'
import { Dialog } from '../kit/dialog.tsx'
import fields from '../kit/field.module.css'
import { notify } from '../notices.ts'
import { useSession } from '../session.ts'
import { exactTime } from '../times.ts'
import css from './people.module.css'
import { KeyField } from './key-field.tsx'
import { boxOf, changeRights, grantableRoles, type Spec } from './removal.ts'
import { type Draft, RightsFields, specOf } from './rights-fields.tsx'
import { type Holder, projectsIn } from './roster.ts'
import { useNameOf } from './use-people.ts'
import { aRole, ROLE_TITLE, sentenceOf } from './words.ts'

interface ChangeProps {
  readonly name: string
  readonly holder: Holder
  readonly how: 'role' | 'narrow'
  readonly onClose: () => void
}

export function ChangeRightsDialog({ name, holder, how, onClose }: ChangeProps) {
  const session = useSession()
  const { replica } = session
  const [most] = holder.capabilities as [CapabilityRow]
  const role = holder.role === 'owner' ? 'admin' : holder.role
  const roles = how === 'narrow' ? [role] : grantableRoles(replica).filter((one) => isAgentRole(one) === isAgentRole(role))
  const [draft, setDraft] = useState<Draft>({
    role,
    files: most.files?.join('\n') ?? '',
    ends: { choice: 'as-now', at: '' },
    projects: most.projects ?? [],
  })
  const [problem, setProblem] = useState<string | null>(null)
  const narrowed = specOf(draft, replica.now(), most.expires)
  const spec =
    narrowed && (draft.role === role ? { ...narrowed, rights: most.rights && [...most.rights], types: typesOf(most) } : narrowed)
  const isWider = ROLES.indexOf(draft.role) < ROLES.indexOf(role) && spec?.expires === null && how === 'role'
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (spec === null) return
    const done = changeRights(
      session,
      holder.devices.map(({ actor }) => actor),
      spec,
      !isWider,
    )
    if (!done.ok) return setProblem(done.refusal.detail)
    onClose()
    notify(draft.role === role ? `The rights of ${name} were changed` : `${name} is ${aRole(draft.role)} now`)
  }
  return (
    <Dialog title={how === 'role' ? `Change the role of ${name}` : `Narrow the rights of ${name}`} onClose={onClose}>
      <form className={fields['form']} onSubmit={submit}>
        <RightsFields
          draft={draft}
          onChange={setDraft}
          roles={roles}
          withFiles={how === 'narrow' || isAgentRole(draft.role)}
          asNow={most.expires === null ? 'Never, as now' : `As now: ${exactTime(most.expires)}`}
        />
        <Sentence name={name} spec={spec} />
        <p className={css['quiet']}>
          {isWider
            ? 'They get this beside what they have.'
            : 'They get this, and then what they had ends: what they did until now stays. Work that they do offline meanwhile may have to be kept by you.'}
        </p>
        <Actions problem={problem}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={spec === null || (how === 'role' && draft.role === role)}>
            {how === 'role' ? `Make ${name} ${aRole(draft.role)}` : `Narrow the rights of ${name}`}
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}

/** `to` is null where the key is chosen here. */
export function GrantDialog({ to: first, onClose }: { readonly to: ActorKey | null; readonly onClose: () => void }) {
  const session = useSession()
  const { replica } = session
  const nameOf = useNameOf()
  const roles = grantableRoles(replica)
  const [to, setTo] = useState<ActorKey | null>(first)
  const [draft, setDraft] = useState<Draft>({
    role: roles.includes('member') ? 'member' : (roles[0] as Role),
    files: '',
    ends: { choice: 'never', at: '' },
    projects: [],
  })
  const [problem, setProblem] = useState<string | null>(null)
  const spec = specOf(draft, replica.now(), null)
  const name = to === null ? 'They' : nameOf(to)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (spec === null || to === null) return
    const granted = session.run('generate_capability', { ...spec, to, box: boxOf(replica, to) })
    if (!granted.ok) return setProblem(granted.refusal.detail)
    onClose()
    notify(`${name} is ${aRole(draft.role)} here now`)
  }
  return (
    <Dialog title={first === null ? 'Grant rights to a key' : `Grant rights to ${name}`} onClose={onClose}>
      <form className={fields['form']} onSubmit={submit}>
        {first === null ? <KeyField onChange={setTo} /> : null}
        <RightsFields draft={draft} onChange={setDraft} roles={roles} withFiles={isAgentRole(draft.role)} />
        <Sentence name={name} spec={spec} />
        {to !== null && boxOf(replica, to) === null && replica.isSealed ? (
          <p className={css['quiet']}>
            Nobody knows what to encrypt for this key, so it could write here and not read. An invite link does both.
          </p>
        ) : null}
        <Actions problem={problem}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={spec === null || to === null}>
            Grant {ROLE_TITLE[draft.role].toLowerCase()} rights
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}

function Sentence({ name, spec }: { readonly name: string; readonly spec: Spec | null }) {
  const { replica } = useSession()
  if (spec === null) return null
  const titles = new Map(projectsIn(replica).map(({ id, title }) => [id, title]))
  const { role, files, projects, expires } = spec
  const preset = PRESETS[role]
  const words = sentenceOf({
    role,
    rights: spec.rights === undefined ? preset.rights : spec.rights,
    types: spec.types === undefined ? preset.types : spec.types,
    files: files ?? null,
    projects: projects ? projects.map((id) => titles.get(id) ?? id) : null,
    expires: expires ?? null,
  })
  return (
    <p className={css['sentence']} aria-live="polite">
      <strong>{name}</strong> {words.charAt(0).toLowerCase() + words.slice(1)}
    </p>
  )
}

function isAgentRole(role: Role): boolean {
  return role === 'agent' || role === 'coordinator'
}

function typesOf({ types }: CapabilityRow): NodeType[] | null {
  return types && ([...types] as NodeType[])
}
