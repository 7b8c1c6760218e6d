/** What a run loop knows of the tools: which end a run, and which may be done twice. Apart, so that a Worker needs no more of them. */

import type { WorkerTool } from './tools.ts'

/** After one of these that was done, the run is over. */
export const ENDING: ReadonlySet<string> = new Set<WorkerTool>(['submit', 'block', 'release'])

/** Done twice they make no difference. */
export const REPEATABLE: ReadonlySet<string> = new Set<WorkerTool>([
  'read_task',
  'list_documents',
  'read_document',
  'write_document',
  'progress',
  'tick',
])
