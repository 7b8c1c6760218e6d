/**
 * What stands before a workspace is open. Light, so that the start page paints at once; what opens workspaces is loaded behind
 * it, and at once where the address names one.
 */

import { openIndexedDbProfile } from '../store/indexeddb-profile.ts'
import { loadForBoard } from '../ui/load-for-board.ts'
import type { Home, Observable, Session } from '../ui/session.ts'
import { variable } from './observable.ts'
import type { TabSession } from './session.ts'
import type { WorkspaceList, Workspaces } from './workspaces.ts'

export interface App {
  readonly home: Home
  readonly session: Observable<Session | null>
}

export async function createHome(pendingLink: string | null): Promise<App> {
  const profile = await openIndexedDbProfile()
  const session = variable<TabSession | null>(null)
  const workspaces = variable<WorkspaceList>(await profile.workspaces())
  let loading: Promise<Workspaces> | null = null

  function load(): Promise<Workspaces> {
    return (loading ??= import('./workspaces.ts').then(({ createWorkspaces }) => createWorkspaces(profile, session, workspaces)))
  }

  loadForBoard(() => void load())

  const home: Home = {
    workspaces,
    pendingLink,
    create: async (name) => (await load()).create(name),
    watchDemo: async () => (await load()).watchDemo(),
    open: async (id) => (await load()).open(id),
    join: async (link, onProgress, signal) => (await load()).join(link, onProgress, signal),
    importPlan: async (file, onProgress) => (await load()).importPlan(file, onProgress),
    restoreAccount: async (file, passphrase, onProgress) => (await load()).restoreAccount(file, passphrase, onProgress),
  }
  return { home, session }
}
