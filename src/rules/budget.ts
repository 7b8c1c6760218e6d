/**
 * How heavy the site may be, gzipped, read off Vite's manifest: what the first paint waits for, and what comes later.
 * A chunk that only workers load is counted as a late one.
 */

const KIB = 1024

export const BUDGET = {
  /** The entry and all it imports statically. */
  first: 96 * KIB,
  /** The style sheets of those, which the first paint waits for as well; of a view, with the view. */
  firstCss: 6 * KIB,
  lateCss: 5 * KIB,
  /** The text editor, loaded when a text is opened. */
  editor: 115 * KIB,
  /** The SDK of model providers, loaded when an agent that thinks by one is begun in this tab. */
  models: 96 * KIB,
  late: 40 * KIB,
} as const

export interface Chunk {
  readonly file: string
  readonly name?: string
  readonly isEntry?: boolean
  readonly imports?: readonly string[]
  readonly css?: readonly string[]
}

export type Manifest = Readonly<Record<string, Chunk>>

/** What is over its budget, one sentence each. `assets`: every script and style sheet that was built, by name; `gzipped`: their sizes. */
export function overBudget(manifest: Manifest, gzipped: ReadonlyMap<string, number>): string[] {
  const entries = Object.keys(manifest).filter((key) => manifest[key]?.isEntry)
  if (entries.length === 0) return ['the manifest names no entry']
  const first = withImports(manifest, entries)
  const firstFiles = new Set([...first].map((key) => (manifest[key] as Chunk).file))
  const firstStyles = new Set([...first].flatMap((key) => manifest[key]?.css ?? []))
  const lateStyles = [...gzipped.keys()].filter((file) => file.endsWith('.css') && !firstStyles.has(file))
  const late = [...gzipped.keys()].filter((file) => file.endsWith('.js') && !firstFiles.has(file))
  return [
    ...over('the first paint', [...firstFiles], BUDGET.first),
    ...over('the styles of the first paint', [...firstStyles], BUDGET.firstCss),
    ...lateStyles.flatMap((file) => over(file, [file], BUDGET.lateCss)),
    ...late.flatMap((file) => over(file, [file], budgetOf(file))),
  ]

  function over(what: string, files: readonly string[], budget: number): string[] {
    const missing = files.filter((file) => !gzipped.has(file))
    if (missing.length > 0) return [`${what}: ${missing.join(', ')} was not built`]
    const size = files.reduce((sum, file) => sum + (gzipped.get(file) as number), 0)
    return size > budget ? [`${what} weighs ${kib(size)}, more than ${kib(budget)}`] : []
  }
}

function withImports(manifest: Manifest, keys: readonly string[]): Set<string> {
  const reached = new Set(keys)
  for (const key of reached) for (const next of manifest[key]?.imports ?? []) reached.add(next)
  return reached
}

function budgetOf(file: string): number {
  if (/(?:^|\/)editor-[^/]+\.js$/.test(file)) return BUDGET.editor
  return /(?:^|\/)ai-sdk-model-[^/]+\.js$/.test(file) ? BUDGET.models : BUDGET.late
}

function kib(bytes: number): string {
  return `${(bytes / KIB).toFixed(1)} KiB`
}
