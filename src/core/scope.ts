/**
 * What a chain of capabilities admits: the conjunction of its links.
 *
 * A link narrows what is above it, whatever it says; so nobody reasons about subsets, and a link that claims more than its
 * parent has gains nothing. Scope is judged on facts that a node's id commits to (type, project, path), never on where the
 * node stands now.
 *
 * An invite (`redeemOnly`) is a link of two faces: cited itself, it admits a grant and nothing else; what hangs below it has
 * the rights that it lists. Its window binds who redeemed it as well, unless it is `lasting`.
 */

import { FLAG, type Grant } from './capability.ts'
import { RIGHT_NUMBERS, RIGHTS, type Right } from './change.ts'
import { globTest, type PathTest } from './glob.ts'
import { type NodeId, nodeIdFromBytes, type NodeType } from './ids.ts'

/** What can never change about the node that a change is about. */
export interface Facts {
  readonly id: NodeId
  readonly type: NodeType
  readonly project: NodeId | null
  readonly path: string | null
}

export interface Scope {
  /** A bit for each of `RIGHTS`. */
  readonly rights: number
  readonly types: ReadonlySet<string> | null
  /** A path fits when each list has a pattern that names it. */
  readonly paths: readonly (readonly PathTest[])[]
  readonly projects: ReadonlySet<NodeId> | null
  readonly notBefore: number
  readonly expires: number
}

export type ScopeFault = 'not-yet' | 'expired' | 'right' | 'type' | 'project' | 'path'

const ALL_RIGHTS = 2 ** RIGHTS.length - 1

/** What a root may: everything, for ever. */
export const WHOLE: Scope = {
  rights: ALL_RIGHTS,
  types: null,
  paths: [],
  projects: null,
  notBefore: 0,
  expires: Number.POSITIVE_INFINITY,
}

/** The scope of a change that cites this grant, below `above`. */
export function citedScope(above: Scope, grant: Grant): Scope {
  if ((grant.flags & FLAG.redeemOnly) === 0) return inheritedScope(above, grant)
  return { ...narrowed(above, grant), rights: above.rights & bitOf('grant') }
}

/** What is left for the capabilities that are granted under this one. */
export function inheritedScope(above: Scope, grant: Grant): Scope {
  const narrow = narrowed(above, grant)
  const isOpenEnded = (grant.flags & FLAG.redeemOnly) !== 0 && (grant.flags & FLAG.lasting) !== 0
  return isOpenEnded ? { ...narrow, notBefore: above.notBefore, expires: above.expires } : narrow
}

/** Null when a change with this right may be made at `ms`; `facts` is null where it is about no node. */
export function scopeFault(scope: Scope, right: Right, facts: Facts | null, ms: number): ScopeFault | null {
  return timeFault(scope, ms) ?? rightFault(scope, right, facts)
}

export function timeFault(scope: Scope, ms: number): ScopeFault | null {
  if (ms < scope.notBefore) return 'not-yet'
  return ms > scope.expires ? 'expired' : null
}

/** What is not a question of time. */
export function rightFault(scope: Scope, right: Right, facts: Facts | null): ScopeFault | null {
  if ((scope.rights & bitOf(right)) === 0) return 'right'
  if (facts === null) return null
  if (scope.types !== null && !scope.types.has(facts.type)) return 'type'
  if (!isWithin(scope, facts)) return 'project'
  // A file change that names no file is not in any set of files.
  if (scope.paths.length > 0 && facts.type === 'document' && !isNamed(scope.paths, facts.path)) return 'path'
  return null
}

export function bitOf(right: Right): number {
  return 1 << RIGHT_NUMBERS[right]
}

/** The project that a node belongs to; a project belongs to itself. */
function projectOf({ id, type, project }: Facts): NodeId | null {
  return type === 'project' ? id : project
}

/** Whether the node lies in the projects that the scope names. A move needs this of where it goes, too. */
export function isWithin({ projects }: Scope, facts: Facts): boolean {
  if (projects === null) return true
  const project = projectOf(facts)
  return project !== null && projects.has(project)
}

function isNamed(paths: Scope['paths'], path: string | null): boolean {
  return path !== null && paths.every((tests) => tests.some((test) => test(path)))
}

function narrowed(above: Scope, { rights, types, globs, projects, notBefore, expires }: Grant): Scope {
  return {
    rights: rights === null ? above.rights : above.rights & bitsOf(rights),
    types: both(above.types, types),
    paths: globs === null ? above.paths : [...above.paths, globs.map(globTest)],
    projects: both(above.projects, projects && projects.map(nodeIdFromBytes)),
    notBefore: Math.max(above.notBefore, notBefore),
    expires: Math.min(above.expires, expires ?? Number.POSITIVE_INFINITY),
  }
}

/** A right of a newer version admits nothing that is known here. */
function bitsOf(rights: readonly number[]): number {
  return rights.reduce((bits, right) => (right < RIGHTS.length ? bits | (1 << right) : bits), 0)
}

function both<T>(above: ReadonlySet<T> | null, own: readonly T[] | null): ReadonlySet<T> | null {
  if (own === null) return above
  return new Set(above === null ? own : own.filter((item) => above.has(item)))
}
