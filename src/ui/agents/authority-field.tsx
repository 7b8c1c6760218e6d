/** Chooses by whose word strict tasks are begun: this device, another one or a host of the workspace, or nobody. */

import { toHex } from '../../base/bytes.ts'
import type { ActorKey } from '../../core/ids.ts'
import { mayGiveLeases } from '../../replica/lease-authority.ts'
import type { Policy } from '../../replica/policy.ts'
import { Field } from '../kit/field.tsx'
import { useKnownPeople } from '../known-people.ts'
import { actorName } from '../names.ts'
import { useSession } from '../session.ts'
import { useObservable } from '../use-observable.ts'
import css from './authority-field.module.css'

export interface AuthorityChoice {
  readonly key: string | null
  /** It does not wait for the one before. */
  readonly isTakenOver: boolean
}

export function AuthorityField({
  policy,
  choice,
  onChoose,
}: {
  readonly policy: Policy
  readonly choice: AuthorityChoice
  readonly onChoose: (choice: AuthorityChoice) => void
}) {
  const { replica } = useSession()
  const known = useKnownPeople()
  const keys = useDevices(policy.leaseAuthority)
  const nameOf = (key: string): string => (key === replica.actor ? 'This device' : actorName(key, known))
  const before = beforeOf(policy, choice.key)
  return (
    <>
      <Field
        label="Work on strict tasks begins by the word of"
        hint="That device or host gives one agent at a time the lease of a strict task, while it is open. Where it cannot be reached, nothing begins."
      >
        {(props) => (
          <select
            {...props}
            value={choice.key ?? ''}
            onChange={({ target }) => onChoose({ key: target.value === '' ? null : target.value, isTakenOver: false })}
          >
            <option value="">Nobody: strict tasks cannot be begun</option>
            {keys.map((key) => (
              <option key={key} value={key}>
                {nameOf(key)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {before.length > 0 && choice.key !== null ? (
        <div className={css['over']}>
          <p>It gives leases once {before.map(nameOf).join(', ')} has heard of this and let go.</p>
          <label>
            <input
              type="checkbox"
              checked={choice.isTakenOver}
              onChange={({ target }) => onChoose({ ...choice, isTakenOver: target.checked })}
            />{' '}
            Do not wait: it gives no more leases (lost, or off for good)
          </label>
        </div>
      ) : null}
    </>
  )
}

/** Whom the one that is chosen waits for. */
function beforeOf({ leaseAuthority, leaseWaitsOn }: Policy, key: string | null): readonly string[] {
  const all = leaseAuthority === null || leaseAuthority === key ? leaseWaitsOn : [leaseAuthority, ...leaseWaitsOn]
  return [...new Set(all)].filter((one) => one !== key)
}

/** Keys of people and hosts that can give leases, this device first. */
function useDevices(named: string | null): readonly string[] {
  const { replica, links } = useSession()
  const known = useKnownPeople().map(({ actor }) => actor)
  const linked = useObservable(links).peers.map(({ actor }) => actor)
  const isIn = (key: string): boolean => mayGiveLeases(replica, key as ActorKey)
  const keys = [replica.actor, ...replica.roots.map((root) => toHex(root)), ...known, ...linked].filter(isIn)
  return [...new Set([...keys, ...(named === null ? [] : [named])])]
}
