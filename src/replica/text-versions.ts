/**
 * The history of a text field: its versions, and who wrote which letters.
 *
 * A run is what one author wrote without a pause and with nobody in between, in canonical order; a version is the text after a run.
 * Nothing is kept beside the edits themselves: a version is put together again from the first ones when somebody looks at it.
 */

import { firstIndex } from '../base/first-index.ts'
import { decodeUpdate, type Doc } from 'yjs'
import { own } from '../core/crdt/own.ts'
import type { TextEdit, WorkNode } from '../core/fold.ts'
import type { History, Ref } from '../core/history.ts'
import type { ActorKey } from '../core/ids.ts'
import { applyTextEdit, projectText, textName } from './text.ts'

export interface Version {
  readonly actor: ActorKey
  /** The first and the last change of the run. */
  readonly first: Ref
  readonly last: Ref
  /** How many edits of the field lie before its end. */
  readonly edits: number
  /** False where all of the run was cut: it stands in the log and changes nothing. */
  readonly counts: boolean
}

/** What one author does within this time is one run. */
const PAUSE_MS = 600_000
const ACTOR_CHARS = 66

/** Oldest first. */
export function versionsOf(node: WorkNode, field: string, history: History): readonly Version[] {
  const versions: Version[] = []
  editsIn(node, field).forEach(({ ref, masked }, index) => {
    const actor = history.feedOf(Math.floor(ref / 256)).slice(0, ACTOR_CHARS) as ActorKey
    const open = versions.at(-1)
    const continues = open?.actor === actor && history.msOf(ref) - history.msOf(open.last) < PAUSE_MS
    const run = { actor, first: continues ? open.first : ref, last: ref, edits: index + 1 }
    const counts = masked !== true || (continues && open.counts)
    if (continues) versions.pop()
    versions.push({ ...run, counts })
  })
  return versions
}

/** The text as it was after the first `edits` edits. */
export function textAfter(node: WorkNode, field: string, history: History, edits: number): string {
  const doc = projectText({ ...node, texts: { [field]: editsIn(node, field).slice(0, edits) } }, field, history)
  const text = doc.getText(textName(node.id, field)).toString()
  doc.destroy()
  return text
}

/** A piece of the text as it reads now, and the change that wrote it. */
export interface Written {
  readonly length: number
  readonly ref: Ref
}

/** Which change wrote which letters, from the first letter to the last. */
export function writtenBy(node: WorkNode, field: string, history: History): readonly Written[] {
  const doc = projectText({ ...node, texts: {} }, field, history)
  const owners = new Owners()
  for (const edit of editsIn(node, field)) if (applyTextEdit(doc, node.id, field, edit, history)) owners.note(edit)
  const pieces = owners.pieces(doc, textName(node.id, field))
  doc.destroy()
  return pieces
}

/** Which change brought which clocks of a client. */
class Owners {
  readonly #byClient = new Map<number, { readonly ends: number[]; readonly refs: Ref[] }>()

  note({ update, ref }: TextEdit): void {
    for (const { id, length } of decodeUpdate(update).structs) {
      const known = this.#byClient.get(id.client) ?? { ends: [], refs: [] }
      this.#byClient.set(id.client, known)
      if (known.refs.at(-1) === ref) known.ends[known.ends.length - 1] = id.clock + length
      else {
        known.ends.push(id.clock + length)
        known.refs.push(ref)
      }
    }
  }

  pieces(doc: Doc, name: string): readonly Written[] {
    const pieces: Written[] = []
    for (let item = doc.getText(name)._start; item !== null; item = item.right) {
      const owned = this.#byClient.get(item.id.client)
      if (item.deleted || !owned) continue
      const end = item.id.clock + item.length
      let at = firstIndex(owned.ends, (end) => end > item.id.clock)
      for (let clock = item.id.clock; clock < end; at++) {
        const to = Math.min(end, owned.ends[at] ?? end)
        const [last, ref] = [pieces.at(-1), owned.refs[at] as Ref]
        if (last?.ref === ref) pieces[pieces.length - 1] = { ref, length: last.length + to - clock }
        else pieces.push({ ref, length: to - clock })
        clock = to
      }
    }
    return pieces
  }
}

function editsIn(node: WorkNode, field: string): readonly TextEdit[] {
  return own(node.texts, field) ?? []
}
