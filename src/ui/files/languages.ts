/** Languages of the editor, by the end of a path. Each is a chunk of its own, loaded when the first such document is opened. */

import { HighlightStyle, LRLanguage, StreamLanguage } from '@codemirror/language'
import type { Extension } from '@codemirror/state'
import { tags } from '@lezer/highlight'
import { extensionOf } from '../../core/mime.ts'

/** Colours of code, readable on light and dark. */
export const codeColours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier, tags.tagName], color: 'var(--hue-6)' },
  { tag: [tags.string, tags.special(tags.string), tags.attributeValue, tags.regexp], color: 'var(--hue-3)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom, tags.unit, tags.color], color: 'var(--hue-1)' },
  { tag: [tags.comment, tags.meta], color: 'var(--ink-faint)', fontStyle: 'italic' },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.labelName], color: 'var(--hue-5)' },
  { tag: [tags.typeName, tags.className, tags.namespace], color: 'var(--hue-4)' },
  { tag: [tags.propertyName, tags.attributeName, tags.definition(tags.variableName)], color: 'var(--hue-5)' },
])

/** Null for plain text. Markdown is the editor's own. */
export async function languageOf(path: string): Promise<Extension | null> {
  const extension = extensionOf(path)
  switch (extension) {
    case 'js':
    case 'mjs':
    case 'cjs':
    case 'jsx':
    case 'ts':
    case 'tsx': {
      const { parser } = await import('@lezer/javascript')
      const dialect = /^tsx?$/.test(extension) ? (extension === 'tsx' ? 'ts jsx' : 'ts') : 'jsx'
      return language(extension, parser.configure({ dialect }))
    }
    case 'css':
      return language(extension, (await import('@lezer/css')).parser)
    case 'html':
    case 'htm':
    case 'svg':
    case 'xml': {
      const [html, css, js] = await Promise.all([import('@lezer/html'), import('@lezer/css'), import('@lezer/javascript')])
      const wrap = html.configureNesting([
        { tag: 'script', parser: js.parser },
        { tag: 'style', parser: css.parser },
      ])
      return language(extension, html.parser.configure({ wrap }))
    }
    case 'json':
      return language(extension, (await import('@lezer/json')).parser)
    case 'py':
      return language(extension, (await import('@lezer/python')).parser)
    case 'yml':
    case 'yaml':
      return StreamLanguage.define((await import('@codemirror/legacy-modes/mode/yaml')).yaml)
    case 'sh':
      return StreamLanguage.define((await import('@codemirror/legacy-modes/mode/shell')).shell)
    case 'toml':
      return StreamLanguage.define((await import('@codemirror/legacy-modes/mode/toml')).toml)
    case 'rs':
      return StreamLanguage.define((await import('@codemirror/legacy-modes/mode/rust')).rust)
    case 'go':
      return StreamLanguage.define((await import('@codemirror/legacy-modes/mode/go')).go)
    case 'sql':
      return StreamLanguage.define((await import('@codemirror/legacy-modes/mode/sql')).standardSQL)
    default:
      return null
  }
}

type LRParser = Parameters<typeof LRLanguage.define>[0]['parser']

function language(name: string, parser: LRParser): Extension {
  return LRLanguage.define({ name, parser })
}
