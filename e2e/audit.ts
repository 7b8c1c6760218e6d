/**
 * The whole log of a workspace as a person takes it away, and what must be true of each line of it: somebody who is known did it, by a
 * capability that is theirs, and it counts. It is judged here anew, from the lines alone: who was granted what stands in them as well.
 */

import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { globTest } from '../src/core/glob.ts'
import type { Event } from '../src/core/event.ts'
import { FLAG } from '../src/core/capability.ts'
import { expect } from './host.ts'

interface Granted {
  readonly to: string
  readonly globs: readonly string[] | null
  readonly flags: number
}

export async function wholeLog(page: Page): Promise<readonly Event[]> {
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Activity' }).click()
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export all events as JSON lines' }).click()
  const lines = (await readFile(await (await download).path(), 'utf8')).trim().split('\n')
  return lines.map((line) => JSON.parse(line) as Event)
}

/** `actors`: by the key of each who may have acted, what they are. */
export function expectAttributed([genesis, ...events]: readonly Event[], actors: ReadonlyMap<string, string>): void {
  expect(genesis?.type).toBe('workspace.created')
  const granted = grantsIn(events)
  const invites = new Set([...granted.values()].filter(({ flags }) => (flags & FLAG.redeemOnly) !== 0).map(({ to }) => to))
  const roots = new Set<string>()
  const odd = events.filter(({ actor, capability, valid, why, adopted, type }) => {
    if (!valid || why !== null || adopted || capability === null) return true
    const grant = granted.get(capability)
    // What nobody granted is the founder's own, from the beginning.
    if (!grant) roots.add(capability)
    if ((grant?.to ?? genesis?.actor) !== actor) return true
    // The key of an invite hands itself on, once, and does nothing else.
    return !actors.has(actor) && !(invites.has(actor) && type === 'capability.granted')
  })
  expect(odd).toEqual([])
  expect(roots.size).toBe(1)
  // Of each kind somebody acted; of two of one role, one may have come too late for any work.
  const acted = new Set(events.map(({ actor }) => actors.get(actor)))
  expect([...actors.values()].filter((words) => !acted.has(words))).toEqual([])
}

/** What these agents wrote lies within the patterns of the capability that each change cites, and these are those of their roles. */
export function expectWithinPatterns(events: readonly Event[], patterns: ReadonlyMap<string, readonly string[]>): void {
  const granted = grantsIn(events)
  const paths = new Map(
    events.flatMap(({ target, type, data }) =>
      type === 'document.created' && target !== null ? [[target, String(data['path'])] as const] : [],
    ),
  )
  const written = events.filter(({ actor, type }) => patterns.has(actor) && type.startsWith('document.'))
  expect(written.length).toBeGreaterThan(0)
  const outside = written.filter(({ target, capability }) => {
    const globs = granted.get(capability ?? '')?.globs ?? null
    const path = paths.get(target ?? '')
    return globs === null || path === undefined || !globs.some((glob) => globTest(glob)(path))
  })
  expect(outside).toEqual([])
  for (const [actor, globs] of patterns)
    expect(
      [...granted.values()].filter(({ to }) => to === actor).map((grant) => [...(grant.globs ?? ['all'])].toSorted()),
    ).toEqual([[...globs].toSorted()])
}

function grantsIn(events: readonly Event[]): ReadonlyMap<string, Granted> {
  return new Map(
    events.flatMap(({ type, target, data }) =>
      type === 'capability.granted' && target !== null ? [[target, data as unknown as Granted] as const] : [],
    ),
  )
}
