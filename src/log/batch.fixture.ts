/** A small workspace for tests: fixed seeds and salts, so that every run, in every engine, makes the same bytes. */

import { type Bytes } from '../base/bytes.ts'
import { BATCH_VERSION, type Hlc, KIND, type VerifiedBatch } from '../core/batch.ts'
import { capabilityId, encodeGrant, type Grant, rootCapability } from '../core/capability.ts'
import { OP, RIGHTS } from '../core/change.ts'
import { type KeyPair, signingKeys } from './keys.ts'
import { type BatchDraft, sealBatch } from './signing.ts'

export interface Sample {
  readonly root: KeyPair
  readonly member: KeyPair
  readonly genesis: VerifiedBatch
  readonly grant: VerifiedBatch
  readonly capability: Bytes
  readonly data: readonly VerifiedBatch[]
}

export const START_MS = Date.UTC(2026, 0, 1)

export function filled(length: number, byte: number): Bytes {
  return new Uint8Array(length).fill(byte)
}

export async function sample(): Promise<Sample> {
  const root = await signingKeys(filled(32, 0x11))
  const member = await signingKeys(filled(32, 0x22))
  const genesis = await sealBatch(genesisDraft(root), root)
  const workspace = genesis.id
  const grant = memberGrant(workspace, root, member)
  const rootId = capabilityId(rootCapability(workspace, root.key, 0))
  const granted = await sealBatch(
    {
      ...draftOf(root, workspace, genesis, 0xa1, [START_MS + 1, 0]),
      kind: KIND.authority,
      introduced: [member.key],
      body: {
        salt: filled(16, 0xb1),
        capabilities: [rootId],
        changes: [[OP.grant, RIGHTS.indexOf('grant'), null, 0, [encodeGrant(grant)]]],
      },
    },
    root,
  )
  const capability = capabilityId(grant)
  const data: VerifiedBatch[] = []
  for (let i = 0; i < 3; i++) {
    const draft = dataDraft(member, workspace, capability, granted, data.at(-1) ?? null, i)
    data.push(await sealBatch(draft, member))
  }
  return { root, member, genesis, grant: granted, capability, data }
}

export function genesisDraft(root: KeyPair): BatchDraft {
  return {
    v: BATCH_VERSION,
    kind: KIND.authority,
    workspace: null,
    key: root.key,
    feed: filled(8, 0xa1),
    seq: 0,
    prev: null,
    after: [],
    hlc: [START_MS, 0],
    introduced: [root.key],
    closed: [],
    ext: [],
    body: { salt: filled(16, 0xb0), capabilities: [], changes: [[OP.genesis, 0, null, 0, [1, {}]]] },
  }
}

function memberGrant(workspace: Bytes, root: KeyPair, member: KeyPair): Grant {
  const parent = rootCapability(workspace, root.key, 0)
  return {
    ...parent,
    parent: capabilityId(parent),
    audience: member.key,
    rank: 30,
    types: ['task', 'comment'],
    rights: [RIGHTS.indexOf('create'), RIGHTS.indexOf('update')],
    globs: ['src/**'],
    projects: [filled(16, 0xd1)],
    notBefore: START_MS,
    expires: START_MS + 86_400_000,
    nonce: filled(8, 0xc1),
  }
}

function draftOf(pair: KeyPair, workspace: Bytes, prev: VerifiedBatch, feed: number, hlc: Hlc): Omit<BatchDraft, 'body'> {
  return {
    v: BATCH_VERSION,
    kind: KIND.data,
    workspace,
    key: pair.key,
    feed: filled(8, feed),
    seq: prev.header.seq + 1,
    prev: prev.id,
    after: [],
    hlc,
    introduced: [],
    closed: [],
    ext: [],
  }
}

/** Batch `i` of the member's feed, with every kind of value among its arguments. */
export function dataDraft(
  pair: KeyPair,
  workspace: Bytes,
  capability: Bytes,
  seen: VerifiedBatch,
  prev: VerifiedBatch | null,
  i: number,
): BatchDraft {
  const node = filled(16, 0xe0 + i)
  const update = RIGHTS.indexOf('update')
  return {
    ...draftOf(pair, workspace, prev ?? seen, 0xa2, [START_MS + 2, i]),
    ...(prev ? {} : { seq: 0, prev: null, after: [seen.id] }),
    body: {
      salt: filled(16, 0xb2 + i),
      capabilities: [capability],
      changes: [
        [OP.set, update, node, 0, ['title', `Card ${i}: naïve ✓ 𝄞`]],
        [OP.add, update, node, 0, ['labels', 'urgent']],
        [OP.set, update, node, 0, ['ext', { a: [null, true, false, -1, 2 ** 53 - 1], bb: filled(3, i) }]],
      ],
    },
  }
}
