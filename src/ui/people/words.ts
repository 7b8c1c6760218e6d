/** Rights, endings and reasons in the words of people. */

import type { Invalid } from '../../core/capability-registry.ts'
import type { Right } from '../../core/change.ts'
import { PRESETS, type Role } from '../../core/roles.ts'
import { exactTime } from '../times.ts'

export type AnyRole = Role | 'owner'

export const ROLE_TITLE: Readonly<Record<AnyRole, string>> = {
  owner: 'Owner',
  admin: 'Admin',
  member: 'Member',
  viewer: 'Viewer',
  coordinator: 'Coordinator',
  agent: 'Agent',
}

/** `an admin`. */
export function aRole(role: AnyRole): string {
  const title = ROLE_TITLE[role].toLowerCase()
  return `${/^[aeio]/.test(title) ? 'an' : 'a'} ${title}`
}

export const ROLE_MAY: Readonly<Record<AnyRole, string>> = {
  owner: 'May do everything here; nobody can end that.',
  admin: 'Works on the board, lets others in, and can remove them.',
  member: 'Works on the board and lets others in.',
  viewer: 'Reads, and changes nothing.',
  coordinator: 'An agent that works on the board and lets other agents in.',
  agent: 'Creates and edits tasks and files, claims work and comments.',
}

/** What somebody may, as far as words go; null is no limit. */
export interface RightsInWords {
  readonly role: AnyRole
  readonly rights: readonly Right[] | null
  readonly types: readonly string[] | null
  readonly files: readonly string[] | null
  /** Titles. */
  readonly projects: readonly string[] | null
  readonly expires: number | null
}

/** Whether these are the rights that everybody with the role has. */
export function isUsual({ role, rights, types }: Pick<RightsInWords, 'role' | 'rights' | 'types'>): boolean {
  if (role === 'owner') return true
  const preset = PRESETS[role]
  return sameSet(rights, preset.rights) && sameSet(types, preset.types)
}

/** `May create, edit and comment on tasks in Apollo, writes only src/api/**, until Nov 27, 2026, 2:00 PM.` */
export function sentenceOf(may: RightsInWords): string {
  const verbs = BOARD_VERBS.filter(([right]) => may.rights === null || may.rights.includes(right)).map(([, verb]) => verb)
  const others = OTHER_VERBS.filter(([right]) => may.rights === null || may.rights.includes(right)).map(([, verb]) => verb)
  const what =
    verbs.length === 0 ? 'read' : `${list(verbs)} ${may.types === null ? 'everything on the board' : list(may.types.map(plural))}`
  const parts = [
    `May ${what}`,
    ...(may.projects === null ? [] : [`in ${may.projects.length === 0 ? 'no project' : list(may.projects)}`]),
  ]
  const rest = [
    ...(may.files === null ? [] : [may.files.length === 0 ? 'writes no files' : `writes only ${list(may.files)}`]),
    ...(others.length === 0 ? [] : [`may ${list(others)}`]),
    ...(may.expires === null ? [] : [`until ${exactTime(may.expires)}`]),
  ]
  return `${[parts.join(' '), ...rest].join(', ')}.`
}

const BOARD_VERBS: readonly (readonly [Right, string])[] = [
  ['create', 'create'],
  ['update', 'edit'],
  ['delete', 'delete'],
  ['assign', 'assign'],
  ['claim', 'claim'],
  ['review', 'review'],
  ['comment', 'comment on'],
]
const OTHER_VERBS: readonly (readonly [Right, string])[] = [
  ['grant', 'let others in'],
  ['revoke', 'end what they let in'],
]

const and = new Intl.ListFormat('en', { type: 'conjunction' })

export function list(words: readonly string[]): string {
  return and.format(words)
}

function plural(type: string): string {
  return type === 'person' ? 'people' : `${type}s`
}

function sameSet(a: readonly string[] | null, b: readonly string[] | null): boolean {
  if (a === null || b === null) return a === b
  return a.length === b.length && a.every((item) => b.includes(item))
}

const HOUR = 3_600_000

/** `ends in 3 h`; far away the day is said, near the minutes. */
export function endsWords(expires: number, now: number): string {
  const left = expires - now
  if (left <= 0) return 'its time is over'
  if (left < HOUR) return `ends in ${Math.max(1, Math.floor(left / 60_000))} min`
  if (left < 48 * HOUR) return `ends in ${Math.floor(left / HOUR)} h`
  if (left < 15 * 24 * HOUR) return `ends in ${Math.floor(left / (24 * HOUR))} days`
  return `ends ${day.format(expires)}`
}

const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' })

/** `since Nov 3, 2026`. */
export function dayWords(ms: number): string {
  return day.format(ms)
}

/** Why a change does not count. */
export const WHY: Readonly<Record<Invalid, string>> = {
  'not-yet': 'It was written before their rights began.',
  expired: 'It was written after their time was over.',
  right: 'They may not do this kind of thing.',
  type: 'They may not change this kind of item.',
  project: 'It lies outside the projects they may work in.',
  path: 'It writes a file that none of their patterns names.',
  'unknown-capability': 'Nobody had granted them the right it goes by.',
  'wrong-signer': 'It goes by a right that was granted to somebody else.',
  renounced: 'It was written after they gave up their rights.',
  'wrong-right': 'It says that it needs another right than it does.',
  'wrong-kind': 'It stands where such a change does not belong.',
  malformed: 'It cannot be read.',
  'bad-node': 'It creates something that is not what its name says.',
  'unknown-node': 'It changes something that was not there.',
  'not-yours': 'It changes what only somebody else may say of themselves.',
  'bad-grant': 'It lets somebody in whom its author may not let in.',
  'bad-target': 'It ends rights that its author may not end.',
  'bad-frontier': 'It ends rights as of a moment that its author had not seen.',
  'not-a-person': 'Only people may do this, and its author is an agent.',
  'void-grant': 'Whoever let them in was not allowed to.',
  revoked: 'Their rights were ended as of before it, or had ended already.',
  fenced: 'It was made in a run that lost its task to another, or had ended.',
}

/** What is written into a revocation, and how it reads. */
const REASON: Readonly<Record<string, string>> = {
  removed: 'removed',
  changed: 'rights were changed',
  closed: 'closed',
  redeemed: 'used',
  expired: 'its time was over',
  renounced: 'given up',
  forked: 'its key had two histories',
  'replaces a mistake': 'the work done before was brought back',
  'affirmed again': 'ended again',
}

export function reasonWords(reason: string): string {
  return REASON[reason] ?? reason
}
