/**
 * Second pass of an import: parents and dependencies, once every task of the plan has its node.
 *
 * The first `parent-child` of an issue becomes its parent; further ones, and one that would make a circle or nest too deep, stay
 * dependencies of that type, which gate nothing. What the plan names and nobody has is kept as text and taken up by the
 * import that brings it. As everywhere, only what the source has changed is written.
 */

import { elements, read, type WorkNode } from '../core/fold.ts'
import { isNodeId, type NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import type { Transaction } from '../replica/transaction.ts'
import { linkKey, PARENT, type PlanLink } from './beads-map.ts'

/** The node of a plan's id, or null. */
export type Resolve = (to: string) => NodeId | null

/** Answers whether it wrote anything, and how many links it added. */
export function linkIssue(
  tx: Transaction,
  id: NodeId,
  now: readonly PlanLink[],
  before: readonly PlanLink[],
  resolve: Resolve,
): { readonly changed: boolean; readonly added: number } {
  const node = tx.node(id) as WorkNode
  const edits = node.edits
  let added = 0
  const [known, wanted] = [new Set(before.map(linkKey)), new Set(now.map(linkKey))]
  for (const link of before) if (!wanted.has(linkKey(link))) unlink(tx, node, link, resolve)
  for (const link of now) {
    const target = resolve(link.to)
    const isText = node.sets['dependencies']?.[linkKey(link)] !== undefined
    // What the source said before is written once; removed here, it stays removed.
    if (known.has(linkKey(link)) && !(isText && target !== null)) continue
    if (isText && target !== null) tx.remove(id, 'dependencies', linkKey(link))
    write(tx, node, link, target)
    added++
  }
  return { changed: node.edits !== edits, added }
}

/** Whether some dependency of the task is text that can now be resolved, so that it is worth another look. */
export function hasResolvable(node: WorkNode, resolve: Resolve): boolean {
  return elements(node, 'dependencies').some((element) => {
    const to = element.slice(element.indexOf(':') + 1)
    return !isNodeId(to) && resolve(to) !== null
  })
}

function write(tx: Transaction, node: WorkNode, { type, to }: PlanLink, target: NodeId | null): void {
  const free = typeof read(node, 'parent') !== 'string'
  if (type === PARENT && target !== null && free && mayNest(tx, node.id, target)) tx.set(node.id, 'parent', target)
  else tx.add(node.id, 'dependencies', `${type}:${target ?? to}`)
}

function unlink(tx: Transaction, node: WorkNode, { type, to }: PlanLink, resolve: Resolve): void {
  const target = resolve(to)
  tx.remove(node.id, 'dependencies', `${type}:${to}`)
  if (target === null) return
  tx.remove(node.id, 'dependencies', `${type}:${target}`)
  if (type === PARENT && read(node, 'parent') === target) tx.set(node.id, 'parent', null)
}

/** Looks at the registers, not at the tree: the tree learns of this transaction only at its end. */
function mayNest(tx: Transaction, id: NodeId, parent: NodeId): boolean {
  let at: NodeId | undefined = parent
  for (let depth = 1; depth < LOCAL.treeDepth; depth++) {
    if (at === id) return false
    const up: unknown = read(tx.node(at) as WorkNode, 'parent')
    if (!isNodeId(up) || !tx.node(up)) return true
    at = up
  }
  return false
}
