/** Changes that do not count, in words. What they are about may not be on the board: then their own create names it. */

import type { AuthorityOp } from '../../core/authority-change.ts'
import type { Edit } from '../../core/change.ts'
import type { Ref } from '../../core/history.ts'
import type { NodeId } from '../../core/ids.ts'
import type { Replica } from '../../replica/replica.ts'
import type { Named } from '../names.ts'
import { readEditsAt } from '../read-edits.ts'
import { describeEdit } from '../task/describe-edit.ts'
import { wordsFor } from '../task/use-words.ts'

export interface ToldChange {
  readonly ref: Ref
  readonly at: number
  /** What it is about: `WN-12 Parse ISO weeks`. */
  readonly about: string
  readonly text: string
}

export async function tellChanges(
  replica: Replica,
  people: readonly Named[],
  refs: readonly Ref[],
): Promise<readonly ToldChange[]> {
  await replica.saved()
  const read = new Map((await readEditsAt(replica, refs, new Map())).map(({ ref, edit }) => [ref, edit]))
  const created = new Map<NodeId, Edit & { readonly op: 'create' }>()
  for (const edit of read.values()) if (edit.op === 'create') created.set(edit.node, edit)
  return refs
    .map((ref): ToldChange => {
      const edit = read.get(ref)
      const at = replica.history.msOf(ref)
      if (!edit) return { ref, at, about: 'Rights:', text: authorityWords(replica, ref) }
      return { ref, at, about: aboutOf(replica, edit, created), text: textOf(replica, people, edit) }
    })
    .toSorted((a, b) => replica.history.compare(a.ref, b.ref))
}

function authorityWords({ authority }: Replica, ref: Ref): string {
  const op = authority.entryAt(ref)?.change.op
  return op === undefined ? 'something that cannot be read' : AUTHORITY_WORDS[op]
}

/** What a change to who may what does, where nobody is named. */
export const AUTHORITY_WORDS: Readonly<Record<AuthorityOp, string>> = {
  grant: 'let somebody in',
  revoke: 'ended somebody’s rights',
  renounce: 'gave up rights',
  adopt: 'kept work that did not count',
  unadopt: 'took back that work was kept',
  rekey: 'handed out keys for reading',
  checkpoint: 'closed a part of the log',
}

function aboutOf(
  { views, nodes }: Replica,
  { node }: Edit,
  created: ReadonlyMap<NodeId, Edit & { readonly op: 'create' }>,
): string {
  const row = views.task(node)
  if (row) return `${row.key} ${row.title}`
  const known = nodes.get(node)
  if (known) return NODE_WORDS[known.type] ?? known.type
  const create = created.get(node)
  const title = create?.fields.find(([field]) => field === 'title')?.[1]
  if (typeof title === 'string' && title !== '') return title
  return create ? (NODE_WORDS[create.facts.type] ?? create.facts.type) : 'Something that is not shown'
}

/** What is no task, for the beginning of a line. */
export const NODE_WORDS: Readonly<Record<string, string>> = {
  task: 'A task',
  comment: 'A comment',
  document: 'A file',
  project: 'A project',
  agent: 'An agent',
  person: 'Who they are:',
  run: 'A run',
  workspace: 'The workspace',
}

function textOf(replica: Replica, people: readonly Named[], edit: Edit): string {
  return describeEdit(edit, wordsFor(replica, people, edit.node)) ?? 'put it in another place'
}
