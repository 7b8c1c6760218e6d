/** What kind of thing a document is, told from the end of its path where nobody has said it. */

const BY_EXTENSION: Readonly<Record<string, string>> = {
  avif: 'image/avif',
  cjs: 'text/javascript',
  css: 'text/css',
  csv: 'text/csv',
  gif: 'image/gif',
  htm: 'text/html',
  html: 'text/html',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  js: 'text/javascript',
  json: 'application/json',
  md: 'text/markdown',
  mjs: 'text/javascript',
  png: 'image/png',
  svg: 'image/svg+xml',
  ts: 'text/typescript',
  tsx: 'text/typescript',
  webp: 'image/webp',
  xml: 'application/xml',
}

/** `src/app.ts` → `ts`; '' where the name has no end. */
export function extensionOf(path: string): string {
  return /[^/]\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? ''
}

export function mimeOf(path: string): string {
  const extension = extensionOf(path)
  return Object.hasOwn(BY_EXTENSION, extension) ? (BY_EXTENSION[extension] as string) : 'text/plain'
}

/** Pictures whose bytes stand in a document as base64; SVG is text like any other. */
export function isPicture(mime: string): boolean {
  return /^image\/(?:avif|gif|jpeg|png|webp)$/.test(mime)
}
