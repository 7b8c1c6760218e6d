/** W into IndexedDB, and back out of it. */

import type { Bytes } from '../../src/base/bytes.ts'
import { STATUSES } from '../../src/core/fields.ts'
import type { Replica } from '../../src/replica/replica.ts'
import { openIndexedDbStore } from '../../src/store/indexeddb-store.ts'
import { closeWorkspace, openWorkspace, ownerKeys, randomBytes, wiresOf, workloadInfo } from './workspace.ts'

export interface Filled {
  readonly receiveMs: number
  readonly sealMs: number
  readonly snapshotMs: number
  readonly changes: number
  readonly bytes: number
}

/** Receives all of W as from one peer (verified in the Worker, folded, stored), then seals it and takes a snapshot. */
export async function fill(): Promise<Filled> {
  const info = await workloadInfo()
  const wires = await wiresOf('/w.bin')
  const opened = await openWorkspace(info, await ownerKeys(info))
  const receiveMs = await timed(async () => {
    for (const group of groups(wires, 256 * 1024)) await opened.replica.receive(group, 'bench')
  })
  const sealMs = await timed(() => opened.store.seal())
  const snapshotMs = await timed(() => opened.replica.snapshot())
  const { bytes } = await opened.store.size()
  const { changes } = opened.replica
  await closeWorkspace(opened)
  return { receiveMs, sealMs, snapshotMs, changes, bytes }
}

/** Bytes on disk of a log of single changes, after sealing. */
export async function fillSingly(): Promise<number> {
  const wires = await wiresOf('/singly.bin')
  const store = await openIndexedDbStore({ name: 'singly', random: randomBytes })
  for (const group of groups(wires, 32 * 1024)) await store.append(group)
  await store.seal()
  const { bytes } = await store.size()
  await store.close()
  return bytes
}

export interface Started {
  readonly ms: number
  readonly changes: number
  readonly tasks: number
}

/** From nothing to a board: every column in order, the rows that a screen shows made. Stays open. */
export async function coldStart(): Promise<Started> {
  const info = await workloadInfo()
  const pair = await ownerKeys(info)
  const startedAt = performance.now()
  const { replica } = await openWorkspace(info, pair)
  const tasks = showBoard(replica)
  const ms = performance.now() - startedAt
  Object.assign(globalThis, { kept: replica })
  return { ms, changes: replica.changes, tasks }
}

export async function dropSnapshot(): Promise<void> {
  const info = await workloadInfo()
  const store = await openIndexedDbStore({ name: info.workspace, random: randomBytes })
  await store.dropSnapshot()
  await store.close()
}

const ROWS_SHOWN = 20

function showBoard({ views }: Replica): number {
  let tasks = 0
  for (const status of STATUSES) {
    const ids = views.column(status)
    tasks += ids.length
    for (const id of ids.slice(0, ROWS_SHOWN)) views.task(id)
  }
  return tasks
}

function groups(wires: readonly Bytes[], most: number): Bytes[][] {
  const made: Bytes[][] = []
  let size = most
  for (const wire of wires) {
    if (size + wire.length > most) {
      made.push([])
      size = 0
    }
    made.at(-1)?.push(wire)
    size += wire.length
  }
  return made
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
