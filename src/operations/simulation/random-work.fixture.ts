/** What people and agents do in a simulation: anything the table of operations offers, at random, on what is there. */

import { STATUSES } from '../../core/fields.ts'
import type { NodeId } from '../../core/ids.ts'
import { openText } from '../../replica/text-session.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import { run } from '../table.ts'
import type { Live, Tab } from './device.fixture.ts'
import type { World } from './virtual-world.fixture.ts'

const WORDS = ['core', 'ui', 'urgent', '__proto__', 'constructor', 'ä€𝄞']

/** Does one thing; answers what it was, in short, for the trace. `token` is a word nobody else writes. */
export function workAtRandom(tab: Tab, live: Live, world: World, token: () => string): string {
  const { replica } = live
  const context = { replica }
  const { upTo, pick, chance } = world
  const tasks = [...replica.nodes.values()].filter(({ type }) => type === 'task').map(({ id }) => id)
  const kind = upTo(30)
  if (tasks.length === 0 || kind < 3) {
    const title = token()
    const input = {
      title,
      body: chance(0.5) ? token() : '',
      status: pick(STATUSES),
      labels: chance(0.5) ? [pick(WORDS)] : [],
      ...(tasks.length > 0 && chance(0.3) ? { parent: pick(tasks) } : {}),
    }
    return said(tab, `create ${title}`, run(context, 'create_task', input), input.body ? [title, input.body] : [title])
  }
  const id = pick(tasks)
  const row = replica.views.task(id) as TaskRow
  const word = token()
  switch (kind) {
    case 3:
    case 4:
      return said(tab, `title ${row.key} ${word}`, run(context, 'update_task', { id, title: word }), [word])
    case 5:
    case 6:
      return said(tab, `status ${row.key}`, run(context, 'update_task', { id, status: pick(STATUSES), priority: upTo(5) }), [])
    case 7:
      return said(tab, `label ${row.key} ${word}`, run(context, 'label_task', { id, label: word }), [word])
    case 8:
      return said(tab, `labels ${row.key}`, run(context, 'update_task', { id, labels: WORDS.filter(() => chance(0.4)) }), [])
    case 9:
      return said(tab, `assign ${row.key}`, run(context, 'assign_task', { id, assignee: pick(WORDS), remove: chance(0.4) }), [])
    case 10:
      return said(
        tab,
        `link ${row.key}`,
        run(context, 'link_task', { id, to: pick(tasks), type: pick(['blocks', 'related']), remove: chance(0.3) }),
        [],
      )
    case 11:
    case 12:
      return said(
        tab,
        `order ${row.key}`,
        run(context, 'order_task', { id, status: pick(STATUSES), before: pick([null, pick(tasks)]) }),
        [],
      )
    case 13:
    case 14:
      return said(tab, `move ${row.key}`, run(context, 'move_task', { id, parent: pick([null, pick(tasks), pick(tasks)]) }), [])
    case 15:
      return said(tab, `delete or restore ${row.key}`, run(context, row.deleted ? 'restore_task' : 'delete_task', { id }), [])
    case 16:
      return said(
        tab,
        `subtask of ${row.key} ${word}`,
        run(context, 'complete_subtask', { id, subtask: pick([word, ...row.subtasks]), undone: chance(0.2) }),
        [],
      )
    case 17:
      return said(tab, `comment ${row.key} ${word}`, run(context, 'comment_task', { id, body: word }), [word])
    case 18:
      if (row.checks.length === 0 || chance(0.5))
        return said(tab, `check ${row.key} ${word}`, run(context, 'add_check', { id, text: word }), [word])
      return said(
        tab,
        `tick ${row.key}`,
        run(context, 'update_check', { id, check: pick(row.checks).id, done: chance(0.7), remove: chance(0.2) }),
        [],
      )
    case 19: {
      const [conflict] = row.conflicts
      if (conflict)
        return said(
          tab,
          `resolve ${row.key}`,
          run(context, 'resolve_conflict', { id, field: conflict.field, choice: upTo(conflict.values.length) }),
          [],
        )
      return `undo: ${(chance(0.7) ? replica.undo() : replica.redo())?.label ?? 'nothing'}`
    }
    case 20:
    case 21:
    case 22:
    case 23:
    case 24:
    case 25:
      return runAtRandom(tab, context, row, world, word)
    case 26:
      return said(tab, `file on ${row.key} ${word}`, run(context, 'add_document', { id, path: `${word}.md`, content: word }), [
        word,
      ])
    case 27: {
      const files = replica.views.documents.all
      if (files.length === 0) return 'no file to change'
      return said(tab, `change a file ${word}`, run(context, 'update_document', { id: pick(files), content: word }), [word])
    }
    default:
      return typeAtRandom(tab, live, id, world, word)
  }
}

/** Says something about a run of the task, fitting or not. */
function runAtRandom(tab: Tab, context: { readonly replica: Live['replica'] }, row: TaskRow, world: World, word: string): string {
  const { pick } = world
  const { id, key } = row
  const { replica } = context
  if (row.run === null) return said(tab, `claim ${key}`, run(context, 'claim_task', { id }), [])
  if (row.run.agent === replica.actor) {
    if (row.run.state === 'claimed') return said(tab, `confirm ${key}`, run(context, 'confirm_task', { id }), [])
    const name = pick(['report_progress', 'submit_task', 'submit_task', 'renew_task', 'release_task', 'confirm_task'] as const)
    return said(tab, `${name} ${key}`, run(context, name, { id }), [])
  }
  const open = replica.views.commentsOn(id).find((comment) => replica.views.questions.has(comment))
  if (open) return said(tab, `answer on ${key} ${word}`, run(context, 'answer_question', { id: open, answer: word }), [word])
  const name = pick(['accept_task', 'reject_task', 'stop_task', 'ask_task', 'submit_task', 'confirm_task'] as const)
  return said(tab, `${name} ${key}`, run(context, name, { id, question: word }), name === 'ask_task' ? [word] : [])
}

/** Opens a body, types, and now and then leaves it. What is flushed has to be kept. */
function typeAtRandom(tab: Tab, live: Live, id: NodeId, { upTo, chance, clock }: World, word: string): string {
  if (live.text && chance(0.3)) {
    live.text.close()
    live.text = null
    return 'leave the body'
  }
  live.text ??= openText(live.replica, id, 'body', (run, ms) => {
    let isOff = false
    clock.after(ms, () => {
      if (!isOff && !tab.isDead) run()
    })
    return () => (isOff = true)
  })
  const { text } = live.text
  if (text.length > 0 && chance(0.3)) {
    const at = upTo(text.length)
    text.delete(at, Math.min(1 + upTo(5), text.length - at))
    return 'delete letters'
  }
  // Between two characters, never inside one.
  text.insert(chance(0.5) ? 0 : text.length, word)
  if (!chance(0.5)) return `type ${word}`
  live.text.flush()
  if (live.text.unsent) return `type ${word}, to be carried over`
  tab.unsaved.push(word)
  return `type ${word} and flush`
}

function said(tab: Tab, what: string, result: ReturnType<typeof run>, tokens: readonly string[]): string {
  if (!result.ok) return `${what}: ${result.refusal.code}`
  tab.unsaved.push(...tokens)
  return what
}
