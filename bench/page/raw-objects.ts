/**
 * The limit of a cold start: the same objects, read from IndexedDB with nothing around them.
 *
 * One record a segment, the segments those of the snapshot. Twice over: as structured clones, and as JSON text in one blob
 * of bytes (the columns of the log, which are typed arrays, as clones in both).
 */

import { openDB } from 'idb'
import type { Bytes } from '../../src/base/bytes.ts'
import type { WorkNode } from '../../src/core/fold.ts'
import { closeWorkspace, openWorkspace, ownerKeys, workloadInfo } from './workspace.ts'

const NAME = 'bench-raw'
export type RawForm = 'clone' | 'json'

export async function storeRaw(): Promise<void> {
  const info = await workloadInfo()
  const opened = await openWorkspace(info, await ownerKeys(info))
  const { history } = opened.replica
  const nodes = [...opened.replica.nodes.values()]
  const columns: unknown[] = []
  for (let at = 0; at < history.count; at += COLUMNS) columns.push(history.columns(at, at + COLUMNS))
  await closeWorkspace(opened)
  const db = await openDB(NAME, 1, {
    upgrade(made) {
      for (const name of ['clone', 'json', 'columns']) made.createObjectStore(name, { autoIncrement: true })
    },
  })
  const tx = db.transaction(['clone', 'json', 'columns'], 'readwrite')
  for (let at = 0; at < nodes.length; at += SEGMENT) {
    const segment = nodes.slice(at, at + SEGMENT)
    await tx.objectStore('clone').put(segment)
    await tx.objectStore('json').put(new TextEncoder().encode(JSON.stringify(segment)))
  }
  for (const column of columns) await tx.objectStore('columns').put(column)
  await tx.done
  db.close()
}

const SEGMENT = 256
const COLUMNS = 4096

/** Reads and builds; what was built stays, for whoever weighs the heap. */
export async function openRaw(form: RawForm): Promise<{ readonly ms: number; readonly nodes: number }> {
  const startedAt = performance.now()
  const db = await openDB(NAME, 1)
  const tx = db.transaction([form, 'columns'])
  const [segments, columns] = await Promise.all([tx.objectStore(form).getAll(), tx.objectStore('columns').getAll()])
  const nodes = new Map<string, WorkNode>()
  for (const segment of segments) {
    const read =
      form === 'json' ? (JSON.parse(new TextDecoder().decode(segment as Bytes)) as WorkNode[]) : (segment as WorkNode[])
    for (const node of read) nodes.set(node.id, node)
  }
  const ms = performance.now() - startedAt
  Object.assign(globalThis, { kept: [nodes, columns] })
  db.close()
  return { ms, nodes: nodes.size }
}
