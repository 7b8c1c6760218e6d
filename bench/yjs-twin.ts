/** The same history as a plain Y.Doc: a Y.Map for each task, one transaction for what shared a batch, a client for each author. */

import { Doc, Map as YMap } from 'yjs'
import type { Step } from './workload.ts'

const TOGETHER = 100

export function yjsTwin(steps: readonly Step[]): Doc {
  const doc = new Doc()
  const tasks = doc.getMap<YMap<unknown>>('tasks')
  for (let at = 0; at < steps.length; at += TOGETHER) {
    const burst = steps.slice(at, at + TOGETHER)
    doc.clientID = 1000 + (burst[0]?.author ?? 0)
    doc.transact(() => {
      for (const { task, writes } of burst) {
        const name = `task-${task}`
        let map = tasks.get(name)
        if (!map) tasks.set(name, (map = new YMap()))
        for (const [field, value] of writes) {
          if (value === false) map.delete(field)
          else map.set(field, value)
        }
      }
    })
  }
  return doc
}
