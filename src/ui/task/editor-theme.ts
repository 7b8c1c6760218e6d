/** The editor looks like the rendered text beside it: same measure, no frame of its own. */

import { EditorView } from '@codemirror/view'

export const editorTheme = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'transparent', fontSize: 'inherit' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font)', lineHeight: '1.6', overflow: 'visible' },
  '.cm-content': { padding: '0', caretColor: 'var(--ink)', minHeight: '7.5rem' },
  '.cm-line': { padding: '0' },
  '.cm-placeholder': { color: 'var(--ink-faint)' },
  '.cm-cursor': { borderLeft: '1.5px solid var(--ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'light-dark(#d9daff, #3f4290)',
  },
  '.cm-ySelectionCaret': { borderLeftWidth: '1.5px', borderRightWidth: '0' },
  // The name of who writes there stays readable, not only under the pointer.
  '.cm-ySelectionInfo': {
    opacity: '1',
    top: '-1.05em',
    padding: '0 0.3em',
    borderRadius: '0.25em 0.25em 0.25em 0',
    fontFamily: 'var(--font)',
    fontSize: '0.625rem',
    fontWeight: '600',
    lineHeight: '1.3',
    transitionDelay: '0s',
  },
  '.cm-ySelectionCaretDot': { display: 'none' },
})
