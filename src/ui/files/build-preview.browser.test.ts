import { expect, test } from 'vitest'
import { resolvePath } from '../../core/module-links.ts'
import { base64In, buildPreview, canPreview, type Part } from './build-preview.ts'

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html',
  css: 'text/css',
  js: 'text/javascript',
  svg: 'image/svg+xml',
  png: 'image/png',
}

function built(files: Readonly<Record<string, string>>, entry = 'web/index.html') {
  const { html, missing } = buildPreview(entry, (path): Part | null =>
    Object.hasOwn(files, path)
      ? { mime: TYPES[path.split('.').at(-1) ?? ''] ?? 'text/plain', content: files[path] as string }
      : null,
  )
  return { page: new DOMParser().parseFromString(html, 'text/html'), html, missing }
}

test.each([
  ['app.js', 'web/index.html', 'web/app.js'],
  ['./lib/a.js?v=1#x', 'web/index.html', 'web/lib/a.js'],
  ['../shared/a.css', 'web/pages/index.html', 'web/shared/a.css'],
  ['/root.js', 'web/index.html', 'root.js'],
  ['a%20b.js', 'index.html', 'a b.js'],
  ['100%.js', 'index.html', '100%.js'],
  ['../../up.js', 'web/index.html', null],
  ['https://x.example/a.js', 'index.html', null],
  ['//x.example/a.js', 'index.html', null],
  ['data:text/javascript,1', 'index.html', null],
])('%s in %s is %s', (href, from, expected) => {
  expect(resolvePath(href, from)).toBe(expected)
})

test('scripts, sheets and pictures come into the page; what is not there is named and left out', () => {
  const { page, missing } = built({
    'web/index.html':
      '<link rel=stylesheet href=style.css media=screen><script src=app.js defer></script><script src=https://x.example/s.js></script><img src=dot.png srcset="dot.png 2x"><img src=gone.png><p>x</p>',
    'web/style.css': '@import "more.css"; p { background: url(dot.png); mask: url(https://x.example/m.png) }',
    'web/more.css': 'p { color: red }',
    'web/app.js': 'document.title = "</script>"',
    'web/dot.png': 'data:image/png;base64,iVBORw0KGgo=',
  })
  expect(page.querySelector('style')?.media).toBe('screen')
  expect(page.querySelector('style')?.textContent).toBe(
    'p { color: red } p { background: url("data:image/png;base64,iVBORw0KGgo="); mask: none }',
  )
  expect([...page.querySelectorAll('script')].map(({ textContent }) => textContent)).toEqual(['document.title = "<\\/script>"'])
  // What waited for the page comes last.
  expect(page.body.lastElementChild?.localName).toBe('script')
  expect([...page.querySelectorAll('img')].map((img) => img.outerHTML)).toEqual([
    '<img src="data:image/png;base64,iVBORw0KGgo=">',
    '<img>',
  ])
  expect(missing).toEqual(['https://x.example/m.png', 'https://x.example/s.js', 'gone.png'])
})

test('modules find each other by a map, in circles too', () => {
  const { page } = built({
    'web/index.html': '<script type=module>import { a } from "./a.js"; import("../lib/c.js")</script>',
    'web/a.js': "import { b } from './b.js'; export const a = () => b",
    'web/b.js': "import { a } from './a.js'; export const b = a; export * from 'bare'",
    'lib/c.js': '',
  })
  const map = JSON.parse(page.querySelector('script[type=importmap]')?.textContent ?? '') as { imports: Record<string, string> }
  expect(Object.keys(map.imports).toSorted()).toEqual(['artefact:/lib/c.js', 'artefact:/web/a.js', 'artefact:/web/b.js'])
  expect(decodeURIComponent(map.imports['artefact:/web/b.js'] ?? '')).toContain(
    "from 'artefact:/web/a.js'; export const b = a; export * from 'bare'",
  )
  expect(page.head.firstElementChild?.getAttribute('type')).toBe('importmap')
})

test('frames, bases, refreshes and ways out are not taken along, from templates neither', () => {
  const { html } = built({
    'web/index.html':
      '<base href=//x><meta http-equiv=refresh content="0;url=//x"><iframe src=//x></iframe><template><iframe srcdoc=x></iframe></template><a href=//x>out</a><a href=#in>in</a><script type=speculationrules>{}</script>',
  })
  expect(html).not.toMatch(/iframe|base|refresh|speculation|\/\/x/)
  expect(html).toContain('<a>out</a><a href="#in">in</a>')
})

test('sheets that import each other end', () => {
  const { html } = built({
    'web/index.html': '<style>@import "a.css";</style>',
    'web/a.css': '@import "b.css"; a{}',
    'web/b.css': '@import "a.css"; b{}',
  })
  expect(html.match(/b\{\}/g)?.length).toBeLessThan(10)
})

test('pictures and drawings are shown by themselves', () => {
  expect(built({ 'p.png': ' iVBOR\nw0KGgo= "><b>' }, 'p.png').html).toBe(
    '<!doctype html><body><img alt="" src="data:image/png;base64,iVBORw0KGgo=b">',
  )
  expect(built({ 'p.svg': '<svg><circle r="4"/></svg>' }, 'p.svg').page.querySelector('circle')).not.toBeNull()
  expect(['text/html', 'image/svg+xml', 'image/png', 'text/plain', 'text/javascript'].map(canPreview)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ])
  expect(base64In('data:image/png;base64,AAAA')).toBe('AAAA')
})
