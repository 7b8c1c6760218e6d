/**
 * Random edits on a random DAG, and what they come to by the definitions alone: every change is looked at against every
 * other, in no order at all. Slow, short, and independent of the fold.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { compareBytes, toHex, utf8 } from '../base/bytes.ts'
import { seededRandom } from '../base/random.ts'
import type { Edit } from './change.ts'
import { Fold, type WorkNode } from './fold.ts'
import { History, type Ref } from './history.ts'
import { compareHlc } from './hlc.ts'
import { type NodeFacts, nodeIdOf } from './ids.ts'
import { appendTo, type RandomBatch } from './random-dag.fixture.ts'

export const WORKSPACE = sha256(utf8('a workspace'))
const FIELDS = ['title', 'status', 'constructor', '__proto__']
const ELEMENTS = ['red', 'blue', '__proto__', 'toString']

/** A change by name: batch and place in it. */
export interface Name {
  readonly batch: number
  readonly at: number
}

/** An edit whose removed tags are names, since refs differ from replica to replica. */
export interface NamedEdit {
  readonly name: Name
  readonly edit: Edit
  readonly tags: readonly Name[]
}

export type Edits = readonly (readonly NamedEdit[])[]

/** Every kind of edit, by anybody, on a few nodes: creates come twice, come from others, lie about facts; removes name anything. */
export function randomEdits(dag: readonly RandomBatch[], seed: number): Edits {
  const random = seededRandom(seed)
  const upTo = (n: number): number => Math.floor(random() * n)
  const pick = <T>(list: readonly T[]): T => list[upTo(list.length)] as T
  const targets = dag.slice(0, 4).map(({ author }, n) => {
    const facts: NodeFacts = { type: 'task', project: null, path: null, subject: null, nonce: new Uint8Array(16).fill(n) }
    return { author, facts, id: nodeIdOf(WORKSPACE, author.key, facts) }
  })
  const adds: { name: Name; field: string; element: string }[] = []
  return dag.map((batch) =>
    Array.from({ length: upTo(4) + (batch.index < 4 ? 1 : 0) }, (_, at): NamedEdit => {
      const name = { batch: batch.index, at }
      const target = batch.index < 4 && at === 0 ? (targets[batch.index] as (typeof targets)[number]) : pick(targets)
      const node = target.id
      const chance = random()
      if ((batch.index < 4 && at === 0) || chance < 0.1) {
        const facts = random() < 0.1 ? { ...target.facts, type: 'comment' as const } : target.facts
        return { name, edit: { op: 'create', node, facts, number: upTo(3), fields: [['title', `made ${upTo(3)}`]] }, tags: [] }
      }
      if (chance < 0.5) return { name, edit: { op: 'set', node, field: pick(FIELDS), value: upTo(4) }, tags: [] }
      if (chance < 0.75) {
        const [field, element] = [pick(['labels', '__proto__']), pick(ELEMENTS)]
        adds.push({ name, field, element })
        return { name, edit: { op: 'add', node, field, element }, tags: [] }
      }
      if (chance < 0.9 && adds.length > 0) {
        const { field, element } = pick(adds)
        const tags = adds.filter((add) => add.field === field && random() < 0.7).map((add) => add.name)
        return { name, edit: { op: 'remove', node, field, element, tags: [] }, tags }
      }
      return {
        name,
        edit: { op: 'text', node, field: pick(['body', 'valueOf']), update: Uint8Array.of(batch.index, at) },
        tags: [],
      }
    }),
  )
}

/** What a replica makes of them that admits the batches in this order. */
export function folded(order: readonly RandomBatch[], edits: Edits): Record<string, unknown> {
  const history = new History()
  const fold = new Fold(history, WORKSPACE)
  const places = new Map<number, number>()
  const indexes: number[] = []
  for (const batch of order) {
    const ordinal = appendTo(history, batch, places)
    places.set(batch.index, ordinal)
    indexes[ordinal] = batch.index
    for (const { edit, tags, name } of edits[batch.index] ?? []) {
      const known = tags.flatMap((tag) => (places.has(tag.batch) ? [(places.get(tag.batch) as number) * 256 + tag.at] : []))
      fold.apply(edit.op === 'remove' ? { ...edit, tags: known } : edit, batch.author, ordinal * 256 + name.at)
    }
  }
  const nameOf = (ref: Ref): string => `${indexes[Math.floor(ref / 256)]}:${ref % 256}`
  return Object.fromEntries([...fold.nodes].map(([id, node]) => [id, readable(node, nameOf)]))
}

function readable(node: WorkNode, nameOf: (ref: Ref) => string): unknown {
  const entries = <T, U>(record: Readonly<Record<string, T>>, each: (value: T) => U): [string, U][] =>
    Object.entries(record)
      .map(([key, value]): [string, U] => [key, each(value)])
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return {
    facts: [node.type, node.creator],
    created: nameOf(node.created),
    number: node.number,
    updated: nameOf(node.updated),
    edits: node.edits,
    recent: node.recent.map(nameOf),
    registers: entries(node.registers, (flat) => flat.map((part, i) => (i % 2 === 0 ? part : nameOf(part as Ref)))),
    sets: entries(node.sets, (set) => entries(set, (tags) => tags.map(nameOf).toSorted())).filter(([, set]) => set.length > 0),
    texts: entries(node.texts, (texts) => texts.map(({ ref, update }) => `${nameOf(ref)} ${toHex(update)}`)),
  }
}

/** The same by the definitions. */
export function bruteForce(dag: readonly RandomBatch[], edits: Edits): Record<string, unknown> {
  const batch = (name: Name): RandomBatch => dag[name.batch] as RandomBatch
  const saw = (later: Name, earlier: Name): boolean =>
    later.batch === earlier.batch ? earlier.at < later.at : batch(later).past.has(earlier.batch)
  const order = (a: Name, b: Name): number =>
    compareHlc(batch(a).hlc, batch(b).hlc) || compareBytes(batch(a).id, batch(b).id) || a.at - b.at
  const text = ({ batch, at }: Name): string => `${batch}:${at}`
  const all = edits.flat().toSorted((a, b) => order(a.name, b.name))
  const creates = all.filter(
    ({ name, edit }) => edit.op === 'create' && nodeIdOf(WORKSPACE, batch(name).author.key, edit.facts) === edit.node,
  )
  const counting = all.filter(({ name, edit }) =>
    edit.op === 'create'
      ? creates.some((create) => create.name === name)
      : creates.some((create) => create.edit.node === edit.node && saw(name, create.name)),
  )
  const result: Record<string, unknown> = {}
  for (const id of new Set(creates.map(({ edit }) => edit.node))) {
    const mine = counting.filter(({ edit }) => edit.node === id)
    const first = creates.find(({ edit }) => edit.node === id) as NamedEdit
    const writes = mine.flatMap(({ name, edit }) =>
      edit.op === 'set'
        ? [{ name, field: edit.field, value: edit.value }]
        : edit.op === 'create'
          ? edit.fields.map(([field, value]) => ({ name, field, value }))
          : [],
    )
    const adds = mine.flatMap(({ name, edit }) => (edit.op === 'add' ? [{ name, field: edit.field, element: edit.element }] : []))
    const isRemoved = (add: (typeof adds)[number]): boolean =>
      mine.some(
        ({ name, edit, tags }) =>
          edit.op === 'remove' &&
          edit.field === add.field &&
          edit.element === add.element &&
          saw(name, add.name) &&
          tags.some((tag) => text(tag) === text(add.name)),
      )
    const live = adds.filter((add) => !isRemoved(add))
    const texts = mine.flatMap(({ name, edit }) =>
      edit.op === 'text' ? [{ field: edit.field, said: `${text(name)} ${toHex(edit.update)}` }] : [],
    )
    result[id] = {
      facts: ['task', batch(first.name).author.actor],
      created: text(first.name),
      number: first.edit.op === 'create' ? first.edit.number : -1,
      updated: text((mine.at(-1) as NamedEdit).name),
      edits: mine.length,
      recent: mine.slice(-32).map(({ name }) => text(name)),
      registers: grouped(writes).map(([field, list]) => [
        field,
        list
          .filter(({ name }) => !list.some((other) => saw(other.name, name)))
          .toReversed()
          .flatMap(({ name, value }) => [value, text(name)]),
      ]),
      sets: grouped(live).map(([field, list]) => [
        field,
        grouped(list.map(({ name, element }) => ({ field: element, name }))).map(([element, tags]) => [
          element,
          tags.map(({ name }) => text(name)).toSorted(),
        ]),
      ]),
      texts: grouped(texts).map(([field, list]) => [field, list.map(({ said }) => said)]),
    }
  }
  return result
}

function grouped<T extends { readonly field: string }>(list: readonly T[]): [string, T[]][] {
  const groups = new Map<string, T[]>()
  for (const item of list) groups.set(item.field, [...(groups.get(item.field) ?? []), item])
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1))
}
