/**
 * Puts documents that belong together into one page for the stage of previews: `index.html` with the scripts, style sheets, modules
 * and pictures that it names by relative paths. Whatever is not a document of the workspace is left out, since the stage lets
 * nothing in from outside; the page says what. What the page is shown in walls it off (`public/preview.html`): here nothing is made safe.
 */

import { isPicture } from '../../core/mime.ts'
import { resolvePath, rewriteImports } from '../../core/module-links.ts'
import { parseInert } from '../trusted.ts'

export interface Part {
  readonly mime: string
  readonly content: string
}

/** The document at a path, or null. */
export type ReadPart = (path: string) => Part | null

export interface Bundle {
  readonly html: string
  /** What the page names and the workspace does not have, as it is named. */
  readonly missing: readonly string[]
}

/** Whether a document can be shown on the stage. */
export function canPreview(mime: string): boolean {
  return mime === 'text/html' || mime === 'image/svg+xml' || isPicture(mime)
}

export function buildPreview(path: string, read: ReadPart): Bundle {
  const part = read(path)
  if (!part) return { html: '', missing: [path] }
  if (isPicture(part.mime)) return { html: `<!doctype html><body><img alt="" src="${dataUrl(part)}">`, missing: [] }
  const bundler = new Bundler(read)
  return { html: bundler.page(part.content, path), missing: bundler.missing }
}

class Bundler {
  readonly #read: ReadPart
  readonly #modules = new Map<string, string>()
  readonly #missing = new Set<string>()

  constructor(read: ReadPart) {
    this.#read = read
  }

  get missing(): readonly string[] {
    return [...this.#missing]
  }

  page(html: string, path: string): string {
    const page = parseInert(html)
    for (const root of rootsIn(page)) this.#resolve(root, path)
    if (this.#modules.size > 0) {
      const map = page.createElement('script')
      map.type = 'importmap'
      setText(map, JSON.stringify({ imports: Object.fromEntries(this.#modules) }))
      page.head.prepend(map)
    }
    return `<!doctype html>${page.documentElement.outerHTML}`
  }

  #resolve(root: ParentNode, path: string): void {
    // Frames and what steers the page have no place on the stage.
    for (const gone of root.querySelectorAll('iframe, frame, frameset, object, embed, base, meta')) gone.remove()
    for (const link of root.querySelectorAll('link')) this.#inlineSheet(link, path)
    for (const style of root.querySelectorAll('style')) setText(style, this.#css(style.textContent, path))
    for (const styled of root.querySelectorAll('[style]'))
      styled.setAttribute('style', this.#css(styled.getAttribute('style') ?? '', path))
    for (const script of root.querySelectorAll('script')) this.#script(script, path)
    for (const shown of root.querySelectorAll('img, source, video, audio, input, track')) {
      shown.removeAttribute('srcset')
      for (const name of ['src', 'poster']) this.#address(shown, name, path)
    }
    for (const drawn of root.querySelectorAll('image, feImage'))
      for (const name of ['href', 'xlink:href']) this.#address(drawn, name, path)
    // A link leads out of the stage, where nothing may go; one inside of the page works.
    for (const link of root.querySelectorAll('a[href], area[href]'))
      if (!link.getAttribute('href')?.startsWith('#')) link.removeAttribute('href')
  }

  #inlineSheet(link: HTMLLinkElement, path: string): void {
    const href = link.getAttribute('href') ?? ''
    const sheet = /\bstylesheet\b/i.test(link.rel) ? this.#part(href, path) : null
    if (!sheet) return link.remove()
    const style = link.ownerDocument.createElement('style')
    if (link.media) style.media = link.media
    setText(style, this.#css(sheet.content, sheet.path))
    link.replaceWith(style)
  }

  #script(script: HTMLScriptElement, path: string): void {
    const type = script.type.trim().toLowerCase()
    const isModule = type === 'module'
    const runs = isModule || type === '' || /^(?:text|application)\/(?:java|ecma)script$/.test(type)
    // Data for the page's own scripts may stay; what steers the browser may not.
    const isData = /^(?:text\/(?!html)|application\/(?:ld\+)?json)/.test(type)
    if (!runs) return isData ? undefined : script.remove()
    const src = script.getAttribute('src')
    const part = src === null ? { content: script.textContent, path } : this.#part(src, path)
    if (!part) return script.remove()
    // Its code stands in the page: the names of what belongs together mean nothing on the stage.
    for (const name of ['src', 'integrity', 'crossorigin', 'nonce']) script.removeAttribute(name)
    setText(script, isModule ? this.#module(part.content, part.path) : part.content)
    // What waits for the page comes last, as modules do by themselves.
    if (src !== null && !isModule && script.defer) script.ownerDocument.body.append(script)
  }

  /** Imports by relative paths become names that the page's import map knows. */
  #module(code: string, path: string): string {
    return rewriteImports(code, (specifier) => {
      const part = this.#part(specifier, path)
      if (!part) return null
      const name = `artefact:/${part.path}`
      if (!this.#modules.has(name)) {
        // First its name: modules may import each other.
        this.#modules.set(name, '')
        this.#modules.set(name, dataUrl({ mime: 'text/javascript', content: this.#module(part.content, part.path) }))
      }
      return name
    })
  }

  #css(css: string, path: string, depth = 0): string {
    const imported = css.replace(CSS_IMPORT, (whole, _open: string, href: string) => {
      const sheet = depth < IMPORT_DEPTH ? this.#part(href, path) : null
      return sheet ? this.#css(sheet.content, sheet.path, depth + 1) : whole.startsWith('@') ? '' : whole
    })
    return imported.replace(CSS_URL, (whole, _quote: string, href: string) => {
      if (/^(?:data:|#)/i.test(href)) return whole
      const part = this.#part(href, path)
      return part ? `url("${dataUrl(part)}")` : 'none'
    })
  }

  #address(element: Element, name: string, path: string): void {
    const href = element.getAttribute(name)
    if (href === null || /^(?:data:|#)/i.test(href)) return
    const part = this.#part(href, path)
    if (part) element.setAttribute(name, dataUrl(part))
    else element.removeAttribute(name)
  }

  #part(href: string, from: string): (Part & { readonly path: string }) | null {
    const path = resolvePath(href, from)
    const part = path === null ? null : this.#read(path)
    if (part && path !== null) return { ...part, path }
    if (href !== '') this.#missing.add(href)
    return null
  }
}

const CSS_IMPORT = /@import\s+(url\(\s*)?["']?([^"')\s;]+)["']?\s*\)?[^;]*;/gi
const CSS_URL = /\burl\(\s*(["']?)([^"')]+)\1\s*\)/gi
const IMPORT_DEPTH = 8

/** The page and what lies in its templates, each of which is a tree of its own. */
function rootsIn(page: ParentNode): ParentNode[] {
  return [page, ...[...page.querySelectorAll('template')].flatMap(({ content }) => rootsIn(content))]
}

function dataUrl({ mime, content }: Part): string {
  if (isPicture(mime)) return `data:${mime};base64,${base64In(content)}`
  return `data:${mime};charset=utf-8,${encodeURIComponent(content)}`
}

/** Of a picture that is kept as base64, with or without the address that it began as. */
export function base64In(content: string): string {
  return content.replace(/^data:[^,]*,/, '').replace(/[^A-Za-z0-9+/=]/g, '')
}

/** Text of a script or a style sheet, in a document that runs nothing; what would end it early is written in its other way. */
function setText(element: Element, text: string): void {
  const whole = text.replace(/<(?=\/(?:script|style))/gi, '<\\').replace(/<!--/g, '<\\!--')
  element.replaceChildren(element.ownerDocument.createTextNode(whole))
}
