/** How rows of agents read their work: each listens to its own agent. */

import { useSyncExternalStore } from 'react'
import { type AgentRecord, agentRunsIn } from '../../replica/agent-runs.ts'
import { useSession } from '../session.ts'

export function useAgentRecord(actor: string): AgentRecord {
  const runs = agentRunsIn(useSession().replica)
  return useSyncExternalStore(
    (changed) => runs.on(actor, changed),
    () => runs.of(actor),
  )
}

/** The step that an agent says it is at, as fresh as it can be had: by presence, where that is about the run that it holds. */
export function useLiveStep(actor: string, run: string | null, reported: string): string {
  const { people } = useSession()
  return useSyncExternalStore(people.subscribe, () => {
    const here = people.get().find((row) => row.actor === actor && row.run === run)
    return run !== null && here?.step ? here.step : reported
  })
}
