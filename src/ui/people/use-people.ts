/** How the parts of the People page read. */

import { useCallback } from 'react'
import type { ActorKey } from '../../core/ids.ts'
import type { CapabilityRow } from '../../replica/capability-row.ts'
import type { Replica } from '../../replica/replica.ts'
import { useMinute } from '../hooks.ts'
import { useObservable } from '../use-observable.ts'
import { saidIn, useKnownPeople } from '../known-people.ts'
import { actorName } from '../names.ts'
import { useSession } from '../session.ts'
import { attentionIn, type Decision } from './attention-watch.ts'
import { type Holder, projectsIn, type Roster, rosterOf } from './roster.ts'
import { useAuthorityVersion } from './use-authority.ts'
import { type AnyRole, isUsual, ROLE_MAY, sentenceOf } from './words.ts'

export function useRoster(): Roster {
  const { replica } = useSession()
  useAuthorityVersion()
  useObservable(saidIn(replica))
  useMinute()
  return rosterOf(replica)
}

export function useDecisions(): readonly Decision[] {
  return useObservable(attentionIn(useSession().replica))
}

/** What a key is called here. */
export function useNameOf(): (actor: ActorKey) => string {
  const known = useKnownPeople()
  return useCallback((actor) => actorName(actor, known), [known])
}

/** What somebody may do on the board, by the most senior of what they hold; files and time stand elsewhere. */
export function actsWords(replica: Replica, { capabilities, role }: Holder): string {
  return words(replica, { ...(capabilities[0] as CapabilityRow), files: null, expires: null }, role)
}

/** What somebody may, by the most senior of what they hold. */
export function mayWords(replica: Replica, { capabilities, role }: Holder): string {
  return words(replica, capabilities[0] as CapabilityRow, role)
}

function words(replica: Replica, most: CapabilityRow, role: AnyRole): string {
  const { rights, types, files, expires } = most
  const projects = most.projects && most.projects.map((id) => projectsIn(replica).find((one) => one.id === id)?.title ?? id)
  if (files === null && projects === null && expires === null && isUsual({ role, rights, types })) return ROLE_MAY[role]
  return sentenceOf({ role, rights, types, files, projects, expires })
}
