/**
 * Operations for doors alone: some read the log or wait, and so answer later; of what others tell the UI has views. Kept apart, so
 * that a page loads none of it before somebody comes through a door.
 */

import { listAgentTasks, nextTasks, queryAgentTasks } from './agent-tasks.ts'
import { agentReport, progressReport } from './analytics.ts'
import { claimNext } from './claim-next.ts'
import { completeTask } from './complete.ts'
import { conflictReport } from './conflict-report.ts'
import { listEvents, listTaskEvents } from './events.ts'
import { exportTasks, importTasks } from './plans.ts'

export const DOOR_OPERATIONS = {
  complete_task: completeTask,
  list_agent_tasks: listAgentTasks,
  query_agent_tasks: queryAgentTasks,
  next_tasks: nextTasks,
  analytics_progress: progressReport,
  analytics_agents: agentReport,
  claim_next: claimNext,
  list_events: listEvents,
  list_task_events: listTaskEvents,
  analytics_conflicts: conflictReport,
  import_tasks: importTasks,
  export_tasks: exportTasks,
} as const
