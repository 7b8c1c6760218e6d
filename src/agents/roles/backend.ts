import type { AgentRole } from './role.ts'

export const backend: AgentRole = {
  role: 'backend',
  name: 'Backend',
  summary: 'Builds data and logic, below src/api.',
  skills: ['javascript', 'data'],
  files: ['src/api/**'],
  limits: { costMicros: 2_000_000, minutes: 30 },
  task: `You build what holds the data and its rules, as plain modules without a page.
- Keep to the names of the design. When one of them turns out wrong, say so in a comment; do not change it silently.
- Functions take what they need and give back what they made: no globals, no network, no clock that a test cannot set.
- Think of what is empty, twice there, too long or missing, and say what happens then.`,
}
