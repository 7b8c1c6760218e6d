/**
 * The law of the folders: an import goes to the same layer or down. Read off the source text, so imports must be written plainly:
 * a dynamic import or a worker whose address is computed could go anywhere and is refused.
 */

/** From the top down. `rules` stands outside: nothing imports it, and it looks at all. */
const LAYERS = ['hosts', 'ui', 'agents', ['api', 'sdk'], 'operations', 'replica', 'sync', 'store', 'log', 'core', 'base']

/** What `core` must not touch: its answers depend on its arguments alone. */
const IMPURE: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b/, 'reads a clock'],
  [/\bMath\.random\b|\bgetRandomValues\b|\brandomUUID\b/, 'draws at random'],
  [
    /\b(?:window|document|navigator|localStorage|indexedDB|self|fetch|WebSocket|Worker|BroadcastChannel)\s*[.(]/,
    'touches the browser',
  ],
  [/\b(?:setTimeout|setInterval|queueMicrotask|requestAnimationFrame)\s*\(/, 'waits'],
  [/\bprocess\s*\./, 'touches the process'],
]

/** Packages `core` may use: pure functions over bytes and text. */
const CORE_PACKAGES = /^(?:@noble\/|cborg$|cborg\/|fractional-indexing$|zod\/mini$)/

/** What is broken, one sentence each. `sources`: path below `src/` → text. */
export function brokenLayers(sources: ReadonlyMap<string, string>): string[] {
  return [...sources].flatMap(([path, text]) => brokenIn(path, text))
}

function brokenIn(path: string, text: string): string[] {
  const code = withoutComments(text)
  const layer = path.split('/')[0] as string
  if (layer === 'rules') return []
  const rank = rankOf(layer)
  if (rank < 0) return [`${path}: "${layer}" is no layer`]
  const broken: string[] = []
  for (const specifier of specifiersOf(code)) {
    if (specifier === undefined) {
      broken.push(`${path}: imports a computed address`)
      continue
    }
    if (!specifier.startsWith('.')) {
      if (layer === 'core' && !isTest(path) && !CORE_PACKAGES.test(specifier)) broken.push(`${path}: core imports ${specifier}`)
      continue
    }
    const target = resolveFrom(path, specifier)
    // Beside src/, such as package.json: hosts only, which is where files are read.
    if (target === undefined) {
      if (layer !== 'hosts') broken.push(`${path}: imports ${specifier}, outside src/`)
      continue
    }
    const to = rankOf(target.split('/')[0] as string)
    if (to < 0 || to < rank) broken.push(`${path}: imports ${target}, which lies above`)
  }
  if (layer === 'core' && !isTest(path)) {
    for (const [pattern, what] of IMPURE) if (pattern.test(code)) broken.push(`${path}: core ${what}`)
  }
  return broken
}

/** Tests, and suites that tests share, may use their tools anywhere; layers bind them like all others. */
function isTest(path: string): boolean {
  return /\.(?:browser\.)?(?:test|contract)\.tsx?$/.test(path)
}

function rankOf(layer: string): number {
  return LAYERS.findIndex((row) => (Array.isArray(row) ? row.includes(layer) : row === layer))
}

/** Every address a module names; `undefined` for one that is computed. */
function specifiersOf(code: string): (string | undefined)[] {
  // `import … from 'x'`, `import type …`, `export … from 'x'`, `import 'x'`; the clause holds names only.
  const plain = /(?:^|[;\n}])\s*(?:import|export)\b(?:[\w\s{},*$]*?\bfrom)?\s*(['"])([^'"\n]+)\1/g
  const loaded = /(?<![.\w$])import\s*\(\s*(?:(['"`])([^'"`\n$]+)\1\s*[,)])?/g
  // Types may name a module as well: `typeof import('x')` is caught by the line above.
  const placed = /\bnew\s+URL\(\s*(?:(['"`])([^'"`\n$]+)\1\s*,\s*)?[^)]*?import\.meta\.url/g
  return [plain, loaded, placed].flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[2]))
}

/** Path below `src/`, or nothing when it leads out of it. */
function resolveFrom(path: string, specifier: string): string | undefined {
  const url = new URL(specifier.replace(/\?.*$/, ''), `layers:/root/src/${path}`)
  return /^\/root\/src\/(.+)/.exec(url.pathname)?.[1]
}

/** Comments go, strings stay; what looks like a comment inside a string stays too. */
function withoutComments(text: string): string {
  return text.replaceAll(/(['"`])(?:\\.|(?!\1)[^\\\n])*\1|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (found, quote: string | undefined) =>
    quote ? found : ' ',
  )
}
