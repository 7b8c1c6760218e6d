/** The roles that there are to begin with. A profile may have any other word, and then has the prompt that was typed for it. */

import { architect } from './architect.ts'
import { backend } from './backend.ts'
import { coordinator } from './coordinator.ts'
import { frontend } from './frontend.ts'
import { reviewer } from './reviewer.ts'
import type { AgentRole } from './role.ts'
import { tester } from './tester.ts'
import { writer } from './writer.ts'

export const AGENT_ROLES: readonly AgentRole[] = [coordinator, architect, backend, frontend, tester, writer, reviewer]

export function roleNamed(role: string): AgentRole | null {
  return AGENT_ROLES.find((one) => one.role === role) ?? null
}
