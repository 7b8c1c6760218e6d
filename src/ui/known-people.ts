/**
 * Whom we know, by key. What a key says of itself in the log is signed and wins; presence is a hint that any peer can write, and
 * only names those who have said nothing in the log. A device without a name goes by that of its person's other devices.
 */

import { useMemo } from 'react'
import { createEmitter } from '../base/emitter.ts'
import type { ActorKey } from '../core/ids.ts'
import { actorOfProfile, profilesIn, textIn } from '../replica/agents.ts'
import { knownPeople, type PersonRow } from '../replica/people.ts'
import type { Replica } from '../replica/replica.ts'
import { useObservable } from './use-observable.ts'
import type { Named } from './names.ts'
import { type Observable, type PeerRow, type Session, useSession } from './session.ts'

export interface Known extends Named {
  /** `#rrggbb`, or empty. */
  readonly color: string
  readonly self: boolean
  readonly here: boolean
}

export function useKnownPeople(): readonly Known[] {
  const session = useSession()
  const { replica } = session
  const said = useObservable(saidIn(replica))
  const here = useObservable(hereIn(session))
  return useMemo(() => mergePeople(said, here, replica.actor), [said, here, replica])
}

/** The others who are here, a row for each tab, under the names that they go by. */
export function useOthersHere(): readonly PeerRow[] {
  const known = useKnownPeople()
  const here = useObservable(hereIn(useSession()))
  return useMemo(() => {
    const others = here.filter(({ self }) => !self)
    return others.map((row) => {
      const person = known.find(({ actor }) => actor === row.actor)
      return person ? { ...row, name: person.name, color: person.color || row.color } : row
    })
  }, [here, known])
}

/** One row for each key, however many tabs it has open. */
export function byActor(rows: readonly PeerRow[]): readonly PeerRow[] {
  return [...new Map(rows.map((row) => [row.actor, row])).values()]
}

export function mergePeople(said: readonly PersonRow[], here: readonly PeerRow[], self: string): readonly Known[] {
  const present = new Map(here.map((row) => [row.actor, row]))
  const saidBy = new Map<string, PersonRow>(said.map((row) => [row.actor, row]))
  const inLog = said.map((row): Known => {
    const others = row.devices.map((device) => saidBy.get(device))
    const peer = present.get(row.actor)
    return {
      actor: row.actor,
      name: row.name || (others.find((other) => other?.name)?.name ?? peer?.name ?? ''),
      color: row.color || (others.find((other) => other?.color)?.color ?? peer?.color ?? ''),
      self: row.actor === self,
      here: peer !== undefined,
    }
  })
  const others = [...present.values()].filter(({ actor }) => !saidBy.has(actor))
  return [...inLog, ...others.map(({ actor, name, color }): Known => ({ actor, name, color, self: actor === self, here: true }))]
}

const hereOf = new WeakMap<Session, Observable<readonly PeerRow[]>>()

/** Who is here, without how they get on: agents beat every few seconds, and who shows only names shall not hear of it. */
function hereIn(session: Session): Observable<readonly PeerRow[]> {
  const known = hereOf.get(session)
  if (known) return known
  let [words, rows]: [string, readonly PeerRow[]] = ['', []]
  const made: Observable<readonly PeerRow[]> = {
    subscribe: (listener) => session.people.subscribe(listener),
    get() {
      const next = session.people.get().map(({ name, color, actor, task, self }) => ({ name, color, actor, task, self }))
      if (JSON.stringify(next) !== words) [words, rows] = [JSON.stringify(next), next]
      return rows
    },
  }
  hereOf.set(session, made)
  return made
}

const sources = new WeakMap<Replica, Observable<readonly PersonRow[]>>()

/** What people have said of themselves in the log of this replica: one look for all who ask. */
export function saidIn(replica: Replica): Observable<readonly PersonRow[]> {
  const known = sources.get(replica)
  if (known) return known
  const made = createSource(replica)
  sources.set(replica, made)
  return made
}

/** It listens as long as its replica lives. */
function createSource(replica: Replica): Observable<readonly PersonRow[]> {
  const changed = createEmitter<void>()
  // Who is removed as of the time they joined has not said their name, as far as the log counts; we have heard it all the same.
  const heard = new Map<ActorKey, PersonRow>()
  let rows: readonly PersonRow[] = []
  let isStale = true
  const stale = (): void => {
    isStale = true
    changed.emit()
  }
  replica.views.on('type:person', stale)
  replica.views.on('type:agent', stale)
  replica.onAuthority(stale)
  return {
    subscribe: (listener) => changed.on(listener),
    get() {
      if (!isStale) return rows
      isStale = false
      for (const row of knownPeople(replica)) heard.set(row.actor, row)
      // An agent that has said nothing of itself goes by its profile.
      const next = [...heard.values(), ...profilesOf(replica).filter(({ actor }) => !heard.get(actor)?.name)]
      if (JSON.stringify(next) !== JSON.stringify(rows)) rows = next
      return rows
    },
  }
}

function profilesOf(replica: Replica): readonly PersonRow[] {
  return profilesIn(replica).flatMap((node) => {
    const [actor, name] = [actorOfProfile(replica, node), textIn(node, 'name')]
    return actor && name ? [{ actor, name, color: '', devices: [] }] : []
  })
}
