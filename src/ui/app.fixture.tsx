/** The whole app on a page of its own, for tests: over a workspace in memory. */

import { page } from 'vitest/browser'
import { mount } from './app.tsx'
import { links } from './links.ts'
import { dismiss, notices } from './notices.ts'
import type { Home, Session } from './session.ts'
import { createTestHome, createTestSession, settable, type Settable, type TestSession } from './test-session.ts'

export interface ShownApp {
  readonly session: TestSession
  close(): void
}

const WIDTH = 1440
const HEIGHT = 900

/** Shows the board of a workspace with that many sample tasks. */
export async function showBoard(tasks: number, width = WIDTH): Promise<ShownApp> {
  await page.viewport(width, HEIGHT)
  const session = await createTestSession(tasks)
  location.hash = `#${links.board(session.workspaceId)}`
  const close = show(createTestHome(), settable<Session | null>(session))
  return { session, close }
}

export async function showStart(
  home: Home,
  session: Settable<Session | null> = settable<Session | null>(null),
): Promise<() => void> {
  await page.viewport(WIDTH, HEIGHT)
  location.hash = `#${links.start()}`
  return show(home, session)
}

/** Shows a session at an address of its workspace. */
export async function showAt(session: Session, address: string, width = WIDTH): Promise<() => void> {
  await page.viewport(width, HEIGHT)
  location.hash = `#${address}`
  return show(createTestHome(), settable<Session | null>(session))
}

function show(home: Home, session: Settable<Session | null>): () => void {
  const host = document.createElement('div')
  host.id = 'root'
  document.body.append(host)
  const unmount = mount(host, { home, session })
  return () => {
    for (const { id } of notices.get()) dismiss(id)
    unmount()
    host.remove()
    location.hash = ''
  }
}
