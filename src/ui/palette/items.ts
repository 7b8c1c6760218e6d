/** What the palette offers beside tasks: commands that somebody does now, moves and assignments of one task, and people, whose tasks it shows. */

import { STATUSES, type Status } from '../../core/fields.ts'
import { printQuery } from '../../core/task-query.ts'
import type { InputOf, OperationName } from '../../operations/table.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import { attempt } from '../act.ts'
import { knownAssignees } from '../board/assignees.ts'
import { PLAIN, printBoardView } from '../board/board-address.ts'
import { COMMANDS, type CommandId } from '../commands/catalogue.ts'
import { runCommand } from '../commands/handlers.ts'
import { keysOf, type OwnKeys } from '../commands/keymap.ts'
import { mergePeople, saidIn } from '../known-people.ts'
import { links } from '../links.ts'
import { notifyRefusal } from '../notices.ts'
import type { Session } from '../session.ts'
import { STATUS_TITLE } from '../words.ts'

export interface Item {
  readonly id: string
  readonly group: string
  /** What is shown, and searched. */
  readonly text: string
  readonly look:
    | { readonly kind: 'command' | 'go' | 'more' }
    | { readonly kind: 'status'; readonly status: Status }
    | { readonly kind: 'person'; readonly name: string }
  readonly keys: string | null
  /** Shown before anything is typed. */
  readonly isFirst: boolean
  /** Types this for the person, to choose from what it finds; else `run`. */
  readonly narrow: string | null
  readonly run: () => void
}

interface Around {
  readonly session: Session
  readonly own: OwnKeys
  readonly offered: ReadonlySet<CommandId>
  /** The task that was in focus, or is open. */
  readonly subject: TaskRow | null
  readonly go: (address: string) => void
}

export function itemsOf(around: Around): readonly Item[] {
  return [...subjectItems(around), ...commandItems(around), ...peopleItems(around)]
}

function commandItems({ own, offered }: Around): readonly Item[] {
  return COMMANDS.filter(({ id, keysOnly }) => !keysOnly && offered.has(id)).map((command) => ({
    ...BLANK,
    id: command.id,
    group: command.group === 'Go to' ? 'Go to' : 'Commands',
    text: command.group === 'Go to' ? `Go to ${command.title}` : command.title,
    look: { kind: command.group === 'Go to' ? 'go' : 'command' },
    keys: keysOf(command, own)[0] ?? null,
    run: () => void runCommand(command.id),
  }))
}

function subjectItems({ session, subject, go }: Around): readonly Item[] {
  if (subject === null || subject.deleted) return []
  const { replica, workspaceId } = session
  const { id, key } = subject
  const group = `${key} ${subject.title}`
  const act = <N extends OperationName>(name: N, input: InputOf<N>): void => {
    const refusal = attempt(session, name, input)
    if (refusal) notifyRefusal(refusal)
  }
  const items: Item[] = [
    { ...BLANK, id: 'open', group, text: `Open ${key}`, look: { kind: 'go' }, run: () => go(links.task(workspaceId, key)) },
  ]
  if (replica.may('update', replica.nodes.get(id) ?? 'task')) {
    items.push({ ...BLANK, id: 'move', group, text: `Move ${key} to …`, look: { kind: 'more' }, narrow: 'Move to ' })
    for (const status of STATUSES.filter((one) => one !== subject.status))
      items.push({
        ...BLANK,
        id: `move ${status}`,
        group,
        text: `Move ${key} to ${STATUS_TITLE[status]}`,
        look: { kind: 'status', status },
        isFirst: false,
        run: () => act('order_task', { id, status, before: replica.views.column(status)[0] ?? null }),
      })
  }
  if (replica.may('assign', replica.nodes.get(id) ?? 'task')) {
    items.push({ ...BLANK, id: 'assign', group, text: `Assign ${key} to …`, look: { kind: 'more' }, narrow: 'Assign to ' })
    for (const name of knownAssignees(session)) {
      const has = subject.assignees.includes(name)
      items.push({
        ...BLANK,
        id: `assign ${name}`,
        group,
        text: has ? `Take ${key} away from ${name}` : `Assign ${key} to ${name}`,
        look: { kind: 'person', name },
        isFirst: false,
        run: () => act('assign_task', { id, assignee: name, remove: has }),
      })
    }
  }
  return items
}

function peopleItems({ session, go }: Around): readonly Item[] {
  const { replica, people, workspaceId } = session
  const known = mergePeople(saidIn(replica).get(), people.get(), replica.actor).filter(({ name }) => name !== '')
  return [...new Map(known.map((person) => [person.name, person])).values()].map(({ name, self, here }) => ({
    ...BLANK,
    id: `person ${name}`,
    group: 'People',
    text: `${name}${self ? ' (you)' : here ? ' (here now)' : ''}`,
    look: { kind: 'person', name },
    isFirst: false,
    run: () => {
      const query = printQuery([{ key: 'agent', values: [self ? 'me' : name], not: false }])
      go(`${links.board(workspaceId)}?${printBoardView({ ...PLAIN, query })}`)
    },
  }))
}

const BLANK: Omit<Item, 'id' | 'group' | 'text'> = {
  look: { kind: 'command' },
  keys: null,
  isFirst: true,
  narrow: null,
  run: () => undefined,
}
