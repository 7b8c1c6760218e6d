/**
 * The state hash: one number that two replicas compare to know that they hold the same tree.
 *
 * SHA-256 over every node in the order of ids: facts, every version of every register, every live tag, the text as read.
 * It names changes by batch id and index, never by local ordinals.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { toHex, utf8 } from '../base/bytes.ts'
import type { Value } from '../core/batch.ts'
import type { WorkNode } from '../core/fold.ts'
import type { Ref } from '../core/history.ts'
import type { WorkRecord } from '../core/work.ts'
import type { State } from './state.ts'
import { textOf } from './text.ts'

/** Hex. Call while nothing of our own waits for its signature. */
export function stateHash(state: State): string {
  const hash = sha256.create()
  const ids = [...state.fold.nodes.keys()].toSorted()
  for (const id of ids) hash.update(utf8(`${JSON.stringify(canonical(state.fold.nodes.get(id) as WorkNode, state))}\n`))
  return toHex(hash.digest())
}

function canonical(node: WorkNode, state: State): unknown {
  const { history } = state
  const name = (ref: Ref): string => `${toHex(history.idOf(Math.floor(ref / 256)))}:${ref % 256}`
  const sorted = (record: Readonly<Record<string, unknown>>): string[] => Object.keys(record).toSorted()
  return [
    [
      node.id,
      node.type,
      node.project,
      node.path,
      node.subject,
      node.creator,
      name(node.created),
      node.number,
      name(node.updated),
    ],
    sorted(node.registers).map((field) => [
      field,
      (node.registers[field] as readonly (Value | Ref)[]).map((part, i) => (i % 2 === 0 ? plain(part) : name(part as Ref))),
    ]),
    sorted(node.sets).flatMap((field) =>
      sorted(node.sets[field] ?? {}).map((element) => [field, element, (node.sets[field]?.[element] ?? []).map(name).toSorted()]),
    ),
    sorted(node.texts).map((field) => [field, textOf(node, field, history)]),
    ...(node.work
      ? [
          node.work.runs.map(({ id, records, renewed }) => [
            id,
            renewed === null ? null : name(renewed),
            records.map((record) => workWord(record, name(record.ref))),
          ]),
        ]
      : []),
  ]
}

function workWord({ op, epoch, why, note, rank }: WorkRecord, name: string): unknown {
  return [name, op, epoch, why, plain(note), rank]
}

/** Values with their maps in one order and their bytes as text. */
function plain(value: Value): unknown {
  if (value instanceof Uint8Array) return { bytes: toHex(value) }
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.keys(value)
    .toSorted()
    .map((key) => [key, plain((value as Record<string, Value>)[key] as Value)])
}
