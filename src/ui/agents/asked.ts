import type { AgentEntry } from './roster.ts'

/** What somebody asked of the page about agents. */
export type AskedAgent =
  | { readonly for: 'new' | 'here' | 'stop-all' | 'policy' }
  | { readonly for: 'stop' | 'profile' | 'link' | 'delete'; readonly agent: AgentEntry }

export type AskAgent = (asked: AskedAgent) => void
