/**
 * A text field that is open for typing.
 *
 *   typing ──> live document ──300 ms──> one signed text change ──> log ──> logged document
 *
 * `logged` is what the log says, put together in canonical order; `live` is the same plus what was typed and not written
 * yet. Edits of others that come last in canonical order go into both. When one comes in between, or a fork decides
 * otherwise about old ones, `logged` is put together anew. Where `live` can then not follow (its letters have no place in
 * the log any more) it is replaced, words not yet written are carried over, and whoever shows the text is told to take the
 * new one. So at rest every replica shows exactly what the log says, and no typing is lost on the way.
 */

import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector, mergeUpdates, type Text } from 'yjs'
import { assert } from '../base/assert.ts'
import { createEmitter } from '../base/emitter.ts'
import { rightFor } from '../core/fields.ts'
import type { TextEdit, WorkNode } from '../core/fold.ts'
import type { NodeId } from '../core/ids.ts'
import type { Replica } from './replica.ts'
import { carryOver, piecesOf } from './text-pieces.ts'
import { applyTextEdit, continuesText, projectText, textClientId, textName, updateOf } from './text.ts'

export interface OpenText {
  /** The live document and its text; others after `onReplaced`. */
  readonly doc: Doc
  readonly text: Text
  /** The name of the text in its document. */
  readonly name: string
  /** Whether there is typing that is not in the log yet. */
  readonly unsent: boolean
  /** Whether this actor may write here. */
  readonly writable: boolean
  /** Writes what was typed, at once: on blur, and before the page goes. */
  flush(): void
  /** `doc` and `text` are other ones now. Take them before anything more is typed: the call is synchronous. */
  onReplaced(listener: () => void): () => void
  /** Writes what was typed and lets go. */
  close(): void
}

/** Runs something later; answers how to call it off. */
export type Later = (run: () => void, ms: number) => () => void

const TYPING_MS = 300
/** Marks changes of the live document that came from the log. */
const FROM_LOG = 'log'

export function openText(replica: Replica, id: NodeId, field: string, later: Later = afterMs): OpenText {
  const { history } = replica
  const client = textClientId(replica.feedName, id, field)
  const replaced = createEmitter<void>()
  let lastSeen: WorkNode | undefined
  let logged = projectText(node(), field, history)
  let live = liveCopy()
  let source = edits()
  let taken = source.length
  let last = source.at(-1)?.ref
  let chains = history.chainCount
  let unsent: Uint8Array[] = []
  let callOff: (() => void) | null = null
  const stop = replica.views.onChanged((touched) => {
    if (touched.has(id) || history.chainCount !== chains) take()
  })

  return {
    get doc() {
      return live
    },
    get text() {
      return textIn(live)
    },
    name: textName(id, field),
    get unsent() {
      return unsent.length > 0
    },
    get writable() {
      return mayWrite()
    },
    flush,
    onReplaced: replaced.on,
    close() {
      flush()
      stop()
      callOff?.()
      live.destroy()
      logged.destroy()
    },
  }

  function flush(): void {
    callOff?.()
    callOff = null
    if (unsent.length === 0 || !mayWrite()) return
    take()
    const update = mergeUpdates(unsent)
    if (!continuesText(logged, update, client)) return replace(contentOf(logged))
    unsent = []
    // Our own listener takes it into `logged` before this returns.
    replica.transact(null, (tx) => {
      for (const piece of piecesOf(update)) tx.text(id, field, piece)
    })
  }

  /** Brings both documents in step with the log. */
  function take(): void {
    const all = edits()
    // Another array: edits were taken out, masked or brought back.
    const isContinued = taken === 0 || (all === source && all[taken - 1]?.ref === last)
    const inOrder = history.chainCount === chains && isContinued
    if (inOrder && all.length === taken) return
    const base = unsent.length > 0 ? contentOf(logged) : null
    if (inOrder) {
      for (const edit of all.slice(taken)) if (applyTextEdit(logged, id, field, edit, history)) intoLive(updateOf(edit))
    } else {
      logged.destroy()
      logged = projectText(node(), field, history)
      intoLive(encodeStateAsUpdate(logged, encodeStateVector(live)))
    }
    source = all
    taken = all.length
    last = all.at(-1)?.ref
    chains = history.chainCount
    if (base === null) {
      if (!sameText(textIn(live), textIn(logged))) replace(contentOf(live))
    } else if (!continuesText(logged, mergeUpdates(unsent), client)) replace(base)
    // Only what is written can be compared with the log letter by letter.
    else if (!inOrder) flush()
  }

  /** A new live document from the log; what was done to `base` and is not written is done to it again. */
  function replace(base: string): void {
    const mine = contentOf(live)
    live.destroy()
    unsent = []
    live = liveCopy()
    const words = carryOver(base, mine, contentOf(logged))
    live.transact(() => {
      const text = textIn(live)
      if (words.remove > 0) text.delete(words.at, words.remove)
      if (words.insert !== '') text.insert(words.at, words.insert)
    })
    replaced.emit()
  }

  function liveCopy(): Doc {
    const doc = new Doc({ gc: false })
    applyUpdate(doc, encodeStateAsUpdate(logged), FROM_LOG)
    doc.clientID = client
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === FROM_LOG) return
      unsent.push(update)
      callOff ??= later(flush, TYPING_MS)
    })
    return doc
  }

  /** Yjs takes another client id when letters of its own come from outside; ours is derived and stays. */
  function intoLive(update: Uint8Array): void {
    live.clientID = 0
    applyUpdate(live, update, FROM_LOG)
    live.clientID = client
  }

  function textIn(doc: Doc): Text {
    return doc.getText(textName(id, field))
  }

  function contentOf(doc: Doc): string {
    return textIn(doc).toString()
  }

  /** The node as it is; as it was last, while it is not there because its create was cut. */
  function node(): WorkNode {
    lastSeen = replica.nodes.get(id) ?? lastSeen
    assert(lastSeen, 'a text is opened on a node that is here')
    return lastSeen
  }

  function edits(): readonly TextEdit[] {
    return node().texts[field] ?? NO_EDITS
  }

  function mayWrite(): boolean {
    const there = replica.nodes.get(id)
    return there !== undefined && replica.may(rightFor('text', field, there.type, there.creator === replica.actor), there)
  }
}

const NO_EDITS: readonly TextEdit[] = []

/** Whether two texts are the same letters by the same hands in the same order, deleted ones included: then they stay the same. */
function sameText(a: Text, b: Text): boolean {
  const [x, y] = [runsOf(a), runsOf(b)]
  return x.length === y.length && x.every((run, i) => run === y[i])
}

function runsOf(text: Text): string[] {
  const runs: string[] = []
  let open: { client: number; from: number; next: number; deleted: boolean } | null = null
  for (let item = text._start; item !== null; item = item.right) {
    const { client, clock } = item.id
    if (open && open.client === client && open.next === clock && open.deleted === item.deleted) {
      open.next += item.length
      continue
    }
    if (open) runs.push(`${open.client}:${open.from}-${open.next}${open.deleted ? 'x' : ''}`)
    open = { client, from: clock, next: clock + item.length, deleted: item.deleted }
  }
  if (open) runs.push(`${open.client}:${open.from}-${open.next}${open.deleted ? 'x' : ''}`)
  return [text.toString(), ...runs]
}

function afterMs(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms)
  return () => clearTimeout(timer)
}
