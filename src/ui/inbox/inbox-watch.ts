/**
 * What needs a person, put together for this one: what the log says of tasks and of rights, less what presence or this person makes
 * moot. Whoever is here is not silent. What was put away stays away until there is more of it, or the page is loaded anew.
 */

import { createEmitter } from '../../base/emitter.ts'
import type { CapabilityRow } from '../../replica/capability-row.ts'
import { inboxOf } from '../../replica/inbox.ts'
import { CONCERNS, type Concern, type InboxItem } from '../../replica/inbox-item.ts'
import type { Replica } from '../../replica/replica.ts'
import { attentionIn, type Decision } from '../people/attention-watch.ts'
import { grantableRoles } from '../people/removal.ts'
import type { Observable, Session } from '../session.ts'
import { expiringIn } from './expiring.ts'

interface EntryOf<Kind, Of> {
  readonly kind: Kind
  /** The same while its cause is. */
  readonly key: string
  /** Whether this person can do something about it. */
  readonly mayAct: boolean
  readonly of: Of
}

export type Entry = EntryOf<'task', InboxItem> | EntryOf<'decision', Decision> | EntryOf<'expiring', CapabilityRow>

export interface InboxWatch extends Observable<readonly Entry[]> {
  /** Not now. */
  putOff(entry: Entry): void
}

/** Where what is about people and rights stands among the concerns of tasks. */
const ORDER = ['question', 'decision', ...CONCERNS.slice(1, -1), 'expiring', 'stuck'] as const

/** Many changes at once lead to one look. */
const LATER_MS = 50
const TICK_MS = 30_000

const watches = new WeakMap<Session, InboxWatch>()

export function inboxIn(session: Session): InboxWatch {
  const known = watches.get(session)
  if (known) return known
  const made = createWatch(session)
  watches.set(session, made)
  return made
}

function createWatch(session: Session): InboxWatch {
  const { replica, people } = session
  const [inbox, attention] = [inboxOf(replica), attentionIn(replica)]
  const changed = createEmitter<void>()
  const putOff = new Map<string, Set<string>>()
  let entries: readonly Entry[] = []
  let isStale = true
  let listeners = 0
  let later: ReturnType<typeof setTimeout> | undefined
  let stops: readonly (() => void)[] = []

  function tell(): void {
    clearTimeout(later)
    later = undefined
    isStale = true
    changed.emit()
  }

  function eventually(): void {
    later ??= setTimeout(tell, LATER_MS)
  }

  function begin(): readonly (() => void)[] {
    isStale = true
    inbox.tick()
    const timer = setInterval(() => {
      inbox.tick()
      // Rights end by time alone, and nobody tells.
      tell()
    }, TICK_MS)
    const decides = replica.capabilityFor('grant') !== null || replica.capabilityFor('revoke') !== null
    return [
      () => clearInterval(timer),
      inbox.onChanged(eventually),
      people.subscribe(eventually),
      replica.onAuthority(eventually),
      // Those who may decide nothing are not made to look.
      ...(decides ? [attention.subscribe(tell)] : []),
    ]
  }

  function isAway(key: string, marks: readonly string[]): boolean {
    const seen = putOff.get(key)
    return seen !== undefined && marks.every((mark) => seen.has(mark))
  }

  function gather(): readonly Entry[] {
    const here = new Set(people.get().map(({ actor }) => actor))
    const all: Entry[] = [
      ...inbox.items.flatMap((item) => tasksOf(replica, item, here)),
      ...attention.get().map((of): Entry => ({ kind: 'decision', key: of.key, mayAct: of.mayAct, of })),
      ...expiringIn(replica).map((of): Entry => ({
        kind: 'expiring',
        key: `ends ${of.holder}`,
        mayAct: mayExtend(replica, of),
        of,
      })),
    ]
    // Of one kind they are in order already.
    return all.filter((entry) => !isAway(entry.key, marksOf(entry))).toSorted((a, b) => urgency(a) - urgency(b))
  }

  return {
    get() {
      if (isStale) entries = gather()
      isStale = false
      return entries
    },
    subscribe(listener) {
      const stop = changed.on(listener)
      if (++listeners === 1) stops = begin()
      return () => {
        stop()
        if (--listeners > 0) return
        for (const end of stops) end()
        clearTimeout(later)
        later = undefined
      }
    },
    putOff(entry) {
      // The same card stands on the page of people.
      if (entry.kind === 'decision') return attention.putOff(entry.of.name)
      putOff.set(entry.key, new Set([...(putOff.get(entry.key) ?? []), ...marksOf(entry)]))
      tell()
    },
  }
}

function tasksOf(replica: Replica, item: InboxItem, here: ReadonlySet<string>): readonly Entry[] {
  const isAtWork = ({ kind, about }: Concern): boolean =>
    kind === 'stalled' && about.some((run) => here.has(replica.nodes.get(run)?.creator ?? ''))
  const concerns = item.concerns.filter((concern) => !isAtWork(concern))
  if (concerns.length === 0) return []
  const of = concerns.length === item.concerns.length ? item : { ...item, concerns }
  return [{ kind: 'task', key: of.cause, mayAct: concerns.some((concern) => mayActOn(replica, of, concern)), of }]
}

function mayActOn(replica: Replica, { task }: InboxItem, { kind, about }: Concern): boolean {
  const node = replica.nodes.get(task)
  if (!node) return false
  switch (kind) {
    case 'question':
      // What one asked oneself waits for others.
      return about.some((id) => {
        const comment = replica.nodes.get(id)
        return comment !== undefined && comment.creator !== replica.actor && replica.may('comment', comment)
      })
    case 'review':
      return about.some((run) => replica.maySay('accept', node, run))
    case 'stalled':
    case 'budget':
    case 'refused':
      return about.some((run) => replica.nodes.get(run)?.creator !== replica.actor && replica.maySay('end', node, run, 'revoke'))
    case 'failed':
    case 'conflict':
    case 'stuck':
      return replica.may('update', node)
  }
}

function mayExtend(replica: Replica, { role, holder }: CapabilityRow): boolean {
  return role !== 'owner' && holder !== replica.actor && grantableRoles(replica).includes(role)
}

function marksOf(entry: Entry): readonly string[] {
  switch (entry.kind) {
    case 'task':
      return entry.of.concerns.flatMap(({ marks }) => marks)
    case 'decision':
      return [entry.of.name]
    case 'expiring':
      return [`${entry.of.id} ${entry.of.expires}`]
  }
}

function urgency(entry: Entry): number {
  return ORDER.indexOf(entry.kind === 'task' ? (entry.of.concerns[0] as Concern).kind : entry.kind)
}
