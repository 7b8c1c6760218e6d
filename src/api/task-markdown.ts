import type { NodeId } from '../core/ids.ts'
import { rowOf } from '../operations/find.ts'
import type { Replica } from '../replica/replica.ts'
import { textOf } from '../replica/text.ts'

export function taskMarkdown(replica: Replica, id: NodeId): string {
  const row = rowOf(replica, id)
  return `# ${row.key} ${row.title}\n\n${textOf(replica.nodes.get(id) as never, 'body', replica.history)}\n`
}
