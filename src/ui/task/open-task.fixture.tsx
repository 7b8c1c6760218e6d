/** An open task on a page of its own, for tests: a session over any replica, and the panel in it. */

import { createRoot } from 'react-dom/client'
import { Router } from 'wouter'
import { memoryLocation } from 'wouter/memory-location'
import { run } from '../../operations/table.ts'
import type { Replica } from '../../replica/replica.ts'
import '../tokens.css'
import '../base.css'
import { Notices } from '../kit/notices.tsx'
import { dismiss, notices } from '../notices.ts'
import { type Session, SessionContext } from '../session.ts'
import { createTestSession } from '../test-session.ts'
import { TaskPanel } from './task-panel.tsx'

export interface ShownTask {
  readonly host: HTMLElement
  /** Where links and closing have led. */
  readonly path: () => string
  close(): void
}

/** A session whose replica is this one. */
export async function sessionOf(replica: Replica, rest: Partial<Session> = {}): Promise<Session> {
  const base = await createTestSession()
  const [self, other] = base.people.get()
  if (self && other) base.people.set([{ ...self, actor: replica.actor }, other])
  return { ...base, replica, run: (name, input) => run({ replica }, name, input), ...rest }
}

export function showTask(session: Session, taskKey: string, testId = 'task'): ShownTask {
  const host = document.createElement('div')
  // Two fit beside each other.
  host.style.cssText = 'position: relative; float: left; width: 50%; height: 100%; overflow: auto'
  host.dataset['testid'] = testId
  document.body.append(host)
  const { hook, history } = memoryLocation({ path: `/w/${session.workspaceId}/task/${taskKey}`, record: true })
  const root = createRoot(host)
  root.render(
    <Router hook={hook}>
      <SessionContext value={session}>
        <TaskPanel taskKey={taskKey} />
      </SessionContext>
      <Notices />
    </Router>,
  )
  return {
    host,
    path: () => history.at(-1) as string,
    close() {
      // Said about this task: the next page has nothing to do with it.
      for (const { id } of notices.get()) dismiss(id)
      root.unmount()
      host.remove()
    },
  }
}
