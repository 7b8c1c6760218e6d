/** Patterns of files as people type them, and what is wrong about them in words. */

import { globTest, isPath } from '../../core/glob.ts'
import { PROTOCOL } from '../../core/limits.ts'

/** What stands in the field, line by line; null is no pattern, so every file. */
export function patternsIn(text: string): readonly string[] | null {
  const lines = text.split('\n').map((line) => line.trim().normalize('NFC'))
  const patterns = [...new Set(lines.filter((line) => line !== ''))]
  return patterns.length === 0 ? null : patterns
}

/** What is wrong, in words, or null. */
export function patternFault(patterns: readonly string[] | null): string | null {
  const odd = patterns?.find((pattern) => !isPath(pattern))
  if (odd !== undefined) return `“${odd}” is no pattern: ${oddity(odd)} Write it like src/api/** or docs/*.md.`
  return (patterns?.length ?? 0) > PROTOCOL.globsPerGrant ? `There can be ${PROTOCOL.globsPerGrant} patterns at most.` : null
}

/** The pattern that names the path; 'all' where there are none, null where no one does. */
export function matching(patterns: readonly string[] | null, path: string): string | null {
  if (!isPath(path)) return null
  return patterns === null ? 'all' : (patterns.find((pattern) => globTest(pattern)(path)) ?? null)
}

export function verdictWords(patterns: readonly string[] | null, path: string): string {
  if (!isPath(path)) return 'This is no path of a project: write it relative, with “/” between names.'
  const match = matching(patterns, path)
  if (match === null) return 'May not write it: none of the patterns names this path.'
  return patterns === null ? 'May write it, as any other file.' : `May write it, by ${match}.`
}

function oddity(pattern: string): string {
  if (pattern.startsWith('/')) return 'it begins at the root of a disk, and should begin in the project.'
  if (pattern.endsWith('/')) return 'it ends with a slash: to mean all that lies in there, end it with /**.'
  if (/(?:^|\/)\.\.?(?:\/|$)/.test(pattern)) return 'it leads somewhere by “.” or “..”.'
  if (pattern.includes('\\')) return 'names are parted by “/”.'
  return 'names are relative, parted by “/”, and none is empty.'
}
