/** Code that is read: CodeMirror with line numbers, and beside the lines who wrote them. Part of the editor's chunk. */

import { syntaxHighlighting } from '@codemirror/language'
import { Compartment, EditorState, type Extension, RangeSet } from '@codemirror/state'
import { EditorView, gutter, GutterMarker, lineNumbers } from '@codemirror/view'
import { spliceBetween } from '../../replica/text-pieces.ts'
import { editorTheme } from '../task/editor-theme.ts'
import { codeColours } from './languages.ts'

/** A piece of text and whose it is. */
export interface Piece {
  readonly length: number
  readonly name: string
  /** What the pointer is told: the time, the right. */
  readonly title: string
}

interface Shown {
  readonly text: string
  /** From the first letter to the last, or null where nobody asked. */
  readonly pieces: readonly Piece[] | null
}

interface CodeOptions extends Shown {
  readonly parent: HTMLElement
  readonly label: string
  readonly language: Extension | null
}

export interface CodeView {
  /** Shows another text, or other authors; what stays keeps its place on the screen. */
  show(shown: Shown): void
  destroy(): void
}

export function mountCode({ parent, label, text, language, pieces }: CodeOptions): CodeView {
  const beside = new Compartment()
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        EditorState.readOnly.of(true),
        EditorView.editable.of(false),
        // A field that is read only, and yet the keyboard scrolls it.
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        EditorView.lineWrapping,
        beside.of(authors(pieces)),
        lineNumbers(),
        ...(language ? [language, syntaxHighlighting(codeColours)] : []),
        // What is named first wins.
        codeTheme,
        editorTheme,
      ],
    }),
  })
  return {
    show(next) {
      const { at, remove, insert } = spliceBetween(view.state.doc.toString(), next.text)
      view.dispatch({ changes: { from: at, to: at + remove, insert }, effects: beside.reconfigure(authors(next.pieces)) })
    },
    destroy: () => view.destroy(),
  }
}

class Author extends GutterMarker {
  readonly #piece: Piece
  constructor(piece: Piece) {
    super()
    this.#piece = piece
  }
  override eq(other: GutterMarker): boolean {
    return other instanceof Author && other.#piece.title === this.#piece.title && other.#piece.name === this.#piece.name
  }
  override toDOM(): Node {
    const element = document.createElement('span')
    element.textContent = this.#piece.name
    element.title = this.#piece.title
    return element
  }
}

/** A name at the first line of each stretch by one author; a line is of whoever wrote its first letter. */
function authors(pieces: readonly Piece[] | null): Extension {
  if (pieces === null) return []
  const starts: number[] = []
  let at = 0
  for (const { length } of pieces) {
    starts.push(at)
    at += length
  }
  return gutter({
    class: 'cm-authors',
    markers(view) {
      const marks = []
      let [piece, last] = [0, '']
      for (let number = 1; number <= view.state.doc.lines; number++) {
        const { from } = view.state.doc.line(number)
        while (piece + 1 < pieces.length && (starts[piece + 1] as number) <= from) piece++
        const owner = pieces[piece]
        if (!owner || owner.name + owner.title === last) continue
        last = owner.name + owner.title
        marks.push(new Author(owner).range(from))
      }
      return RangeSet.of(marks)
    },
  })
}

const codeTheme = EditorView.theme({
  '.cm-scroller': { fontFamily: 'var(--mono)', fontSize: 'var(--text-m)', lineHeight: '1.55' },
  '.cm-content:focus-visible': { outline: '2px solid var(--accent)', outlineOffset: '2px' },
  '.cm-gutters': { backgroundColor: 'transparent', border: '0', color: 'var(--ink-faint)' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 0.75rem 0 0.25rem', minWidth: '2.25rem' },
  '.cm-authors': { width: '8rem' },
  '.cm-authors .cm-gutterElement': {
    overflow: 'hidden',
    paddingRight: '0.5rem',
    fontFamily: 'var(--font)',
    fontSize: 'var(--text-s)',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
  },
})
