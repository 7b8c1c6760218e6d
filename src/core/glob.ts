/**
 * Paths and the patterns that name sets of them.
 *
 * A path is relative, in one form: NFC, `/` between segments, none of them empty, `.` or `..`. So one file has one path, and
 * whatever a pattern does not name cannot be reached by writing its name in another way.
 *
 *   `*`    any letters inside a segment, none included
 *   `**`   any segments, none included; at the end at least one (`src/**` is what lies in `src`, not `src`)
 *
 * Everything else stands for itself, case included. Matching takes no regular expression and never tries two ways: between two
 * wildcards the leftmost fit leaves the most for what follows, so one pass in a segment, and one over the segments, decides.
 */

import { utf8 } from '../base/bytes.ts'
import { PROTOCOL } from './limits.ts'

export type PathTest = (path: string) => boolean

/** Whether this is a path in the one form that counts. */
export function isPath(text: string): boolean {
  if (text === '' || text.length > PROTOCOL.pathBytes || utf8(text).length > PROTOCOL.pathBytes) return false
  if (text !== text.normalize('NFC') || STRANGE.test(text) || DRIVE.test(text)) return false
  const segments = text.split('/')
  return segments.length <= PROTOCOL.pathSegments && segments.every((segment) => !NO_SEGMENT.has(segment))
}

/** Takes a path in its one form (`isPath`). A pattern that is not written like a path names nothing. */
export function globTest(glob: string): PathTest {
  if (!isPath(glob)) return () => false
  const groups = splitAt(glob.split('/'), '**').map((group) => group.map(segmentTest))
  return (path) => matchesGroups(groups, path.split('/'))
}

/**
 * Whether some path is named by both patterns, however long it would be. Between two `*` of one segment, and between two `**`, any
 * letters and segments fit, so that only what comes before the first and after the last of them can stand in the way.
 */
export function globsIntersect(a: string, b: string): boolean {
  if (!isPath(a) || !isPath(b)) return false
  const [one, other] = [a.split('/'), b.split('/')]
  const meetsAt = (pattern: string): PathTest => {
    return (segment) => segmentsIntersect(pattern, segment)
  }
  const groupsOf = (segments: readonly string[]): PathTest[][] => splitAt(segments, '**').map((group) => group.map(meetsAt))
  if (!one.includes('**')) return matchesGroups(groupsOf(other), one)
  if (!other.includes('**')) return matchesGroups(groupsOf(one), other)
  const begins = (segments: readonly string[]): readonly string[] => segments.slice(0, segments.indexOf('**'))
  const ends = (segments: readonly string[]): readonly string[] => segments.slice(segments.lastIndexOf('**') + 1).toReversed()
  return allMeet(begins(one), begins(other)) && allMeet(ends(one), ends(other))
}

/** Backslashes are separators elsewhere; control characters and half characters have no honest use in a name. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const STRANGE = /[\u0000-\u001f\u007f\\]|\p{Surrogate}/u
const DRIVE = /^[A-Za-z]:/
const NO_SEGMENT: ReadonlySet<string> = new Set(['', '.', '..'])

/** Segments between two `**` lie together; the first group begins the path, the last one ends it. */
function matchesGroups(groups: readonly (readonly PathTest[])[], segments: readonly string[]): boolean {
  const fits = (group: readonly PathTest[], at: number): boolean =>
    group.every((test, i) => at + i < segments.length && test(segments[at + i] as string))
  const first = groups[0] as readonly PathTest[]
  if (!fits(first, 0)) return false
  if (groups.length === 1) return segments.length === first.length
  const last = groups.at(-1) as readonly PathTest[]
  const end = segments.length - Math.max(last.length, 1)
  let at = first.length
  for (const group of groups.slice(1, -1)) {
    while (at <= end && !fits(group, at)) at++
    at += group.length
  }
  return at <= end && fits(last, segments.length - last.length)
}

function segmentTest(pattern: string): PathTest {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return (segment) => segment === pattern
  return (segment) => {
    const end = segment.length - last.length
    if (!segment.startsWith(first) || !segment.endsWith(last) || first.length > end) return false
    let at = first.length
    for (const part of rest) {
      const found = segment.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    return at <= end
  }
}

/** Where one list is longer, a `**` of the other takes what is left. */
function allMeet(a: readonly string[], b: readonly string[]): boolean {
  return a.slice(0, b.length).every((segment, i) => segmentsIntersect(segment, b[i] as string))
}

function segmentsIntersect(a: string, b: string): boolean {
  if (!a.includes('*')) return segmentTest(b)(a)
  if (!b.includes('*')) return segmentTest(a)(b)
  const begin = (pattern: string): string => pattern.slice(0, pattern.indexOf('*'))
  const end = (pattern: string): string => pattern.slice(pattern.lastIndexOf('*') + 1)
  const [head, tail] = [
    [begin(a), begin(b)],
    [end(a), end(b)],
  ] as const
  return (head[0].startsWith(head[1]) || head[1].startsWith(head[0])) && (tail[0].endsWith(tail[1]) || tail[1].endsWith(tail[0]))
}

function splitAt<T>(list: readonly T[], mark: T): T[][] {
  const groups: T[][] = [[]]
  for (const item of list) {
    if (item === mark) groups.push([])
    else groups.at(-1)?.push(item)
  }
  return groups
}
