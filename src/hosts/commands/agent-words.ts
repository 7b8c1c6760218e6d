/** What `worknode agent` says: a list, and how to use a new token from where agents mostly run. */

import type { HostedAgent, NewAgent } from '../hosted-agents.ts'

/** Ready to paste. The token stands in them: whoever reads this terminal can use it. */
export function snippets({ name, agent, token }: NewAgent, origin: string): string {
  return `${name} is in: agent ${agent}

Its token, shown this once:
  ${token}

Claude Code (MCP):
  claude mcp add --transport http worknode ${origin}/mcp --header "Authorization: Bearer ${token}"

curl:
  curl -H "Authorization: Bearer ${token}" ${origin}/api/tasks

Python:
  import requests
  session = requests.Session()
  session.headers["Authorization"] = "Bearer ${token}"
  session.get("${origin}/api/agents/${agent}/tasks").json()

To end it: npx worknode agent remove ${/^[\w-]+$/.test(name) ? name : `"${name}"`}
`
}

export function agentLines(agents: readonly HostedAgent[]): string {
  if (agents.length === 0) return 'No agents here. "npx worknode agent add <name>" makes one.\n'
  return agents.map((agent) => `${agent.name.padEnd(20)} ${agent.agent}  ${standing(agent)}\n`).join('')
}

function standing({ capabilities, reads }: HostedAgent): string {
  const [first] = capabilities
  if (!first) return 'no rights'
  if (first.state !== 'live') return first.state
  const { role, rights, types, files, expires } = first
  const verbs = [...(reads ? ['read'] : []), ...(rights ?? ['everything'])].join(' ')
  const on = types ? ` on ${types.join(' ')}` : ''
  const within = files ? ` in ${files.join(' ')}` : ''
  const until = expires === null ? '' : ` until ${new Date(expires).toISOString()}`
  return `${role}: ${verbs}${on}${within}${until}`
}
