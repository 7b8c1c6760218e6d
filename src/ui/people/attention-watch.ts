/**
 * What waits for a decision, looked for when the page has nothing else to do: it takes a walk over all work that does not count,
 * and the sidebar shows its number at all times.
 */

import { createEmitter } from '../../base/emitter.ts'
import type { Ref } from '../../core/history.ts'
import { BANDS } from '../../core/roles.ts'
import { type Attention, attentionOf } from '../../replica/attention.ts'
import type { Replica } from '../../replica/replica.ts'
import { liveOf } from '../../replica/standing.ts'
import type { Observable } from '../session.ts'
import { mayEnd } from './removal.ts'

export interface Decision {
  /** The same while its cause is. */
  readonly key: string
  /** Another when there is more of it. */
  readonly name: string
  readonly item: Attention
  /** Whether this person can do something about it. */
  readonly mayAct: boolean
  /** Of a revocation that cut too much: what does not count for it. Two items of one cause are one. */
  readonly work: readonly Ref[]
}

export interface AttentionWatch extends Observable<readonly Decision[]> {
  /** Not now: it is not shown again before the page is loaded anew, or there is more of it. */
  putOff(name: string): void
}

const watches = new WeakMap<Replica, AttentionWatch>()

export function attentionIn(replica: Replica): AttentionWatch {
  const known = watches.get(replica)
  if (known) return known
  const made = createWatch(replica)
  watches.set(replica, made)
  return made
}

/** Work that others send may not count, and no topic tells of it: whatever is stored leads to a look, a while later. */
const WORK_MS = 1000

function createWatch(replica: Replica): AttentionWatch {
  const changed = createEmitter<void>()
  const putOff = new Set<string>()
  let decisions: readonly Decision[] = []
  let seen = ''
  /** Counts what people said of themselves meanwhile: asking is one of these things. */
  let said = 0
  let isDue = false
  let later: ReturnType<typeof setTimeout> | undefined
  let listeners = 0
  let stops: readonly (() => void)[] = []

  function look(): void {
    isDue = false
    const { history, quarantine, authorityVersion } = replica
    const floods = replica.floods().map(({ actor }) => actor)
    const now = `${authorityVersion} ${said} ${quarantine.size} ${history.chainCount} ${floods.join()}`
    if (now === seen || listeners === 0) return
    seen = now
    decisions = decide(replica)
    changed.emit()
  }

  function soon(): void {
    if (isDue) return
    isDue = true
    whenIdle(look)
  }

  function heard(): void {
    said++
    soon()
  }

  function eventually(): void {
    later ??= setTimeout(() => {
      later = undefined
      soon()
    }, WORK_MS)
  }

  return {
    get: () => decisions,
    subscribe(listener) {
      const stop = changed.on(listener)
      if (++listeners === 1) {
        seen = ''
        stops = [replica.onAuthority(soon), replica.views.on('type:person', heard), replica.onDurable(eventually)]
        soon()
      }
      return () => {
        stop()
        if (--listeners > 0) return
        for (const end of stops) end()
        clearTimeout(later)
        later = undefined
      }
    },
    putOff(name) {
      putOff.add(name)
      decisions = decisions.filter((one) => one.name !== name)
      changed.emit()
    },
  }

  function decide(from: Replica): readonly Decision[] {
    const items = attentionOf(from)
    return items.flatMap((item) => {
      const name = item.kind === 'quarantine' ? `${keyOf(item)} ${item.refs.length}` : keyOf(item)
      if (putOff.has(name) || isSettled(from, item) || items.some((other) => isWorkOf(item, other))) return []
      const work = items.flatMap((other) => (isWorkOf(other, item) && other.kind === 'quarantine' ? other.refs : []))
      return [{ key: keyOf(item), name, item, mayAct: mayActOn(from, item, work), work }]
    })
  }
}

function keyOf(item: Attention): string {
  switch (item.kind) {
    case 'asks':
      return `asks ${item.actor}`
    case 'cut':
    case 'voided':
      return `${item.kind} ${item.revocation}`
    case 'fork':
      return `fork ${item.fork.feed} ${item.fork.seq}`
    case 'flood':
      return `flood ${item.actor}`
    case 'quarantine':
      return `quarantine ${item.actor} ${item.why}`
  }
}

/** Whether the first is the work that does not count because of the second. */
function isWorkOf(item: Attention, cut: Attention): boolean {
  return item.kind === 'quarantine' && item.why === 'revoked' && cut.kind === 'cut' && cut.target.audience === item.actor
}

/** A fork stays in the log for ever; it asks for nothing once its key holds nothing. */
function isSettled(replica: Replica, item: Attention): boolean {
  return item.kind === 'fork' && liveOf(replica.authority, item.actor).length === 0
}

function mayActOn(replica: Replica, item: Attention, work: readonly Ref[]): boolean {
  const cited = replica.capabilityFor('grant')
  const mayAdopt = (refs: readonly Ref[]): boolean =>
    cited !== null && refs.some((ref) => replica.authority.adoption.admits(ref, cited))
  switch (item.kind) {
    case 'asks':
      return cited !== null && cited.rank < BANDS.admin[1]
    case 'cut':
      return item.mayUndo || mayAdopt(work)
    case 'voided':
      return true
    case 'fork':
    case 'flood':
      return mayEnd(replica, [item.actor])
    case 'quarantine':
      return mayAdopt(item.refs)
  }
}

function whenIdle(run: () => void): void {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(run, { timeout: 500 })
  else setTimeout(run, 50)
}
