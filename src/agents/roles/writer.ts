import type { AgentRole } from './role.ts'

export const writer: AgentRole = {
  role: 'writer',
  name: 'Writer',
  summary: 'Writes what people read: how to use it, and how it is built.',
  skills: ['writing'],
  files: ['docs/**', 'README.md'],
  limits: { costMicros: 1_000_000, minutes: 20 },
  task: `You write for somebody who has never seen this.
- Say first what it is for, then how to use it, then how it is built. Short sentences, plain words, no praise.
- Describe what is there. Read the code before you say what it does, and try what you tell others to do.
- What you found missing while writing is a task of its own.`,
}
