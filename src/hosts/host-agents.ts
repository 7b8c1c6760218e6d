/**
 * The agents of this browser, before their code is loaded: it is when there are some, or somebody asks for one. Most tabs run none,
 * and a board must not wait for what it does not need.
 */

import type { Awareness } from 'y-protocols/awareness'
import { openIndexedDbOwnAgents } from '../store/indexeddb-own-agents.ts'
import type { HostedAgent, HostedAgents } from '../ui/session.ts'
import { variable } from './observable.ts'
import type { OpenWorkspace } from './open-workspace.ts'
import type { TabAgents } from './tab-agents.ts'

export interface AgentsOfTab {
  readonly hosted: HostedAgents
  load(): Promise<TabAgents>
  heardOf(actor: string): number | null
  close(): Promise<void>
}

export function hostAgents(open: OpenWorkspace, awareness: () => Awareness | null): AgentsOfTab {
  const list = variable<readonly HostedAgent[]>([])
  let here: TabAgents | null = null
  let loading: Promise<TabAgents> | null = null
  let isClosed = false

  function load(): Promise<TabAgents> {
    return (loading ??= begin())
  }

  async function begin(): Promise<TabAgents> {
    const store = await openIndexedDbOwnAgents()
    const { createTabAgents } = await import('./tab-agents.ts')
    const made = await createTabAgents(open, store, awareness)
    if (isClosed) await made.close()
    here = made
    list.set(made.list.get())
    made.list.subscribe(() => list.set(made.list.get()))
    return made
  }

  async function beginIfAny(): Promise<void> {
    const store = await openIndexedDbOwnAgents()
    const known = await store.of(open.known.id)
    await store.close()
    if (known.length > 0 && !isClosed) await load()
  }
  beginIfAny().catch((error: unknown) => reportError(error))

  return {
    hosted: {
      list,
      add: async (agent) => (await load()).add(agent),
      start: async (actor) => (await load()).start(actor),
      stop: async (actor) => (await load()).stop(actor),
    },
    load,
    heardOf: (actor) => here?.heardOf(actor) ?? null,
    async close() {
      isClosed = true
      if (loading) await (await loading).close()
    },
  }
}
