/** Operations that read the log or wait, and so answer later: for doors, which can wait. */

import { claimNext } from './claim-next.ts'
import { conflictReport } from './conflict-report.ts'
import { listEvents, listTaskEvents } from './events.ts'
import { exportTasks, importTasks } from './plans.ts'

export const SLOW_OPERATIONS = {
  claim_next: claimNext,
  list_events: listEvents,
  list_task_events: listTaskEvents,
  analytics_conflicts: conflictReport,
  import_tasks: importTasks,
  export_tasks: exportTasks,
} as const
