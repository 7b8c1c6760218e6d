/** Which changes count, looked at where batches come in: made by hand, verified by nobody, as bad as their authors like. */

import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Bytes, concatBytes, toHex, utf8 } from '../base/bytes.ts'
import { seededRandom } from '../base/random.ts'
import { BATCH_VERSION, type BatchHeader, type Change, type Hlc, KIND, type Value, type VerifiedBatch } from '../core/batch.ts'
import { capabilityId, encodeGrant, FLAG, type Grant, rootCapability } from '../core/capability.ts'
import { OP, RIGHTS, type Right } from '../core/change.ts'
import { read, type WorkNode } from '../core/fold.ts'
import type { ActorKey, NodeFacts, NodeId } from '../core/ids.ts'
import { nodeIdOf, nodeIdToBytes } from '../core/ids.ts'
import { liveOf } from './standing.ts'
import { State } from './state.ts'
import { stateHash } from './state-hash.ts'
import { Views } from './views.ts'

const NOW = 1_000_000
const WORKSPACE = sha256(utf8('a genesis'))
const key = (name: string): Bytes => concatBytes(Uint8Array.of(1), sha256(utf8(name)))
const right = (name: Right): number => RIGHTS.indexOf(name)
const ROOT = rootCapability(WORKSPACE, key('root'), 0)

/** Writes batches one after the other, each knowing all before it in its own world unless told otherwise. */
function author() {
  let made = 0
  const ends = new Map<string, VerifiedBatch>()
  function batch(
    name: string,
    kind: 0 | 1,
    capabilities: readonly Bytes[],
    changes: readonly Change[],
    after: readonly VerifiedBatch[],
    over: Partial<BatchHeader> = {},
  ): VerifiedBatch {
    const prev = ends.get(name)
    const past = [...(prev ? [prev] : []), ...after]
    const hlc: Hlc = [NOW + made, Math.max(0, ...past.map(({ header }) => header.hlc[1])) + 1]
    const introduced = changes.flatMap(([op, , , , [bytes]]) =>
      kind === KIND.authority && op === OP.grant ? (grants.get(toHex(bytes as Bytes)) ?? []) : [],
    )
    const made1: VerifiedBatch = {
      id: over.workspace === null ? WORKSPACE : sha256(utf8(`batch ${made++}`)),
      header: {
        v: BATCH_VERSION,
        kind,
        workspace: WORKSPACE,
        key: key(name),
        feed: sha256(utf8(name)).slice(0, 8),
        seq: prev ? prev.header.seq + 1 : 0,
        prev: prev?.id ?? null,
        after: after.filter((other) => other !== prev).map(({ id }) => id),
        hlc,
        count: changes.length,
        bodyHash: new Uint8Array(32),
        bodyLen: 0,
        introduced,
        closed: [],
        ext: [],
        ...over,
      },
      body: { salt: new Uint8Array(16), capabilities, changes },
      wire: new Uint8Array(0),
    }
    ends.set(name, made1)
    return made1
  }
  const grants = new Map<string, readonly Bytes[]>()
  const genesis = batch('root', KIND.authority, [], [], [], { workspace: null, introduced: [key('root')] })
  return {
    genesis,
    data: (
      name: string,
      capability: Grant,
      changes: readonly Change[],
      after: readonly VerifiedBatch[],
      over?: Partial<BatchHeader>,
    ) => batch(name, KIND.data, [capabilityId(capability)], changes, after, over),
    grant(name: string, cited: Grant, granted: readonly Grant[], after: readonly VerifiedBatch[], over?: Partial<BatchHeader>) {
      const changes = granted.map((grant): Change => [OP.grant, right('grant'), null, 0, [encodeGrant(grant)]])
      for (const grant of granted) grants.set(toHex(encodeGrant(grant)), [grant.audience])
      return batch(name, KIND.authority, [capabilityId(cited)], changes, after, over)
    },
    batch,
  }
}

function grantOf(parent: Grant, issuer: string, audience: string, over: Partial<Grant> = {}): Grant {
  const open = {
    audienceBox: null,
    types: null,
    rights: null,
    globs: null,
    projects: null,
    notBefore: 0,
    expires: null,
    flags: 0,
    nonce: new Uint8Array(8),
  }
  return {
    workspace: WORKSPACE,
    parent: capabilityId(parent),
    issuer: key(issuer),
    audience: key(audience),
    rank: parent.rank + 10,
    ...open,
    ...over,
  }
}

function createOf(
  name: string,
  nonce: number,
  fields: readonly (readonly [string, Value])[] = [],
  over: Partial<NodeFacts> = {},
): { id: NodeId; change: Change } {
  const facts: NodeFacts = {
    type: 'task',
    project: null,
    path: null,
    subject: null,
    nonce: new Uint8Array(16).fill(nonce),
    ...over,
  }
  const id = nodeIdOf(WORKSPACE, key(name), facts)
  return {
    id,
    change: [OP.create, right('create'), nodeIdToBytes(id), 0, [facts.type, null, null, null, facts.nonce, nonce, fields.flat()]],
  }
}

function setOf(node: NodeId, field: string, value: Value, verb: Right = 'update'): Change {
  return [OP.set, right(verb), nodeIdToBytes(node), 0, [field, value]]
}

function stateOf(batches: readonly VerifiedBatch[]) {
  const state = new State(WORKSPACE, () => NOW * 2)
  for (const batch of batches) expect(state.offer(batch, 'peer', () => {}).state).toBe('admitted')
  /** Why each change of a batch does not count. */
  const verdicts = (batch: VerifiedBatch): (string | null)[] =>
    (batch.body as NonNullable<VerifiedBatch['body']>).changes.map(
      (_, i) => state.quarantine.get((state.history.ordinalOf(batch.id) as number) * 256 + i) ?? null,
    )
  return { state, verdicts, title: (id: NodeId) => read(state.fold.nodes.get(id) as WorkNode, 'title') }
}

/** A root who made a task, and Ann, a member by this grant. */
function withAnn(over: Partial<Grant> = {}) {
  const write = author()
  const task = createOf('root', 1, [['title', 'One']])
  const made = write.data('root', ROOT, [task.change], [])
  const capability = grantOf(ROOT, 'root', 'ann', over)
  const granted = write.grant('root', ROOT, [capability], [])
  return { write, task: task.id, capability, granted, before: [write.genesis, made, granted] }
}

test('what a valid grant in its past allows counts', () => {
  const { write, task, capability, granted, before } = withAnn()
  const edit = write.data('ann', capability, [setOf(task, 'title', 'Two')], [granted])
  const { verdicts, title } = stateOf([...before, edit])
  expect([verdicts(edit), title(task)]).toEqual([[null], 'Two'])
})

test.each<[string, Partial<Grant>, (task: NodeId) => Change, string]>([
  ['a right that the grant does not name', { rights: [right('create')] }, (task) => setOf(task, 'title', 'x'), 'right'],
  ['a right that only a newer version knows', { rights: [200] }, (task) => setOf(task, 'title', 'x'), 'right'],
  ['no right at all', { rights: [] }, (task) => setOf(task, 'title', 'x'), 'right'],
  ['a type that the grant does not name', { types: ['comment'] }, (task) => setOf(task, 'title', 'x'), 'type'],
  ['a time after the grant expired, by its own clock', { expires: NOW }, (task) => setOf(task, 'title', 'x'), 'expired'],
  ['a time before the grant began', { notBefore: NOW * 2 }, (task) => setOf(task, 'title', 'x'), 'not-yet'],
  ['a right that is not the one the change needs', {}, (task) => setOf(task, 'deleted', true, 'update'), 'wrong-right'],
  [
    'assigning by the right to update',
    {},
    (task) => [OP.add, right('update'), nodeIdToBytes(task), 0, ['assignees', 'x']],
    'wrong-right',
  ],
  ['arguments that do not fit', {}, (task) => [OP.set, right('update'), nodeIdToBytes(task), 0, ['title']], 'malformed'],
  ['a value that its field does not take', {}, (task) => setOf(task, 'priority', 9), 'malformed'],
  ['no node', {}, () => [OP.set, right('update'), null, 0, ['title', 'x']], 'malformed'],
  ['a node that is not there', {}, () => setOf(createOf('nobody', 1).id, 'title', 'x'), 'unknown-node'],
  [
    'a create of facts that the id does not commit to',
    {},
    () => {
      const { change } = createOf('ann', 1)
      return [change[0], change[1], change[2], 0, ['comment', ...change[4].slice(1)]]
    },
    'bad-node',
  ],
  ['a create in the name of another', {}, () => createOf('bob', 1).change, 'bad-node'],
  ['a grant among data', {}, () => [OP.grant, right('grant'), null, 0, [new Uint8Array(3)]], 'wrong-kind'],
])('%s has no effect', (_, over, changeOf, why) => {
  const { write, task, capability, granted, before } = withAnn(over)
  const bad = write.data('ann', capability, [changeOf(task)], [granted])
  const { state, verdicts, title } = stateOf([...before, bad])
  expect([verdicts(bad), title(task), state.fold.nodes.size]).toEqual([[why], 'One', 2])
})

test('ops of a newer version are admitted, ignored, and no offence', () => {
  const { write, task, capability, granted, before } = withAnn()
  const newer = write.data('ann', capability, [[77, right('update'), nodeIdToBytes(task), 0, ['whatever']]], [granted])
  expect(stateOf([...before, newer]).verdicts(newer)).toEqual([null])
})

test('data in an authority batch has no effect, nor has a capability of somebody else', () => {
  const { write, task, capability, granted, before } = withAnn()
  const wrongKind = write.batch('ann', KIND.authority, [capabilityId(capability)], [setOf(task, 'title', 'x')], [granted])
  const borrowed = write.data('ann', ROOT, [setOf(task, 'title', 'x')], [])
  const invented = write.data('ann', grantOf(ROOT, 'ann', 'ann'), [setOf(task, 'title', 'x')], [])
  const { verdicts, title } = stateOf([...before, wrongKind, borrowed, invented])
  expect([wrongKind, borrowed, invented].map(verdicts)).toEqual([['wrong-kind'], ['wrong-signer'], ['unknown-capability']])
  expect(title(task)).toBe('One')
})

test('a grant that is here, but not in the past of the change, is as good as none, whichever came first', () => {
  const { write, task, before } = withAnn()
  // Ann is let in once, and gets a second capability later that her batch has not seen.
  const first = grantOf(ROOT, 'root', 'ann', { nonce: new Uint8Array(8).fill(1), rights: [] })
  const let1 = write.grant('root', ROOT, [first], [])
  const second = grantOf(ROOT, 'root', 'ann', { nonce: new Uint8Array(8).fill(2) })
  const let2 = write.grant('root', ROOT, [second], [])
  const early = write.data('ann', second, [setOf(task, 'title', 'x')], [let1])
  for (const order of [
    [let1, let2, early],
    [let1, early, let2],
  ])
    expect(stateOf([...before, ...order]).verdicts(early)).toEqual(['unknown-capability'])
})

test.each<[string, (parent: Grant) => Partial<Grant>]>([
  ['to oneself', () => ({ audience: key('ann') })],
  ["of one's own rank", ({ rank }) => ({ rank })],
  ['of a higher rank', ({ rank }) => ({ rank: rank - 1 })],
  ['of a rank that only the genesis gives', () => ({ rank: 9 })],
  ['in the name of another', () => ({ issuer: key('root') })],
  ['for another workspace', () => ({ workspace: new Uint8Array(32) })],
  ['of what one does not cite', () => ({ parent: capabilityId(ROOT) })],
  ['of nothing', () => ({ parent: null })],
])('a grant %s lets nobody do anything', (_, over) => {
  const { write, task, capability, granted, before } = withAnn()
  const grant = { ...grantOf(capability, 'ann', 'bob'), ...over(capability) }
  const passed = write.grant('ann', capability, [grant], [granted])
  const used = write.data(
    'bob',
    grant,
    [setOf(task, 'title', 'x')],
    [passed],
    toHex(grant.audience) === toHex(key('bob')) ? {} : { key: key('ann'), feed: new Uint8Array(8) },
  )
  const { verdicts, title } = stateOf([...before, passed, used])
  expect([verdicts(passed), verdicts(used), title(task)]).toEqual([['bad-grant'], ['unknown-capability'], 'One'])
})

test('every link of a chain has to allow it', () => {
  const { write, task, capability, granted, before } = withAnn({ types: ['task'], expires: NOW + 50 })
  const wider = grantOf(capability, 'ann', 'bob', { types: null, expires: null })
  const passed = write.grant('ann', capability, [wider], [granted])
  const [comment] = [createOf('bob', 1, [], { type: 'comment' })]
  const commentChange: Change = [OP.create, right('comment'), comment.change[2], 0, comment.change[4]]
  const good = write.data('bob', wider, [setOf(task, 'title', 'by bob'), commentChange], [passed])
  const late = write.data('bob', wider, [setOf(task, 'title', 'too late')], [], { hlc: [NOW + 51, 0] })
  const { verdicts, title } = stateOf([...before, passed, good, late])
  expect([verdicts(good), verdicts(late), title(task)]).toEqual([[null, 'type'], ['expired'], 'by bob'])
})

test('a chain is at most sixteen links deep', () => {
  const write = author()
  const batches = [write.genesis]
  let parent = ROOT
  for (let n = 1; n <= 16; n++) {
    const grant = grantOf(parent, n === 1 ? 'root' : `p${n - 1}`, `p${n}`, { rank: 10 + n })
    batches.push(write.grant(n === 1 ? 'root' : `p${n - 1}`, parent, [grant], [batches.at(-1) as VerifiedBatch]))
    parent = grant
  }
  const { verdicts } = stateOf(batches)
  expect(batches.slice(1).map((batch) => verdicts(batch)[0])).toEqual([...Array.from({ length: 15 }, () => null), 'bad-grant'])
})

test.each([
  ['its window binds who redeemed it too', 0, 'expired'],
  ['or, where it is lasting, its redemption alone', FLAG.lasting, null],
])('an invite may be handed on as it is, once a batch, to somebody else, and is good for nothing more; %s', (_, flag, stays) => {
  const {
    write,
    task,
    capability: invite,
    granted,
    before,
  } = withAnn({ flags: FLAG.redeemOnly | flag, types: ['task'], expires: NOW + 100 })
  const redeemed = grantOf(invite, 'ann', 'bob', { rank: invite.rank + 1, types: ['task'] })
  const good = write.grant('ann', invite, [redeemed], [granted])
  const wider = write.grant('ann', invite, [{ ...redeemed, audience: key('carl'), types: null }], [])
  const junior = write.grant('ann', invite, [{ ...redeemed, audience: key('carl'), rank: invite.rank + 2 }], [])
  const another = write.grant('ann', invite, [{ ...redeemed, audience: key('carl'), flags: FLAG.redeemOnly }], [])
  const twice = write.grant(
    'ann',
    invite,
    [
      { ...redeemed, audience: key('carl') },
      { ...redeemed, audience: key('dora') },
    ],
    [],
  )
  const used = write.data('ann', invite, [setOf(task, 'title', 'by the invite')], [])
  const later = write.data('bob', redeemed, [setOf(task, 'title', 'by bob')], [good], { hlc: [NOW + 500, 0] })
  const tooLate = write.grant('ann', invite, [{ ...redeemed, audience: key('carl') }], [], { hlc: [NOW + 101, 0] })
  const { verdicts, title } = stateOf([...before, good, wider, junior, another, twice, used, later, tooLate])
  expect([good, wider, junior, another, twice, used, later, tooLate].map(verdicts)).toEqual([
    [null],
    ['bad-grant'],
    ['bad-grant'],
    ['bad-grant'],
    ['bad-grant', 'bad-grant'],
    ['right'],
    [stays],
    ['expired'],
  ])
  expect(title(task)).toBe(stays === null ? 'by bob' : 'One')
})

test('state, quarantine with its reasons, and what is shown are a function of the set of batches', () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.integer(), { minLength: 1, maxLength: 3 }), (seed, orders) => {
      const batches = hostileWorld(seed)
      const seen = [batches, ...orders.map((order) => shuffled(batches, order))].map((order) => judgedIn(order))
      for (const other of seen) expect(other).toEqual(seen[0])
    }),
    { numRuns: 60 },
  )
})

/** Grants upon grants, some void, and changes under any of them by anybody, with any past. */
function hostileWorld(seed: number): VerifiedBatch[] {
  const random = seededRandom(seed)
  const upTo = (n: number): number => Math.floor(random() * n)
  const pick = <T>(list: readonly T[]): T => list[upTo(list.length)] as T
  const write = author()
  const names = ['root', 'ann', 'bob', 'carl']
  const grants: { grant: Grant; of: string }[] = [{ grant: ROOT, of: 'root' }]
  const batches = [write.genesis]
  const tasks = names.flatMap((name) => [1, 2].map((nonce) => createOf(name, nonce, [['title', `${name}'s`]])))
  for (const of of names.slice(1)) {
    const grant = grantOf(ROOT, 'root', of, { types: pick([null, ['task']]) })
    grants.push({ grant, of })
    batches.push(write.grant('root', ROOT, [grant], []))
  }
  for (const name of names)
    for (const { id, change } of tasks)
      if (random() < 0.5)
        batches.push(
          write.data(
            name,
            (grants.find(({ of }) => of === name) as (typeof grants)[number]).grant,
            [change, setOf(id, 'status', 'ready')],
            [batches[3] as VerifiedBatch],
          ),
        )
  for (let i = 0; i < 30; i++) {
    const name = pick(names)
    const after = [batches[3] as VerifiedBatch, pick(batches)]
    const own = grants.filter(({ of }) => of === name)
    const chance = random()
    const { grant } = chance < 0.6 ? (own[0] as (typeof own)[number]) : pick(chance < 0.9 ? own : grants)
    if (random() < 0.25) {
      const of = pick(names)
      const next = grantOf(grant, pick([name, name, 'root']), of, {
        rank: grant.rank + upTo(3),
        nonce: new Uint8Array(8).fill(i),
        rights: pick([null, [right('update')]]),
        expires: pick([null, NOW + upTo(60)]),
      })
      grants.push({ grant: next, of })
      batches.push(write.grant(name, grant, [next], after))
      continue
    }
    const changes = Array.from({ length: 1 + upTo(3) }, (): Change => {
      const { id, change } = pick(tasks)
      if (random() < 0.4)
        return random() < 0.2 ? [change[0], change[1], change[2], 0, ['comment', ...change[4].slice(1)]] : change
      return pick([
        setOf(id, 'title', upTo(9) > 4 ? 'a' : i),
        setOf(id, 'parent', pick(tasks).id),
        setOf(id, 'order', `a${upTo(9)}`),
        setOf(id, 'deleted', true, pick<Right>(['delete', 'update'])),
      ])
    })
    batches.push(write.data(name, grant, changes, after))
  }
  return batches
}

function shuffled(batches: readonly VerifiedBatch[], seed: number): VerifiedBatch[] {
  const random = seededRandom(seed)
  const [genesis, ...rest] = batches as [VerifiedBatch, ...VerifiedBatch[]]
  return [
    genesis,
    ...rest
      .map((batch) => [random(), batch] as const)
      .toSorted(([a], [b]) => a - b)
      .map(([, batch]) => batch),
  ]
}

function judgedIn(order: readonly VerifiedBatch[]): unknown {
  const state = new State(WORKSPACE, () => NOW * 2)
  const views = new Views(state, () => NOW * 2)
  for (const batch of order) {
    state.offer(batch, 'peer', () => {})
    views.update(state.takeTouched())
    // Looked at on the way, so that what is kept of it has to be renewed.
    for (const id of state.fold.nodes.keys()) views.task(id)
  }
  const ids = [...state.fold.nodes.keys()].toSorted()
  return {
    hash: stateHash(state),
    quarantine: [...state.quarantine]
      .map(([ref, why]) => `${toHex(state.history.idOf(Math.floor(ref / 256)))}:${ref % 256} ${why}`)
      .toSorted(),
    rows: ids.map((id) => views.task(id)),
    order: [...views.tasks()],
    holders: ['ann', 'bob', 'carl'].map((name) =>
      liveOf(state.authority, toHex(key(name)) as ActorKey)
        .map(({ id }) => id)
        .toSorted(),
    ),
  }
}

test('after a batch that was not applied to its end, by a bug, nothing more is taken in', () => {
  const { write, task, capability, granted, before } = withAnn()
  const { state } = stateOf(before)
  expect(state.isWhole).toBe(true)
  const edits = ['Two', 'Three'].map((title) => write.data('ann', capability, [setOf(task, 'title', title)], [granted]))
  state.fold.apply = () => {
    throw new Error('a bug')
  }
  const offer = (batch: VerifiedBatch | undefined) => () => state.offer(batch as VerifiedBatch, 'peer', () => {})
  expect(offer(edits[0])).toThrow('a bug')
  expect(state.isWhole).toBe(false)
  expect(offer(edits[1])).toThrow('Broken invariant')
})
