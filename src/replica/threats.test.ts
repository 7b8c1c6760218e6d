/**
 * The threat table, row by row: hostile hands against honest replicas, through real batches, signatures and seals.
 *
 * Of each attack: no honest replica shows any of it, each can say why, and all end alike. What only the pure rule decides is
 * attacked in more ways in `authority.test.ts`; hostile pages over WebRTC are in `e2e/threats.spec.ts`.
 */

import { beforeEach, describe, expect, test } from 'vitest'
import { type Bytes, fromHex } from '../base/bytes.ts'
import { seededBytes, seededRandom } from '../base/random.ts'
import { KIND, type VerifiedBatch } from '../core/batch.ts'
import type { Capability } from '../core/capability-registry.ts'
import type { Grant } from '../core/capability.ts'
import { hlcToText } from '../core/hlc.ts'
import { LOCAL } from '../core/limits.ts'
import { generateCapability } from '../core/roles.ts'
import { decodeWire, encodeWire } from '../log/batch-codec.ts'
import { signingKeys } from '../log/keys.ts'
import { attentionOf } from './attention.ts'
import { exchange, founded, joined } from './cluster.fixture.ts'
import { Hand } from './hand.fixture.ts'
import { type HostileWorld, hostileWorld } from './hostile-world.fixture.ts'
import { adopt, grantTo, removeActor, revoke, undoCut } from './membership.ts'
import type { Replica } from './replica.ts'
import { openText } from './text-session.ts'
import { textOf } from './text.ts'

let world: HostileWorld
beforeEach(async () => {
  world = await hostileWorld()
})

describe('admit.stranger: somebody whom nobody let in', () => {
  test('is refused, batch and all, with what it says about itself', async () => {
    const stranger = await world.hand(null)
    const batch = await stranger.set(world.task, 'title', 'mine', { capability: world.owner.held[0]?.id as string })
    expect(await world.attack(batch)).toEqual(['Nobody in its past introduced its key.'])
    expect([world.why(batch), await world.shown()]).toEqual(['not admitted', 'as it was'])
  })

  test('does not come in by a grant to itself either', async () => {
    const stranger = await world.hand(null)
    const [root] = world.owner.held as [Capability]
    const self: Grant = { ...root.grant, parent: fromHex(root.id), audience: fromHex(stranger.actor), rank: 10 }
    const batch = await stranger.authority({ op: 'grant', grant: self }, { capability: root.id })
    expect(await world.attack(batch)).toEqual(['Nobody in its past introduced its key.'])
    expect(await world.shown()).toBe('as it was')
  })
})

describe('scope: a client that does not ask whether it may', () => {
  test('a viewer who writes, deletes, assigns, grants and revokes', async () => {
    const viewer = await world.hand({ role: 'viewer' })
    const [held] = viewer.held as [Capability]
    const victim = world.owner.authority.registry.heldBy(world.honest.actor)[0] as Capability
    const puppet: Grant = {
      ...held.grant,
      parent: fromHex(held.id),
      issuer: held.grant.audience,
      audience: victim.grant.issuer,
      rank: 49,
    }
    const revocation = { target: fromHex(victim.id), keep: [], frontier: [], replaces: [], reason: '' }
    const tries = [
      await viewer.set(world.task, 'title', 'mine'),
      await viewer.edit([[{ op: 'set', node: world.task, field: 'deleted', value: true }, 'delete']]),
      await viewer.edit([[{ op: 'add', node: world.task, field: 'assignees', element: 'me' }, 'assign']]),
      await viewer.edit([[{ op: 'set', node: world.task, field: 'title', value: 'by another right' }, 'emit']]),
      (await viewer.create({}, 'mine')).batch,
      await viewer.authority({ op: 'grant', grant: puppet }),
      await viewer.authority({ op: 'revoke', revocation }),
    ]
    expect(await world.attack(...tries)).toEqual([])
    expect(tries.map((batch) => world.why(batch))).toEqual(['right', 'right', 'right', 'wrong-right', 'right', 'right', 'right'])
    expect(await world.shown()).toBe('as it was')
    expect(world.owner.views.task(world.task)?.assignees).toEqual([])
  })

  test('an agent outside of its file patterns, by every trick that a path allows', async () => {
    const agent = await world.hand({ role: 'agent', files: ['src/network/**'] })
    const paths = [
      'src/ui/x.ts',
      'src/network/../ui/x.ts',
      './src/network/x.ts',
      'src/network//x.ts',
      'src/network\\x.ts',
      '/src/network/x.ts',
      'SRC/network/x.ts',
      'src/netwo\u0301rk/../network/x.ts',
      'src/network/a\u0000b.ts',
      'src/network/%2e%2e/ui/x.ts',
      null,
    ]
    const whys: (string | null)[] = []
    for (const path of paths) {
      const { batch } = await agent.create({ type: 'document', path }, 'mine')
      expect(await world.attack(batch)).toEqual([])
      whys.push(world.why(batch))
    }
    expect(whys).toEqual([
      'path',
      ...Array.from({ length: 5 }, () => 'malformed'),
      'path',
      'malformed',
      'malformed',
      // A name like any other: nothing decodes it.
      null,
      'path',
    ])
    const inside = await agent.create({ type: 'document', path: 'src/network/peer.ts' }, 'its own')
    await world.attack(inside.batch)
    expect(world.why(inside.batch)).toBeNull()
    await world.shown()
  })

  test('cap.wrong-signer: another’s capability is nobody else’s', async () => {
    const agent = await world.hand({ role: 'agent' })
    const [root] = world.owner.held as [Capability]
    const batch = await agent.set(world.task, 'title', 'mine', { capability: root.id })
    await world.attack(batch)
    expect([world.why(batch), await world.shown()]).toEqual(['wrong-signer', 'as it was'])
  })
})

describe('grant.escalation: an agent hands on more than it has', () => {
  test('wider, more senior, for longer: none of it reaches beyond what it holds', async () => {
    const { clock, owner } = world
    const boss = await world.hand({
      role: 'coordinator',
      rights: ['create', 'grant'],
      files: ['src/**'],
      expires: clock.ms + 60_000,
    })
    const [held] = boss.held as [Capability]
    const puppetPair = await signingKeys(new Uint8Array(32).fill(9))
    const narrow = generateCapability(
      held.grant,
      held.depth,
      { key: puppetPair.key, box: null },
      { role: 'agent' },
      owner.random(8),
    )
    if (!narrow.ok) throw new Error(narrow.refusal.detail)
    const wide: Grant = { ...narrow.value, rights: null, types: null, globs: null, projects: null, expires: null }
    const senior: Grant = { ...wide, rank: 10 }
    const tries = [await boss.authority({ op: 'grant', grant: wide }), await boss.authority({ op: 'grant', grant: senior })]
    await world.attack(...tries)
    expect(tries.map((batch) => world.why(batch))).toEqual([null, 'bad-grant'])
    const puppet = new Hand(puppetPair, owner)
    const capability = puppet.held.find(({ grant }) => grant.rank === wide.rank)?.id as string
    const deletes = await puppet.edit([[{ op: 'set', node: world.task, field: 'deleted', value: true }, 'delete']], {
      capability,
    })
    const outside = await puppet.create({ type: 'document', path: 'etc/passwd' }, 'mine', { capability })
    clock.ms += 120_000
    const late = await puppet.create({}, 'late', { capability })
    await world.attack(deletes, outside.batch, late.batch)
    expect([deletes, outside.batch, late.batch].map((batch) => world.why(batch))).toEqual(['right', 'path', 'expired'])
    expect(await world.shown()).toBe('as it was')
  })
})

describe('scen 1, 2: a revoked agent', () => {
  test('backdated, forked, hidden and pre-signed work has no effect; what it did in time stays', async () => {
    const { owner, clock, task } = world
    const agent = await world.hand({ role: 'agent' })
    const honest = await agent.set(task, 'title', 'honest work')
    // Signed while it might still have been honest, and shown to nobody.
    const hidden = await agent.set(task, 'title', 'hidden')
    await world.attack(honest)
    const seen = owner.history.ordinalOf(honest.id) as number
    expect(revoke(owner, agent.held[0]?.id as string)).toMatchObject({ ok: true })
    await owner.saved()
    await exchange(owner, world.honest)
    const [ms, counter] = honest.header.hlc
    const backdated = await agent.set(task, 'title', 'backdated', { prev: honest, after: [], hlc: [ms, counter + 1] })
    const staleFeed = await agent.set(task, 'title', 'stale', { prev: null, after: [seen], hlc: [ms, counter + 1] })
    const twin = await agent.set(task, 'title', 'fork', { prev: null, after: [seen - 1], hlc: [ms, counter] })
    const late = await agent.set(task, 'title', 'late', { prev: hidden })
    clock.ms += 60_000
    await world.attack(hidden, backdated, staleFeed, twin, late)
    expect([honest, hidden, backdated, staleFeed, twin, late].map((batch) => world.why(batch))).toEqual([
      null,
      'revoked',
      'revoked',
      'revoked',
      'revoked',
      'revoked',
    ])
    expect(await world.shown()).toBe('honest work')
  })
})

describe('scen 3: a fired admin', () => {
  test('takes revenge, appoints puppets and cuts everybody: nothing changes', async () => {
    const { owner, honest, task } = world
    const admin = await world.hand({ role: 'admin' })
    const [held] = admin.held as [Capability]
    const before = await admin.set(task, 'title', 'while in office')
    await world.attack(before)
    const seen = owner.history.ordinalOf(before.id) as number
    expect(removeActor(owner, admin.actor as never)).toMatchObject({ ok: true })
    await owner.saved()
    await exchange(owner, honest)
    const [ms, counter] = before.header.hlc
    const back = { prev: before, after: [seen], hlc: [ms, counter + 1] as const }
    const victim = owner.authority.registry.heldBy(honest.actor)[0] as Capability
    const root = owner.held.find(({ isRoot }) => isRoot) as Capability
    const revocation = (id: string) => ({ target: fromHex(id), keep: [], frontier: [], replaces: [], reason: 'revenge' })
    const puppetPair = await signingKeys(new Uint8Array(32).fill(8))
    const grant = generateCapability(
      held.grant,
      held.depth,
      { key: puppetPair.key, box: null },
      { role: 'member' },
      owner.random(8),
    )
    if (!grant.ok) throw new Error(grant.refusal.detail)
    const cut = await admin.authority({ op: 'revoke', revocation: revocation(victim.id) }, back)
    const coup = await admin.authority({ op: 'revoke', revocation: revocation(root.id) }, { ...back, prev: null })
    const puppet = await admin.authority({ op: 'grant', grant: grant.value }, { ...back, prev: null })
    await world.attack(cut, coup, puppet)
    const puppetHand = new Hand(puppetPair, owner)
    const byPuppet = await puppetHand.set(task, 'title', 'by a puppet', { capability: puppetHand.held[0]?.id as string })
    await world.attack(byPuppet)
    expect([cut, coup, puppet, byPuppet].map((batch) => world.why(batch))).toEqual([
      'revoked',
      'bad-target',
      'revoked',
      'void-grant',
    ])
    honest.transact(null, (tx) => tx.set(task, 'title', 'still working'))
    expect(await world.shown()).toBe('still working')
  })
})

describe('scen 6: a rogue admin, still in office', () => {
  test('erases an agent’s history: it is seen, nothing is lost, the owner brings it back', async () => {
    const { owner, task } = world
    const admin = await world.hand({ role: 'admin' })
    const agent = await world.hand({ role: 'agent' })
    let last: VerifiedBatch | null = null
    for (let i = 0; i < 6; i++) await world.attack((last = await agent.set(task, 'title', `step ${i}`)))
    const [target] = agent.held as [Capability]
    const granted = Math.floor((target.carriers[0]?.ref as number) / 256)
    const revocation = {
      target: fromHex(target.id),
      keep: [],
      frontier: [owner.history.idOf(granted)],
      replaces: [],
      reason: 'housekeeping',
    }
    const erased = await admin.authority({ op: 'revoke', revocation })
    await world.attack(erased)
    expect([world.why(erased), world.why(last as VerifiedBatch), await world.shown()]).toEqual([null, 'revoked', 'as it was'])
    const alarm = attentionOf(owner).find(({ kind }) => kind === 'cut')
    expect(alarm).toMatchObject({ changes: 6, by: admin.actor, mayUndo: true })
    // All at once, by a line drawn anew; or piece by piece, by adopting.
    expect(adopt(owner, [(owner.history.ordinalOf((last as VerifiedBatch).id) as number) * 256])).toMatchObject({ ok: true })
    await owner.settled()
    expect(await world.shown()).toBe('step 5')
    expect(undoCut(owner, (alarm as { revocation: number }).revocation)).toMatchObject({ ok: true })
    await owner.settled()
    expect([world.why(last as VerifiedBatch), await world.shown()]).toEqual([null, 'step 5'])
    expect(owner.quarantine.size).toBe(0)
  })
})

describe('fork.converge: one feed, two histories', () => {
  test('each honest replica gets another branch first: all end alike, and both batches are the proof', async () => {
    const { owner, honest, task } = world
    const agent = await world.hand({ role: 'agent' })
    const first = await agent.set(task, 'title', 'first')
    await world.attack(first)
    const left = await agent.set(task, 'title', 'left', { prev: first })
    const right = await agent.set(task, 'title', 'right', { prev: first })
    await owner.receive([left.wire], 'attacker')
    await honest.receive([right.wire], 'attacker')
    world.clock.ms += 1000
    const title = await world.shown()
    expect(['left', 'right']).toContain(title)
    for (const replica of [owner, honest]) {
      expect(replica.history.forks()).toMatchObject([{ seq: 1 }])
      expect(
        attentionOf(replica).some(({ kind, ...rest }) => kind === 'fork' && 'actor' in rest && rest.actor === agent.actor),
      ).toBe(true)
    }
  })
})

describe('hlc.hold, lww.causal-first: clocks', () => {
  test('a batch from the future waits for its time, and wins nothing by it', async () => {
    const { owner, honest, clock, task } = world
    const agent = await world.hand({ role: 'agent' })
    const far = await agent.set(task, 'title', 'from the future', { hlc: [clock.ms + 3_600_000, 0] })
    await world.attack(far)
    expect([world.why(far), await world.shown(), owner.delayed.held]).toEqual(['not admitted', 'as it was', 1])
    // Who hears of it in its time writes after it, and a later word that saw an earlier one wins.
    clock.ms += 3_600_000
    for (const replica of [owner, honest]) replica.tick()
    expect(await world.shown()).toBe('from the future')
    honest.transact(null, (tx) => tx.set(task, 'title', 'corrected'))
    expect(await world.shown()).toBe('corrected')
  })

  test('the least lead that is let through cannot overrule who has seen it', async () => {
    const { honest, clock, task } = world
    const agent = await world.hand({ role: 'agent' })
    const lead = await agent.set(task, 'title', 'ahead', { hlc: [clock.ms + LOCAL.clockLeadMs - 1, 0] })
    await world.attack(lead)
    honest.transact(null, (tx) => tx.set(task, 'title', 'later word'))
    expect(await world.shown()).toBe('later word')
    expect(hlcToText(lead.header.hlc) < hlcToText(honest.history.latest)).toBe(true)
  })
})

describe('relay.tamper, relay.cross-workspace: who carries batches', () => {
  test('a bit turned anywhere in a sealed batch is found, and the real one still comes in', async () => {
    const { owner, honest, task } = world
    owner.transact(null, (tx) => tx.set(task, 'title', 'sealed words'))
    await owner.saved()
    const wires: Bytes[] = []
    for await (const page of owner.wires([owner.history.count - 1])) wires.push(...page.map(({ wire }) => wire))
    const [wire] = wires as [Bytes]
    for (let at = 0; at < wire.length; at += 3) {
      const turned = wire.slice()
      turned[at] = (turned[at] as number) ^ 1
      await honest.receive([turned], 'relay')
      expect(honest.history.count).toBe(owner.history.count - 1)
    }
    // A relay that passes on the header and keeps the words keeps nothing from coming in later.
    const open = decodeWire(wire)
    if (!open.ok) throw new Error(open.detail)
    await honest.receive([encodeWire({ form: 'pruned', header: open.value.header, signature: open.value.signature })], 'relay')
    expect((await honest.receive([wire], 'owner')).admitted).toBe(1)
    expect(await world.shown()).toBe('sealed words')
  })

  test('a batch of another workspace, by a key that is known in both, is refused', async () => {
    const { owner: elsewhere } = await founded(44, world.clock)
    const agent = await world.hand({ role: 'admin' })
    expect(grantTo(elsewhere, { key: fromHex(agent.actor), box: null }, { role: 'admin' })).toMatchObject({ ok: true })
    await elsewhere.saved()
    const there = new Hand(world.pairOf(agent), elsewhere)
    const replayed = await there.set(world.task, 'title', 'from elsewhere')
    expect(await world.attack(replayed)).toEqual([expect.stringContaining('workspace')])
    expect([world.why(replayed), await world.shown()]).toEqual(['not admitted', 'as it was'])
  })

  test('a batch in another’s name is refused, however it is signed', async () => {
    const { owner } = world
    const agent = await world.hand({ role: 'agent' })
    const forged = await agent.say(KIND.data, [], {}, { key: fromHex(owner.actor), feed: Uint8Array.of(9, 9, 9, 9, 9, 9, 9, 9) })
    expect(await world.attack(forged)).toEqual([expect.stringContaining('signature')])
    expect(world.why(forged)).toBe('not admitted')
  })
})

describe('E7, E8: text that was written around what is cut', () => {
  test('words inside of cut text stay and can be read, what was only cut goes; brought back, all is as it was', async () => {
    const { owner, honest, clock } = world
    const { member: agent } = await joined(owner, 21, clock, { role: 'agent' })
    const body = agent.transact(null, (tx) => tx.create({ type: 'task', number: 9, fields: [['title', 'notes']] }))
    await everywhere(agent)
    const granted = agent.history.count - 1
    const text = openText(agent, body, 'body', () => () => {})
    text.text.insert(0, 'Evil agent words')
    text.close()
    await everywhere(agent)
    clock.ms += 1000
    const reply = openText(honest, body, 'body', () => () => {})
    reply.text.insert(5, '[a human note] ')
    reply.text.delete(reply.text.length - 5, 5)
    reply.close()
    await everywhere(honest)
    const bodies = (): string[] =>
      [owner, honest].map((replica) => textOf(replica.nodes.get(body) as never, 'body', replica.history))
    expect(bodies()).toEqual(Array.from({ length: 2 }, () => 'Evil [a human note] agent '))
    const [target] = owner.authority.registry.heldBy(agent.actor) as [Capability]
    expect(
      revoke(owner, target.id, { frontier: [owner.history.ordinalOf(agent.history.idOf(granted)) as number] }),
    ).toMatchObject({ ok: true })
    await owner.settled()
    await everywhere(owner)
    expect(bodies()).toEqual(Array.from({ length: 2 }, () => '[a human note] '))
    const cut = owner.authority.entries.findLast(({ change }) => change.op === 'revoke')
    expect(undoCut(owner, cut?.ref as number)).toMatchObject({ ok: true })
    await owner.settled()
    await everywhere(owner)
    expect(bodies()).toEqual(Array.from({ length: 2 }, () => 'Evil [a human note] agent '))
    expect(await honest.stateHash()).toBe(await owner.stateHash())
  })

  async function everywhere(from: Replica): Promise<void> {
    for (const to of [world.owner, world.honest]) if (to !== from) await exchange(from, to)
  }
})

describe('review 7: more ends than a batch can name', () => {
  test('who has seen 200 feeds cuts nothing of them by ending whoever stands above them', async () => {
    const { owner, honest } = world
    const boss = await world.hand({ role: 'coordinator' })
    const [held] = boss.held as [Capability]
    const last: VerifiedBatch[] = []
    for (let n = 0; n < 40; n++) {
      const pair = await signingKeys(seededBytes(seededRandom(9000 + n))(32))
      const grant = generateCapability(held.grant, held.depth, { key: pair.key, box: null }, { role: 'agent' }, owner.random(8))
      if (!grant.ok) throw new Error(grant.refusal.detail)
      await world.attack(await boss.authority({ op: 'grant', grant: grant.value }))
      const worker = new Hand(pair, owner)
      const granted = owner.history.count - 1
      // Five feeds each, none of which has seen another.
      for (let feed = 0; feed < 5; feed++) {
        const { batch } = await worker.create({}, `work ${n}.${feed}`, { prev: null, after: [granted] })
        last.push(batch)
      }
    }
    expect(await world.attack(...last)).toEqual([])
    expect(owner.history.heads.size).toBeGreaterThan(190)
    const written = owner.history.count
    expect(revoke(owner, held.id)).toMatchObject({ ok: true })
    await owner.saved()
    // The heads are joined sixteen at a time before the revocation is written.
    expect(owner.history.count - written).toBeGreaterThan(10)
    expect(last.map((batch) => world.why(batch)).filter((why) => why !== null)).toEqual([])
    await exchange(owner, honest)
    expect(owner.quarantine.size).toBe(0)
    expect(honest.quarantine.size).toBe(0)
    expect(await honest.stateHash()).toBe(await owner.stateHash())
  }, 60_000)
})
