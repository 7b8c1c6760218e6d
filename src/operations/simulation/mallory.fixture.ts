/**
 * Those who do not play by the rules: a member who signs whatever bytes can be signed, and a stranger nobody let in.
 *
 * The member's batches are of two kinds. Some could come from an honest hand that was cut off for long: they hang on old
 * ancestors, fork their own feed, are dated back as far as these allow; they have to be admitted, and their changes judged
 * alike by all. Others can never be admitted, and nobody may take them in.
 */

import type { Bytes } from '../../base/bytes.ts'
import { BATCH_VERSION, type Change, type Hlc, KIND, type Value, type VerifiedBatch } from '../../core/batch.ts'
import { encodeGrant, type Grant } from '../../core/capability.ts'
import { OP, RIGHTS, type Right } from '../../core/change.ts'
import { compareHlc } from '../../core/hlc.ts'
import type { History } from '../../core/history.ts'
import { type NodeFacts, type NodeId, nodeIdOf, nodeIdToBytes, workspaceNodeId } from '../../core/ids.ts'
import type { KeyPair } from '../../log/keys.ts'
import type { BatchDraft } from '../../log/signing.ts'
import type { Replica } from '../../replica/replica.ts'
import type { World } from './virtual-world.fixture.ts'

export interface Mallory {
  /** Whether `seen` knows of Mallory's right. A device that lost power may have to hear of it again. */
  isKnownTo(seen: Replica): boolean
  /** A batch that every replica has to admit, with changes of all kinds. Hangs on what `seen` has. */
  nasty(seen: Replica): Promise<VerifiedBatch>
  /** A batch that no replica may admit. */
  outlaw(seen: Replica): Promise<VerifiedBatch>
  /** Bytes that are no batch at all, or a good batch that was tampered with. */
  garbage(): Bytes
  readonly made: readonly VerifiedBatch[]
}

export function createMallory(
  world: World,
  pair: KeyPair,
  stranger: KeyPair,
  workspace: Bytes,
  capability: Bytes,
  granted: VerifiedBatch,
): Mallory {
  const { randomBytes, upTo, pick, chance } = world
  const made: VerifiedBatch[] = []
  const nonces = Array.from({ length: 3 }, () => randomBytes(16))

  async function nasty({ history, nodes }: Replica): Promise<VerifiedBatch> {
    const known = made.filter(({ id }) => history.ordinalOf(id) !== null)
    const prev = known.length > 0 && chance(0.9) ? (chance(0.7) ? known.at(-1) : pick(known)) : undefined
    // Old ancestors, among them the one that lets the key in.
    const count = history.count
    const others = Array.from({ length: upTo(4) }, () => upTo(count)).filter((ordinal) => hasId(history, ordinal))
    const after = [...new Set([...(prev ? [] : [history.ordinalOf(granted.id) as number]), ...others])].filter(
      (ordinal) => !prev || history.ordinalOf(prev.id) !== ordinal,
    )
    const past = [...after.map((ordinal) => history.hlcOf(ordinal)), ...(prev ? [prev.header.hlc] : [])]
    const latest = past.reduce((a, b) => (compareHlc(a, b) > 0 ? a : b))
    const hlc: Hlc = chance(0.6) ? [latest[0], latest[1] + 1] : [latest[0] + upTo(5000), latest[1] + 1]
    const changes = Array.from({ length: 1 + upTo(6) }, () => nastyChange([workspaceNodeId(workspace), ...nodes.keys()]))
    const batch = await seal(
      {
        ...draft(
          pair,
          hlc,
          after.map((ordinal) => history.idOf(ordinal)),
          changes,
        ),
        ...continuing(prev),
      },
      pair,
    )
    made.push(batch)
    return batch
  }

  function nastyChange(nodes: readonly NodeId[]): Change {
    const target = nodeIdToBytes(pick(nodes))
    const field = pick([
      'title',
      'status',
      'order',
      'parent',
      'constructor',
      '__proto__',
      'checks/x/__proto__',
      'dependencies',
      'body',
    ])
    const value: Value = pick<Value>(['x', 'done', 'zz', 7, null, { __proto__x: 1 }, pick(nodes), 'a'.repeat(70), [1]])
    const right = (name: Right): number => (chance(0.9) ? RIGHTS.indexOf(name) : upTo(RIGHTS.length))
    switch (upTo(8)) {
      case 0:
        return [OP.set, right('update'), target, 0, [field, value]]
      case 1:
        return [
          OP.add,
          right('update'),
          target,
          0,
          [pick(['labels', '__proto__', 'toString', 'dependencies']), pick(['__proto__', 'x', `blocks:${pick(nodes)}`])],
        ]
      case 2:
        return [
          OP.remove,
          right('update'),
          target,
          0,
          ['labels', 'core', [0, 300, [randomBytes(32), 1], 'x', [pick(made)?.id ?? workspace, 0]]],
        ]
      case 3:
        return [OP.text, right('update'), target, 0, [pick(['body', '__proto__']), randomBytes(upTo(20))]]
      case 4:
      case 5: {
        // The same node more than once, with other numbers, now and then with lies about it.
        const facts: NodeFacts = { type: 'task', project: null, path: null, subject: null, nonce: pick(nonces) }
        const told = chance(0.2) ? 'comment' : 'task'
        const args: Value[] = [
          told,
          null,
          null,
          null,
          facts.nonce,
          pick([0, 1, 2 ** 53 - 1]),
          ['title', `made ${upTo(9)}`, 'order', pick(['a0', 'zz', 'a00'])],
        ]
        return [OP.create, right('create'), nodeIdToBytes(nodeIdOf(workspace, pair.key, facts)), 0, args]
      }
      case 6:
        return [pick([OP.grant, OP.revoke, OP.adopt, 900]), right('grant'), null, 0, [randomBytes(9)]]
      default:
        return [upTo(32), upTo(RIGHTS.length), chance(0.5) ? target : null, 0, [field, value, value].slice(0, upTo(4))]
    }
  }

  async function outlaw({ history }: Replica): Promise<VerifiedBatch> {
    const head = pick(
      [...history.heads].filter((ordinal) => hasId(history, ordinal)).concat(history.ordinalOf(granted.id) as number),
    )
    const [hlc, after] = [history.hlcOf(head), [history.idOf(head)]]
    const later: Hlc = [hlc[0], hlc[1] + 1]
    const harmless: Change = [
      OP.set,
      RIGHTS.indexOf('update'),
      nodeIdToBytes(nodeIdOf(workspace, pair.key, facts())),
      0,
      ['title', 'mine now'],
    ]
    switch (upTo(5)) {
      case 0: // nobody introduced this key
        return seal(draft(stranger, later, after, [harmless]), stranger)
      case 1: // dated back before its own past
        return seal(draft(pair, [Math.max(0, hlc[0] - 1 - upTo(1000)), 0], after, [harmless]), pair)
      case 2: // a feed that skips
        return seal({ ...draft(pair, later, [], [harmless]), seq: 5, prev: history.idOf(head) }, pair)
      case 3: // lets in whom it does not grant to
        return seal({ ...draft(pair, later, after, [harmless]), introduced: [stranger.key] }, pair)
      default: {
        // The stranger lets itself in.
        const grant: Grant = {
          workspace,
          parent: capability,
          issuer: stranger.key,
          audience: pair.key,
          audienceBox: null,
          rank: 60,
          types: null,
          rights: null,
          globs: null,
          projects: null,
          notBefore: 0,
          expires: null,
          flags: 0,
          nonce: randomBytes(8),
        }
        const change: Change = [OP.grant, RIGHTS.indexOf('grant'), null, 0, [encodeGrant(grant)]]
        return seal({ ...draft(stranger, later, after, [change]), kind: KIND.authority, introduced: [pair.key] }, stranger)
      }
    }
  }

  /** In line with all other cryptography, or a seed would tell two stories. */
  function seal(draft: BatchDraft, author: KeyPair): Promise<VerifiedBatch> {
    return world.signer(author).sign(draft)
  }

  function facts(): NodeFacts {
    return { type: 'task', project: null, path: null, subject: null, nonce: pick(nonces) }
  }

  function draft(author: KeyPair, hlc: Hlc, after: readonly Bytes[], changes: readonly Change[]): BatchDraft {
    return {
      v: BATCH_VERSION,
      kind: KIND.data,
      workspace,
      key: author.key,
      feed: randomBytes(8),
      seq: 0,
      prev: null,
      after,
      hlc,
      introduced: [],
      closed: [],
      ext: [],
      body: { salt: randomBytes(16), capabilities: [capability], changes },
    }
  }

  return {
    isKnownTo: ({ history }) => history.ordinalOf(granted.id) !== null,
    made,
    nasty,
    outlaw,
    garbage() {
      const good = made.at(-1)
      if (!good || chance(0.4)) return randomBytes(upTo(300))
      const bytes = good.wire.slice(0, chance(0.3) ? upTo(good.wire.length) : good.wire.length)
      for (let i = 0; i < 1 + upTo(3) && bytes.length > 0; i++) bytes[upTo(bytes.length)] = upTo(256)
      return bytes
    },
  }
}

function continuing(prev: VerifiedBatch | undefined): Partial<BatchDraft> {
  return prev ? { feed: prev.header.feed, seq: prev.header.seq + 1, prev: prev.id } : {}
}

/** A batch of the replica's own that waits for its signature has none yet. */
function hasId(history: History, ordinal: number): boolean {
  return history.ordinalOf(history.idOf(ordinal)) === ordinal
}
