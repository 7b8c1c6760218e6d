/** What somebody should know about their own standing, above whatever view they are in. */

import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { fromHex } from '../../base/bytes.ts'
import { read } from '../../core/fold.ts'
import { type ActorKey, personNodeId } from '../../core/ids.ts'
import { BANDS } from '../../core/roles.ts'
import { timeFault } from '../../core/scope.ts'
import type { Replica } from '../../replica/replica.ts'
import { useMinute } from '../hooks.ts'
import { useObservable } from '../use-observable.ts'
import { Button } from '../kit/button.tsx'
import { saidIn, useKnownPeople } from '../known-people.ts'
import { links } from '../links.ts'
import { actorName } from '../names.ts'
import { useAuthorityVersion } from '../people/use-authority.ts'
import { type Session, useSession } from '../session.ts'
import { exactTime } from '../times.ts'
import css from './shell.module.css'

export function Banner() {
  const session = useSession()
  const { replica, workspaceId, ownCode } = session
  useAuthorityVersion()
  useObservable(saidIn(replica))
  useMinute()
  const asks = useAsks(session)
  const isShutOut = useIsShutOut(session)
  const known = useKnownPeople()
  const [isHidden, setHidden] = useState(false)
  if (!replica.hasGenesis) return null
  const most = replica.held.find(({ cited }) => timeFault(cited, replica.now()) === null)
  if (most === undefined || isShutOut)
    return (
      <section className={css['banner']} data-tone="warn" aria-label="Your rights here" aria-live="polite">
        <p>{most === undefined ? endWords(replica, (actor) => actorName(actor, known)) : SHUT_OUT}</p>
        <Link href={links.people(workspaceId)}>See who is in</Link>
      </section>
    )
  if (!asks || most.rank <= BANDS.admin[1] || isHidden) return null
  return (
    <section className={css['banner']} aria-label="Your rights here" aria-live="polite">
      <p>
        {replica.may('update', 'task') ? 'You can work here.' : 'You can read.'} To become an admin, read this code to an admin:{' '}
        <strong>{ownCode}</strong>
      </p>
      <Button onClick={() => setHidden(true)}>Hide</Button>
    </section>
  )
}

const SHUT_OUT =
  'What others write now is locked to this device. If your rights here were ended, that is why: what you write waits, kept and without effect, until somebody who may keeps it. Else its key is on the way.'

/** A key that is late comes within moments; one that does not come was not meant for this device. */
const LATE_MS = 8000

/**
 * Whether what others send has been closed to this device for a while. Who is removed may not be told so: what is sent after a
 * removal is sealed under a new key, the removal itself as well. Nothing tells of it, so it is looked at now and then.
 */
function useIsShutOut({ replica }: Session): boolean {
  const [isShutOut, setShutOut] = useState(false)
  useEffect(() => {
    let since: number | null = null
    const timer = setInterval(() => {
      if (replica.delayed.sealed === 0) since = null
      else since ??= Date.now()
      setShutOut(since !== null && Date.now() - since >= LATE_MS)
    }, LATE_MS / 4)
    return () => clearInterval(timer)
  }, [replica])
  return isShutOut
}

/** Whether this device has asked to become an admin. */
function useAsks({ replica }: Session): boolean {
  const node = replica.nodes.get(personNodeId(replica.workspace, fromHex(replica.actor)))
  return node !== undefined && read(node, 'asks') === 'admin'
}

function endWords(replica: Replica, nameOf: (actor: ActorKey) => string): string {
  const { registry } = replica.authority
  const own = registry.heldBy(replica.actor)
  if (own.length === 0)
    return 'You can only read this workspace on this device. Ask somebody who is in it for an invite to work here.'
  if (own.some(({ renounced }) => renounced.length > 0))
    return 'You have left this workspace. To work here again you need a new invite.'
  const over = own.filter(({ cited }) => replica.now() > cited.expires)
  if (over.length === own.length)
    return `Your time here is over since ${exactTime(Math.max(...over.map(({ cited }) => cited.expires)))}. Ask whoever let you in for more.`
  const last = own.flatMap(({ revocations }) => revocations.filter(({ cut }) => cut?.isActive)).at(-1)
  const who = last ? `${nameOf(last.actor)} has ended your rights: you` : 'You'
  return `${who} no longer may change this workspace. What you wrote since then waits, kept and without effect, until somebody who may keeps it.`
}
