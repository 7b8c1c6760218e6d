/**
 * The lease authority: the one key by whose word the work on strict tasks begins.
 *
 * People name it, in a register of the workspace's own node. At any time at most one key gives leases, whatever parts the network
 * falls into: who is named says nothing before everybody that may have given leases until then *lets go*, in words that it has seen.
 * In the beginning that is the workspace's first root. A naming that has seen others waits for all that they name and wait for;
 * where two were named apart, nobody gives anything until people name one. Only who takes over by force waits for nobody: then the
 * law rests on their word that the other gives no more leases.
 */

import { assert } from '../base/assert.ts'
import { toHex } from '../base/bytes.ts'
import type { Value } from '../core/batch.ts'
import { own } from '../core/crdt/own.ts'
import { elements, type WorkNode } from '../core/fold.ts'
import type { Right } from '../core/change.ts'
import { type ActorKey, type NodeType, workspaceNodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { FIRST_AGENT_RANK } from '../core/roles.ts'
import { scopeFault } from '../core/scope.ts'
import { isActorKey } from './agents.ts'
import type { Replica } from './replica.ts'
import { liveOf } from './standing.ts'
import type { Transaction } from './transaction.ts'

export interface LeaseAuthority {
  /** Null where nobody is named, or several were, apart. */
  readonly key: ActorKey | null
  /** Who has to let go first; where several were named apart, those. Nothing is given meanwhile. */
  readonly waitsOn: readonly ActorKey[]
}

interface Naming {
  readonly key: ActorKey | null
  /** Who may have given leases until then. */
  readonly after: readonly ActorKey[]
  /** Grows with each naming that saw the one before. */
  readonly term: number
}

const FIELD = 'leaseAuthority'
const LET_GO = 'leasesLetGo'

type Known = Pick<Replica, 'nodes' | 'workspace'>

export function leaseAuthorityOf(replica: Known): LeaseAuthority {
  const namings = namingsIn(replica)
  const keys = [...new Set(namings.flatMap(({ key }) => key ?? []))]
  const [naming] = namings
  if (!naming) return { key: null, waitsOn: [] }
  if (namings.length > 1) return { key: null, waitsOn: keys }
  return { key: naming.key, waitsOn: naming.key === null ? [] : pendingOf(replica, naming) }
}

/** Whether this key gives leases now, as far as is known here. */
export function givesLeases(replica: Known, actor: ActorKey): boolean {
  const { key, waitsOn } = leaseAuthorityOf(replica)
  return key === actor && waitsOn.length === 0
}

/** Whether this key could be the authority: a person's or a host's, which may give leases of any task, and say that it lets go. */
export function mayGiveLeases(replica: Replica, key: ActorKey): boolean {
  const live = liveOf(replica.authority, key).filter(({ rank }) => rank < FIRST_AGENT_RANK)
  const may = (right: Right, type: NodeType): boolean => {
    const anywhere = { id: workspaceNodeId(replica.workspace), type, project: null, path: null }
    return live.some(({ cited }) => scopeFault(cited, right, anywhere, replica.now()) === null)
  }
  return may('assign', 'task') && may('update', 'workspace')
}

/** Who would have to let go first, were this key named. */
export function waitsFor(replica: Replica, key: ActorKey | null): readonly ActorKey[] {
  const namings = namingsIn(replica)
  const [root] = replica.roots
  const before =
    namings.length > 0
      ? namings.flatMap((naming) => [...(naming.key === null ? [] : [naming.key]), ...pendingOf(replica, naming)])
      : root
        ? [toHex(root) as ActorKey]
        : []
  return [...new Set(before)].filter((one) => one !== key)
}

/** Names it anew, or nobody. Nobody who may give leases is left out: callers see to it that they are not too many. */
export function nameLeaseAuthority(replica: Replica, tx: Transaction, key: ActorKey | null, isForced: boolean): void {
  const after = isForced ? [] : waitsFor(replica, key)
  assert(after.length <= LOCAL.leaseHandOvers, 'a naming waits for so many that it can be read')
  const term = Math.max(0, ...namingsIn(replica).map((naming) => naming.term)) + 1
  tx.set(workspaceNodeId(replica.workspace), FIELD, { after, key, term })
}

/** Lets go of what this key may have held, wherever others were named; answers whether anything was to say. */
export function letGoOfLeases(replica: Replica): boolean {
  const due = namingsIn(replica).filter((naming) => pendingOf(replica, naming).includes(replica.actor))
  if (due.length === 0) return false
  replica.transact(null, (tx) => {
    for (const naming of due) tx.add(workspaceNodeId(replica.workspace), LET_GO, markOf(naming, replica.actor))
  })
  return true
}

/** Those that no other has superseded. */
function namingsIn(replica: Known): readonly Naming[] {
  const versions = own(nodeOf(replica)?.registers ?? {}, FIELD) ?? []
  return versions.flatMap((value, i) => (i % 2 === 0 ? (namingOf(value) ?? []) : []))
}

function namingOf(value: Value): Naming | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const { key, after, term } = value as Readonly<Record<string, Value>>
  if (key !== null && !isActorKey(key as string)) return null
  if (!Array.isArray(after) || after.length > LOCAL.leaseHandOvers || !after.every((one) => isActorKey(one as string)))
    return null
  return Number.isSafeInteger(term)
    ? { key: key as ActorKey | null, after: after as readonly ActorKey[], term: term as number }
    : null
}

function pendingOf(replica: Known, naming: Naming): readonly ActorKey[] {
  const node = nodeOf(replica)
  const said = new Set(node ? elements(node, LET_GO) : [])
  return naming.after.filter((one) => one !== naming.key && !said.has(markOf(naming, one)))
}

function markOf({ term, key }: Naming, by: ActorKey): string {
  return `${term} ${key ?? 'nobody'} ${by}`
}

function nodeOf({ nodes, workspace }: Known): WorkNode | undefined {
  return nodes.get(workspaceNodeId(workspace))
}
