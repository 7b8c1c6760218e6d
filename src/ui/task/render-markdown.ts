/**
 * Markdown as React elements. What others wrote never becomes HTML of ours: micromark's output is parsed in a document that
 * runs nothing and loads nothing, and only elements in the list below come over, with no attributes but a checked address.
 * Images are shown as links: merely opening a task must not tell a stranger's server that one is here.
 */

import { micromark } from 'micromark'
import { createElement, Fragment, type ReactNode } from 'react'
import { parseInert } from '../trusted.ts'

const TAGS = new Set([
  'p',
  'br',
  'hr',
  'em',
  'strong',
  'code',
  'pre',
  'blockquote',
  'ul',
  'ol',
  'li',
  'a',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
])

export function renderMarkdown(source: string): ReactNode {
  const html = micromark(source, { extensions: [{ disable: { null: ['labelStartImage', 'htmlFlow', 'htmlText'] } }] })
  const { body } = parseInert(html)
  return createElement(Fragment, null, ...children(body))
}

function children(parent: Node): ReactNode[] {
  return [...parent.childNodes].map((child, i) => toReact(child, String(i)))
}

function toReact(node: Node, key: string): ReactNode {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent
  if (!(node instanceof Element)) return null
  const tag = node.localName
  if (!TAGS.has(tag)) return node.textContent
  if (tag === 'br' || tag === 'hr') return createElement(tag, { key })
  if (tag === 'a') return link(node, key)
  // A task has a heading of its own: those of its text come two below it.
  const level = /^h(\d)$/.exec(tag)?.[1]
  const shown = level ? `h${Math.min(6, Number(level) + 2)}` : tag
  return createElement(shown, tag === 'ol' ? { key, start: Number(node.getAttribute('start') ?? 1) } : { key }, ...children(node))
}

function link(node: Element, key: string): ReactNode {
  const href = node.getAttribute('href') ?? ''
  if (!/^(?:https?|mailto):/i.test(href)) return createElement('span', { key }, ...children(node))
  return createElement('a', { key, href, target: '_blank', rel: 'noopener noreferrer nofollow' }, ...children(node))
}
