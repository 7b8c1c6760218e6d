/** A plan of our own making, as a file that a test hands to the page. */
export function makePlan(tasks: number): { name: string; mimeType: string; buffer: Buffer } {
  const statuses = ['open', 'in_progress', 'blocked', 'closed', 'deferred'] as const
  const lines = Array.from({ length: tasks }, (_, i) =>
    JSON.stringify({
      id: `plan-${i + 1}`,
      title: `Task number ${i + 1} of the plan`,
      description: i % 3 === 0 ? `What there is to do in ${i + 1}.` : '',
      status: statuses[i % statuses.length],
      priority: i % 5,
      issue_type: i % 7 === 0 ? 'bug' : 'task',
      created_at: '2026-01-05T10:00:00Z',
      updated_at: '2026-01-05T10:00:00Z',
      labels: i % 4 === 0 ? ['core'] : [],
    }),
  )
  return { name: 'plan.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(lines.join('\n')) }
}
