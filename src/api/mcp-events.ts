import { ok, type Result } from '../base/result.ts'
import type { Replica } from '../replica/replica.ts'
import { type Answer, says } from './mcp-answer.ts'

export interface EventsAsked {
  readonly since: string | undefined
  readonly about: string | undefined
  readonly type: string | undefined
  readonly limit: number
}

export async function readEventsSince(_replica: Replica, _asked: EventsAsked): Promise<Result<Answer>> {
  return ok(says('No events.'))
}
