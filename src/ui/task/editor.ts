/**
 * The Markdown editor: CodeMirror on an open text. A chunk of its own, loaded when somebody begins to write.
 *
 * When the log turns out differently the text is another document (`onReplaced`): the view is then built anew in the same
 * turn, so that no keystroke falls between, with its place and the cursor kept as well as lines allow.
 */

import { defaultKeymap } from '@codemirror/commands'
import { HighlightStyle, Language, defineLanguageFacet, syntaxHighlighting } from '@codemirror/language'
import { Compartment, EditorState, type Extension } from '@codemirror/state'
import { drawSelection, EditorView, keymap, placeholder as placeholderText } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { GFM, parser } from '@lezer/markdown'
import { yCollab, yUndoManagerKeymap } from 'y-codemirror.next'
import type { Awareness } from 'y-protocols/awareness'
import { UndoManager } from 'yjs'
import { LOCAL } from '../../core/limits.ts'
import type { OpenText } from '../../replica/text-session.ts'
import { codeColours, languageOf } from '../files/languages.ts'
import type { Observable } from '../session.ts'
import { cursorsFor } from './cursors.ts'
import { editorTheme } from './editor-theme.ts'

export interface EditorOptions {
  readonly parent: HTMLElement
  readonly text: OpenText
  readonly awareness: Observable<Awareness | null>
  readonly label: string
  readonly placeholder: string
  /** The end of a path says another language than Markdown. */
  readonly path?: string | undefined
  /** Called on Escape and Mod-Enter. */
  readonly onDone: () => void
  /** The text is as long as a text may be. */
  readonly onFull: () => void
}

export interface Editor {
  focus(): void
  destroy(): void
}

export { mountCode } from '../files/code.ts'
export { languageOf }

const markdown = new Language(defineLanguageFacet({ commentTokens: {} }), parser.configure([GFM]), [], 'markdown')
const highlight = HighlightStyle.define([
  { tag: tags.heading, fontWeight: '650', color: 'var(--ink)' },
  { tag: tags.strong, fontWeight: '650' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: tags.strikethrough, textDecoration: 'line-through' },
  { tag: tags.monospace, fontFamily: 'var(--mono)', fontSize: '0.92em' },
  { tag: [tags.link, tags.url], color: 'var(--accent)' },
  { tag: tags.quote, color: 'var(--ink-soft)' },
  { tag: [tags.processingInstruction, tags.contentSeparator, tags.labelName], color: 'var(--ink-faint)' },
])

function isMarkdown(path: string): boolean {
  return /\.(?:md|markdown|mdx)$/i.test(path)
}

/** A letter takes three bytes at most in what is sent and stored. */
const MOST_CHARS = Math.floor(LOCAL.textBytes / 3)

export function mountEditor(options: EditorOptions): Editor {
  const { parent, text, awareness } = options
  let undo = new UndoManager(text.text)
  let spoken: Extension = options.path === undefined || isMarkdown(options.path) ? markdown.extension : []
  let view = build()
  if (options.path !== undefined && !isMarkdown(options.path)) void speak(options.path)
  const stops = [
    text.onReplaced(rebuild),
    awareness.subscribe(() => view.dispatch({ effects: shared.reconfigure(collaboration()) })),
  ]
  return {
    focus: () => view.focus(),
    destroy() {
      for (const stop of stops) stop()
      view.destroy()
      leave()
    },
  }

  function build(): EditorView {
    return new EditorView({ parent, state: EditorState.create({ doc: text.text.toString(), extensions: extensions() }) })
  }

  function extensions() {
    return [
      drawSelection(),
      EditorView.lineWrapping,
      language.of(spoken),
      syntaxHighlighting(highlight),
      syntaxHighlighting(codeColours),
      placeholderText(options.placeholder),
      EditorState.changeFilter.of((transaction) => {
        const fits =
          !transaction.isUserEvent('input') ||
          transaction.newDoc.length <= MOST_CHARS ||
          transaction.newDoc.length < transaction.startState.doc.length
        if (!fits) queueMicrotask(options.onFull)
        return fits
      }),
      EditorView.contentAttributes.of({ 'aria-label': options.label, spellcheck: 'true' }),
      EditorView.editable.of(text.writable),
      EditorView.domEventHandlers({
        blur() {
          text.flush()
          leave()
        },
      }),
      keymap.of([
        { key: 'Escape', run: done, stopPropagation: true },
        { key: 'Mod-Enter', run: done },
        ...yUndoManagerKeymap,
        ...defaultKeymap,
      ]),
      shared.of(collaboration()),
      editorTheme,
    ]
  }

  function collaboration() {
    const known = awareness.get()
    // The package's types want a whole Awareness; it uses what `cursorsFor` gives.
    return yCollab(text.text, known ? cursorsFor(known, text.name) : null, { undoManager: undo })
  }

  function done(): boolean {
    options.onDone()
    return true
  }

  /** Its colours come a moment later than the text. */
  async function speak(path: string): Promise<void> {
    spoken = (await languageOf(path)) ?? []
    view.dispatch({ effects: language.reconfigure(spoken) })
  }

  function rebuild(): void {
    const { scrollTop } = view.scrollDOM
    const { head } = view.state.selection.main
    const hadFocus = view.hasFocus
    view.destroy()
    undo.destroy()
    undo = new UndoManager(text.text)
    view = build()
    view.dispatch({ selection: { anchor: Math.min(head, view.state.doc.length) } })
    view.scrollDOM.scrollTop = scrollTop
    if (hadFocus) view.focus()
  }

  /** Others no longer see our cursor. */
  function leave(): void {
    const known = awareness.get()
    if (known?.getLocalState()?.['cursor']) known.setLocalStateField('cursor', null)
  }
}

const shared = new Compartment()
const language = new Compartment()
