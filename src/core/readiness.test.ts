import { expect, test } from 'vitest'
import type { Value } from './batch.ts'
import { Fold, type WorkNode } from './fold.ts'
import { History } from './history.ts'
import { type NodeFacts, type NodeId, nodeIdOf } from './ids.ts'
import { authorNamed } from './random-dag.fixture.ts'
import { dependenciesOf, whyNotReady, wouldWaitOnItself } from './readiness.ts'

const workspace = new Uint8Array(32)
const ann = authorNamed('ann')

function board() {
  const history = new History()
  const fold = new Fold(history, workspace)
  history.append({ id: new Uint8Array(32).fill(1), feed: 'ann', seq: 0, hlc: [1, 0], prev: null, after: [] })
  let next = 0
  return {
    nodes: fold.nodes,
    task(fields: Readonly<Record<string, Value>>): NodeId {
      const facts: NodeFacts = { type: 'task', project: null, path: null, subject: null, nonce: new Uint8Array(16).fill(next) }
      const node = nodeIdOf(workspace, ann.key, facts)
      fold.apply({ op: 'create', node, facts, number: next, fields: Object.entries(fields) }, ann, next++)
      return node
    },
    set(node: NodeId, field: string, value: Value): void {
      fold.apply({ op: 'set', node, field, value }, ann, next++)
    },
    link(node: NodeId, element: string): void {
      fold.apply({ op: 'add', node, field: 'dependencies', element }, ann, next++)
    },
    why(node: NodeId, now = 1000) {
      return whyNotReady(fold.nodes.get(node) as WorkNode, fold.nodes, now)
    },
  }
}

test('a task in ready, with nothing open before it, may be started', () => {
  const { task, why } = board()
  expect(why(task({ status: 'ready' }))).toEqual([])
})

test('it says why it may not: status, open tasks, time, deletion, all of them at once', () => {
  const { task, link, set, why } = board()
  const [first, second] = [task({ status: 'in_progress' }), task({ status: 'done' })]
  const last = task({ notBefore: 2000, deleted: true })
  link(last, `blocks:${first}`)
  link(last, `blocks:${second}`)
  expect(why(last)).toEqual([
    { code: 'deleted' },
    { code: 'status', status: 'backlog' },
    { code: 'waits_on', tasks: [first] },
    { code: 'not_before', at: 2000 },
  ])
  expect(why(last, 2000)).not.toContainEqual({ code: 'not_before', at: 2000 })
  set(first, 'status', 'cancelled')
  expect(why(last)).not.toContainEqual(expect.objectContaining({ code: 'waits_on' }))
})

test('what is deleted, not here, or only related keeps nobody waiting', () => {
  const { task, link, why } = board()
  const node = task({ status: 'ready' })
  link(node, `blocks:${task({ deleted: true })}`)
  link(node, 'blocks:00000000-0000-8000-8000-00000000ffff')
  link(node, `related:${task({})}`)
  link(node, 'blocks:JIRA-12')
  link(node, 'nonsense')
  expect(why(node)).toEqual([])
})

test('a dependency on a task that a colon is part of keeps its target whole', () => {
  const { task, link, nodes } = board()
  const node = task({})
  link(node, 'blocks:jira:12')
  expect(dependenciesOf(nodes.get(node) as WorkNode)).toEqual([{ type: 'blocks', to: 'jira:12' }])
})

test('a circle of waiting is seen before it is made, also where a merge made one already', () => {
  const { task, link, nodes } = board()
  const [a, b, c, d] = [task({}), task({}), task({}), task({})]
  link(a, `blocks:${b}`)
  link(b, `blocks:${c}`)
  link(c, `related:${d}`)
  expect(wouldWaitOnItself(c, a, nodes)).toBe(true)
  expect(wouldWaitOnItself(d, a, nodes)).toBe(false)
  expect(wouldWaitOnItself(a, a, nodes)).toBe(true)
  link(c, `blocks:${a}`)
  expect(wouldWaitOnItself(d, a, nodes)).toBe(false)
})
