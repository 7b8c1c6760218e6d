/**
 * The law of Undo, as far as it can be read off the source: nothing in the UI runs an operation that takes something away or moves it
 * but `ui/act.ts`, which offers the way back.
 */

/** What is broken, one sentence each. `sources`: path below `src/` → text; `lawful`: the operations that offer Undo. */
export function brokenUndo(sources: ReadonlyMap<string, string>, lawful: readonly string[]): string[] {
  const past = new RegExp(`\\brun\\(\\s*(?:\\{[^}]*\\}\\s*,\\s*)?['"\`](${lawful.join('|')})['"\`]`, 'g')
  return [...sources]
    .filter(([path]) => path.startsWith('ui/') && path !== 'ui/act.ts' && !isTest(path))
    .flatMap(([path, text]) => [...text.matchAll(past)].map(([, name]) => `${path}: runs ${name} without its way back`))
}

function isTest(path: string): boolean {
  return /\.(?:test|fixture)\.tsx?$|(?:^|\/)test-session\.ts$/.test(path)
}
