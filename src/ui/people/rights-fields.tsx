import { useSession } from '../session.ts'
import fields from '../kit/field.module.css'
import type { Role } from '../../core/roles.ts'
import { type Ends, EndsField, endsAt } from './ends.tsx'
import { FilePatterns } from './file-patterns.tsx'
import { patternFault, patternsIn } from './patterns.ts'
import css from './people.module.css'
import type { Spec } from './removal.ts'
import { projectsIn } from './roster.ts'
import { ROLE_MAY, ROLE_TITLE } from './words.ts'

/** Rights as they are being put together. */
export interface Draft {
  readonly role: Role
  /** Patterns, one a line. */
  readonly files: string
  readonly ends: Ends
  /** Ids; none is all. */
  readonly projects: readonly string[]
}

/** Null while something is wrong with it. */
export function specOf({ role, files, ends, projects }: Draft, now: number, asNow: number | null): Spec | null {
  const patterns = patternsIn(files)
  const expires = endsAt(ends, now, asNow)
  if (patternFault(patterns) !== null || expires === 'wrong') return null
  return { role, files: patterns && [...patterns], projects: projects.length === 0 ? null : [...projects], expires }
}

interface RightsFieldsProps {
  readonly draft: Draft
  readonly onChange: (draft: Draft) => void
  readonly roles: readonly Role[]
  /** Files matter to agents, and to people where they are to be narrowed. */
  readonly withFiles: boolean
  readonly asNow?: string | undefined
}

export function RightsFields({ draft, onChange, roles, withFiles, asNow }: RightsFieldsProps) {
  const projects = projectsIn(useSession().replica)
  const { role } = draft
  return (
    <>
      {roles.length === 1 ? null : (
        <fieldset className={css['choices']}>
          <legend className={fields['label']}>Role</legend>
          {roles.map((one) => (
            <label key={one}>
              <input type="radio" name="role" checked={one === role} onChange={() => onChange({ ...draft, role: one })} />{' '}
              <span>
                {ROLE_TITLE[one]} <span className={css['quiet']}>{ROLE_MAY[one]}</span>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {withFiles ? <FilePatterns text={draft.files} onChange={(files) => onChange({ ...draft, files })} /> : null}
      {projects.length === 0 ? null : (
        <fieldset className={css['choices']}>
          <legend className={fields['label']}>Only in these projects (none is all)</legend>
          {projects.map(({ id, title }) => (
            <label key={id}>
              <input
                type="checkbox"
                checked={draft.projects.includes(id)}
                onChange={({ target }) =>
                  onChange({
                    ...draft,
                    projects: target.checked ? [...draft.projects, id] : draft.projects.filter((other) => other !== id),
                  })
                }
              />{' '}
              {title}
            </label>
          ))}
        </fieldset>
      )}
      <EndsField ends={draft.ends} onChange={(ends) => onChange({ ...draft, ends })} asNow={asNow} />
    </>
  )
}
