/** How modules name each other: imports by relative paths, and what such a path means seen from a file. */

/** Calls `replace` for each import by a relative path; what it answers is written in the path's place, null leaves it. */
export function rewriteImports(code: string, replace: (specifier: string) => string | null): string {
  return code.replace(IMPORT, (whole, before: string, quote: string, specifier: string) => {
    const other = replace(specifier)
    return other === null ? whole : `${before}${quote}${other}${quote}`
  })
}

/** The relative imports of a module, each once, in order. */
export function importsIn(code: string): readonly string[] {
  return [...new Set([...code.matchAll(IMPORT)].map((match) => match[3] as string))]
}

/** `../app.js` seen from `web/pages/index.html` → `web/app.js`; null for what lies outside. */
export function resolvePath(href: string, from: string): string | null {
  if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(href)) return null
  let path = href.replace(/[?#][^]*$/, '')
  try {
    path = decodeURIComponent(path)
  } catch {
    // Not encoded, then: it is what it says.
  }
  const segments = path.startsWith('/') ? [] : from.split('/').slice(0, -1)
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') segments.push(segment)
    else if (segments.pop() === undefined) return null
  }
  return segments.join('/')
}

/** Each stretch of space is looked at by one part alone, so that a text of nothing else costs its length and no more. */
const IMPORT = /(\bfrom\s*|\bimport\s*(?:\(\s*)?)(["'])(\.{0,2}\/[^"'\n]+)\2/g
