/** The kinds of events that one can choose to see, in groups, by their public names. */

export const EVENT_GROUPS: readonly {
  readonly title: string
  readonly types: readonly (readonly [type: string, title: string])[]
}[] = [
  {
    title: 'Tasks',
    types: [
      ['task', 'All about tasks'],
      ['task.created', 'Created'],
      ['task.ready', 'Made ready'],
      ['task.started', 'Started'],
      ['task.leased', 'Given a lease'],
      ['task.progress', 'Progress'],
      ['task.blocked', 'Blocked'],
      ['task.submitted', 'Submitted for review'],
      ['task.completed', 'Completed'],
      ['task.cancelled', 'Cancelled'],
      ['task.deferred', 'Put back into the backlog'],
      ['task.assigned', 'Assigned'],
      ['task.unassigned', 'Unassigned'],
      ['task.linked', 'Linked'],
      ['task.labelled', 'Labelled'],
      ['task.moved', 'Put under another'],
      ['task.ordered', 'Put in another place'],
      ['task.edited', 'Text written'],
      ['task.updated', 'Other fields'],
      ['task.deleted', 'Deleted'],
      ['task.restored', 'Restored'],
    ],
  },
  {
    title: 'Other items',
    types: [
      ['comment', 'Comments'],
      ['document', 'Files'],
      ['project', 'Projects'],
      ['agent', 'Agents'],
      ['run', 'Runs'],
      ['run.refused', 'Tried and refused'],
      ['person', 'What people say of themselves'],
    ],
  },
  {
    title: 'Rights',
    types: [
      ['capability', 'All about rights'],
      ['capability.granted', 'Let in'],
      ['capability.revoked', 'Rights ended'],
      ['capability.renounced', 'Rights given up'],
      ['change', 'Work kept although it did not count'],
      ['key', 'Keys handed out'],
      ['workspace', 'The workspace itself'],
    ],
  },
]
