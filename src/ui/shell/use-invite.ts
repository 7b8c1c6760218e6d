/**
 * Invite links of this page. Each is a grant in the log and lets one person in, so a link that is still open is shown again instead
 * of making another; one that was used or closed is not.
 */

import { useEffect, useState } from 'react'
import { refuse, type Result } from '../../base/result.ts'
import { inviteKeys, keyPairOf } from '../../log/keys.ts'
import { parseInvite } from '../../replica/invite.ts'
import { inviteState } from '../../replica/workspace.ts'
import { faultWords } from '../words.ts'
import { useAuthorityVersion } from '../people/use-authority.ts'
import { type InviteRequest, type Session, useSession } from '../session.ts'

type Kind = Exclude<InviteRequest['kind'], 'agent'>

interface Made {
  readonly result: Result<string>
  /** The key that the link stands for; null where none was made. */
  readonly key: Uint8Array<ArrayBuffer> | null
}

const made = new WeakMap<Session, Map<Kind, Promise<Made>>>()

export interface ShownInvite {
  /** Null while it is being made. */
  readonly result: Result<string> | null
  /** Somebody came in by it, or it was closed. */
  readonly isUsed: boolean
  /** Makes another in place of one that is used. */
  another(): void
}

export function useInvite(kind: Kind): ShownInvite {
  const session = useSession()
  const [round, setRound] = useState(0)
  const [shown, setShown] = useState<(Made & { readonly kind: Kind; readonly round: number }) | null>(null)
  useAuthorityVersion()
  useEffect(() => {
    let wanted = true
    openInvite(session, kind).then(
      (invite) => wanted && setShown({ ...invite, kind, round }),
      (error: unknown) => {
        const result = refuse({ code: 'unavailable', detail: `No link was made: ${faultWords(error)}` })
        if (wanted) setShown({ result, key: null, kind, round })
      },
    )
    return () => {
      wanted = false
    }
  }, [session, kind, round])
  const current = shown?.kind === kind && shown.round === round ? shown : null
  return {
    result: current?.result ?? null,
    isUsed: current !== null && isClosed(session, current),
    another: () => setRound(round + 1),
  }
}

/** The open invite of this kind that this page made last, or a new one. */
async function openInvite(session: Session, kind: Kind): Promise<Made> {
  const known = made.get(session) ?? new Map<Kind, Promise<Made>>()
  made.set(session, known)
  const last = known.get(kind)
  if (last) {
    const invite = await last
    if (invite.result.ok && !isClosed(session, invite)) return invite
    if (known.get(kind) !== last) return openInvite(session, kind)
  }
  const next = session.invite({ kind }).then(async (result) => ({ result, key: result.ok ? await keyOf(result.value) : null }))
  known.set(kind, next)
  // What broke is tried anew the next time.
  next.catch(() => known.delete(kind))
  return next
}

/** What came of a link that this page made cannot be told for one that was made elsewhere: that counts as open. */
function isClosed({ replica }: Session, { key }: Made): boolean {
  return key !== null && inviteState(replica, key).state === 'closed'
}

/** The invite that a link of this workspace stands for, while it is open. */
export async function inviteIdOf({ replica }: Session, link: string): Promise<string | null> {
  const key = await keyOf(link)
  const found = key && inviteState(replica, key)
  return found?.state === 'open' ? found.id : null
}

async function keyOf(link: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const invite = parseInvite(link)
  return invite.ok ? (await keyPairOf((await inviteKeys(invite.value.seed)).signing)).key : null
}
