/** Attacks on who may what, one a test, on a real state: what counts afterwards, in the order told and in the opposite one. */

import { describe, expect, test } from 'vitest'
import type { StoryNode } from './authority-oracle.fixture.ts'
import { Scene } from './scene.fixture.ts'

/** An owner, an admin whom she appointed, and an agent of the admin's that works on a task. */
function swarm() {
  const scene = new Scene()
  const owner = scene.root()
  const task = scene.node('owner')
  scene.create(owner, task)
  const admin = scene.grant(owner, 'admin', 10)
  const agent = scene.grant(admin.cap, 'agent', 70, { rights: ['create', 'update'] })
  return { scene, owner, task, admin, agent }
}

/** Delivered both ways round, what counts is the same. */
function bothWays(scene: Scene) {
  const [told, reversed] = [scene.play('told'), scene.play('reversed')]
  expect([...reversed.state.void].length).toBe([...told.state.void].length)
  return { ...told, reversed }
}

describe('cap.wrong-signer: another’s capability', () => {
  test('citing what somebody else holds has no effect', () => {
    const { scene, task, admin, agent } = swarm()
    const borrowed = scene.say('agent', [{ op: 'set', cap: admin.cap.id, node: task, value: 'mine' }])
    const stolen = scene.say('stranger2', [{ op: 'set', cap: agent.cap.id, node: task, value: 'mine' }])
    const { why, title } = bothWays(scene)
    expect([why(borrowed), why(stolen), title(task)]).toEqual(['wrong-signer', 'not admitted', 'new'])
  })
})

describe('grant.escalation: an agent hands on more than it has', () => {
  test('what it lacks, nobody gets from it, however wide it grants', () => {
    const scene = new Scene()
    const owner = scene.root()
    const task = scene.node('owner')
    scene.create(owner, task)
    const boss = scene.grant(owner, 'boss', 50, {
      rights: ['update', 'grant'],
      types: ['task'],
      globs: ['src/**'],
      expires: 1_000_500,
    })
    const wide = scene.grant(boss.cap, 'worker', 70)
    const doc = scene.node('worker', { type: 'document', path: 'etc/passwd' })
    const deletes = scene.say('worker', [{ op: 'create', cap: wide.cap.id, node: doc, value: 'x' }])
    const works = scene.set(wide.cap, task, 'done')
    const late = scene.set(wide.cap, task, 'late', { ms: 1_000_501 })
    const { why, title } = bothWays(scene)
    expect([why(deletes), why(works), why(late), title(task)]).toEqual(['right', null, 'expired', 'done'])
  })

  test('nor a rank of its own or above, nor one that only the genesis gives', () => {
    const scene = new Scene()
    const owner = scene.root()
    const admin = scene.grant(owner, 'admin', 12)
    const same = scene.grant(admin.cap, 'puppet', 12)
    const senior = scene.grant(admin.cap, 'puppet', 11)
    const root = scene.grant(owner, 'puppet', 5)
    const itself = scene.grant(admin.cap, 'admin', 13)
    const { why } = bothWays(scene)
    expect([same, senior, root, itself].map(({ batch }) => why(batch))).toEqual(Array.from({ length: 4 }, () => 'bad-grant'))
  })

  test('an agent that was given the right to revoke cannot use it: only people can', () => {
    const { scene, admin, agent } = swarm()
    const armed = scene.grant(admin.cap, 'armed', 60)
    const shot = scene.revoke(armed.cap, agent.cap)
    expect(bothWays(scene).why(shot)).toBe('not-a-person')
  })
})

describe('scope: right, type, project and path are judged on what the node’s id commits to', () => {
  test.each([
    ['src/network/x.ts', null],
    ['src/network/deep/y.ts', null],
    ['src/ui/x.ts', 'path'],
    [null, 'path'],
  ])('under src/network/** a document at %s: %s', (path, expected) => {
    const scene = new Scene()
    const { cap } = scene.grant(scene.root(), 'agent', 70, { globs: ['src/network/**'] })
    const created = scene.create(cap, scene.node('agent', { type: 'document', path }))
    expect(bothWays(scene).why(created)).toBe(expected)
  })

  test('review 3: nobody re-scopes a node by creating it once more', () => {
    const scene = new Scene()
    const owner = scene.root()
    const [p1, p2] = [scene.node('owner', { type: 'project' }), scene.node('owner', { type: 'project' })]
    scene.create(owner, p1)
    scene.create(owner, p2)
    const task = scene.node('owner', { project: p2.id })
    scene.create(owner, task)
    const worker = scene.grant(owner, 'worker', 70, { projects: [p1.id] })
    const forged = scene.say('worker', [{ op: 'create', cap: worker.cap.id, node: { ...task, project: p1.id }, value: 'mine' }])
    const outside = scene.set(worker.cap, task, 'mine')
    const { why, title } = bothWays(scene)
    expect([why(forged), why(outside), title(task)]).toEqual(['bad-node', 'project', 'new'])
  })

  test('a move into another project needs that project, too', () => {
    const scene = new Scene()
    const owner = scene.root()
    const [mine, theirs] = [scene.node('owner', { type: 'project' }), scene.node('owner', { type: 'project' })]
    const taskIn = ({ id }: StoryNode): StoryNode => scene.node('owner', { project: id })
    const [a, b, c] = [taskIn(mine), taskIn(mine), taskIn(theirs)]
    for (const node of [mine, theirs, a, b, c]) scene.create(owner, node)
    const { cap } = scene.grant(owner, 'worker', 70, { projects: [mine.id] })
    const inside = scene.say('worker', [{ op: 'move', cap: cap.id, node: a, to: b }])
    const across = scene.say('worker', [{ op: 'move', cap: cap.id, node: a, to: c }])
    const { why } = bothWays(scene)
    expect([why(inside), why(across)]).toEqual([null, 'project'])
  })
})

describe('scen 1, 2: a revoked agent', () => {
  test('what it did before stays; backdated, forked, hidden and late work has no effect', () => {
    const { scene, owner, task, agent } = swarm()
    const honest = scene.set(agent.cap, task, 'honest')
    const revoked = scene.revoke(owner, agent.cap)
    // Its clock set back to right after its last honest word, in the same feed; in a fork; in a new feed; and long after.
    const hidden = scene.set(agent.cap, task, 'hidden', { prev: honest, after: [], ms: honest.ms + 1 })
    const forked = scene.say('agent', [{ op: 'set', cap: agent.cap.id, node: task, value: 'fork' }], {
      prev: null,
      after: [agent.batch],
    })
    const late = scene.set(agent.cap, task, 'late', { after: [revoked] })
    const { why, title } = bothWays(scene)
    expect([honest, hidden, forked, late].map((batch) => why(batch))).toEqual([null, 'revoked', 'revoked', 'revoked'])
    expect(title(task)).toBe('honest')
  })

  test('all that hangs below it goes with it', () => {
    const { scene, owner, task, admin, agent } = swarm()
    const below = scene.grant(admin.cap, 'other', 75)
    scene.revoke(owner, admin.cap)
    const stale = { after: [below.batch] }
    const [byAgent, byOther] = [scene.set(agent.cap, task, 'a', stale), scene.set(below.cap, task, 'b', stale)]
    const { why } = bothWays(scene)
    expect([why(byAgent), why(byOther)]).toEqual(['revoked', 'revoked'])
  })

  test('renounce: who gives a capability up can use it no more, and cannot take back what they did', () => {
    const { scene, task, agent } = swarm()
    const before = scene.set(agent.cap, task, 'before')
    const apart = scene.set(agent.cap, task, 'apart', { prev: null, after: [agent.batch] })
    scene.say('agent', [{ op: 'renounce', cap: agent.cap.id, target: agent.cap.id }])
    const after = scene.set(agent.cap, task, 'after')
    const { why } = bothWays(scene)
    expect([before, apart, after].map((batch) => why(batch))).toEqual([null, null, 'renounced'])
  })

  test('nobody renounces for another, and nobody revokes themselves', () => {
    const { scene, task, admin, agent } = swarm()
    const forged = scene.say('admin', [{ op: 'renounce', cap: agent.cap.id, target: agent.cap.id }])
    const second = scene.grant(admin.cap, 'second', 40)
    const selfish = scene.grant(scene.root(), 'second', 20)
    const own = scene.revoke(selfish.cap, second.cap)
    const works = scene.set(agent.cap, task, 'works')
    const { why } = bothWays(scene)
    expect([why(forged), why(own), why(works)]).toEqual(['bad-target', 'bad-target', null])
  })
})

describe('scen 3: a fired admin', () => {
  test('revenge, puppets and mass cuts, dated back, change nothing', () => {
    const { scene, owner, task, admin, agent } = swarm()
    const peer = scene.grant(owner, 'peer', 10)
    const works = scene.set(agent.cap, task, 'works')
    scene.revoke(owner, admin.cap, { keep: [agent.cap] })
    const stale = { prev: admin.batch === agent.batch ? null : agent.batch, after: [], ms: agent.batch.ms + 1 }
    const onOwner = scene.revoke(admin.cap, owner, {}, stale)
    const onPeer = scene.revoke(admin.cap, peer.cap, {}, { prev: null, after: [peer.batch] })
    const onAgent = scene.revoke(admin.cap, agent.cap, {}, { prev: null, after: [agent.batch] })
    const puppet = scene.grant(admin.cap, 'puppet', 30, {}, { prev: null, after: [agent.batch] })
    const byPuppet = scene.set(puppet.cap, task, 'puppet', { after: [puppet.batch] })
    const { why, title } = bothWays(scene)
    expect([onOwner, onPeer].map((batch) => why(batch))).toEqual(['bad-target', 'bad-target'])
    expect([why(onAgent), why(puppet.batch), why(byPuppet)]).toEqual(['revoked', 'revoked', 'void-grant'])
    expect([why(works), title(task)]).toEqual([null, 'works'])
  })

  test('review 22: what only they had revoked comes back, and can be revoked again in one change', () => {
    const { scene, owner, task, admin, agent } = swarm()
    const removal = scene.revoke(admin.cap, agent.cap)
    const late = scene.set(agent.cap, task, 'late', { after: [agent.batch] })
    expect(bothWays(scene).why(late)).toBe('revoked')
    // The owner fires the admin as of before that removal, and not the agent.
    scene.revoke(owner, admin.cap, { frontier: [agent.batch], keep: [agent.cap] })
    expect([bothWays(scene).why(removal), bothWays(scene).why(late)]).toEqual(['revoked', null])
    scene.revoke(owner, agent.cap, { frontier: [agent.batch] })
    expect(bothWays(scene).why(late)).toBe('revoked')
  })
})

describe('scen 6: a rogue admin, still in office, erases an agent’s history', () => {
  test('all of it is cut, nothing is lost, and the owner brings it back', () => {
    const { scene, owner, task, admin, agent } = swarm()
    const work = Array.from({ length: 20 }, (_, i) => scene.set(agent.cap, task, `work ${i}`))
    const wipe = scene.revoke(admin.cap, agent.cap, {}, { prev: null, after: [agent.batch] })
    const wiped = bothWays(scene)
    expect(work.map((batch) => wiped.why(batch))).toEqual(work.map(() => 'revoked'))
    expect([wiped.title(task), wiped.reversed.title(task)]).toEqual(['new', 'new'])
    scene.revoke(owner, admin.cap, { frontier: [work.at(-1) as never], keep: [agent.cap] })
    const back = bothWays(scene)
    expect([back.why(wipe), ...work.map((batch) => back.why(batch))]).toEqual(['revoked', ...work.map(() => null)])
    expect([back.title(task), back.reversed.title(task)]).toEqual(['work 19', 'work 19'])
  })
})

describe('review 4: a revocation by mistake can be mended', () => {
  function wiped() {
    const scene = new Scene(['laptop', 'phone'])
    const [laptop, phone] = [scene.root('laptop'), scene.root('phone')]
    const task = scene.node('laptop')
    scene.create(laptop, task)
    const agent = scene.grant(laptop, 'agent', 70)
    const work = scene.set(agent.cap, task, 'work')
    const mistake = scene.revoke(laptop, agent.cap, {}, { prev: null, after: [agent.batch] })
    return { scene, laptop, phone, agent, work, mistake, task }
  }

  test('by the same key: a later one with a wider frontier takes its place', () => {
    const { scene, laptop, agent, work, mistake } = wiped()
    expect(bothWays(scene).why(work)).toBe('revoked')
    scene.revoke(laptop, agent.cap, { frontier: [work], replaces: [mistake] })
    const late = scene.set(agent.cap, scene.world.nodes[0] as never, 'late')
    const { why } = bothWays(scene)
    expect([why(work), why(late)]).toEqual([null, 'revoked'])
  })

  test('a wider one that does not replace it helps nothing: both cut', () => {
    const { scene, laptop, agent, work } = wiped()
    scene.revoke(laptop, agent.cap, { frontier: [work] })
    expect(bothWays(scene).why(work)).toBe('revoked')
  })

  test('by a strict senior yes, by an equal of another key or a junior no', () => {
    const scene = new Scene()
    const owner = scene.root()
    const task = scene.node('owner')
    scene.create(owner, task)
    const [ann, bob] = [scene.grant(owner, 'ann', 20), scene.grant(owner, 'bob', 20)]
    const junior = scene.grant(owner, 'junior', 30)
    const agent = scene.grant(owner, 'agent', 70)
    const work = scene.set(agent.cap, task, 'work')
    const wipe = scene.revoke(ann.cap, agent.cap, { frontier: [agent.batch] })
    scene.revoke(bob.cap, agent.cap, { frontier: [work], replaces: [wipe] })
    scene.revoke(junior.cap, agent.cap, { frontier: [work], replaces: [wipe] })
    expect(bothWays(scene).why(work)).toBe('revoked')
    scene.revoke(owner, agent.cap, { frontier: [work], replaces: [wipe] })
    expect(bothWays(scene).why(work)).toBe(null)
  })

  test('being replaced is for good, even where the one that took its place is replaced itself', () => {
    const { scene, laptop, agent, work, mistake } = wiped()
    const second = scene.revoke(laptop, agent.cap, { frontier: [work], replaces: [mistake] })
    scene.revoke(laptop, agent.cap, { frontier: [work], replaces: [second] })
    expect(bothWays(scene).why(work)).toBe(null)
  })

  test('an earlier root may end a later one, and not the other way round', () => {
    const { scene, laptop, phone } = wiped()
    const up = scene.revoke(phone, laptop)
    const down = scene.revoke(laptop, phone)
    const { why } = bothWays(scene)
    // Seen in one go: the phone was revoked after it spoke.
    expect([why(up), why(down)]).toEqual(['bad-target', null])
  })
})

describe('review 5: keep spares the children that it names, and nobody else', () => {
  test('who granted themselves something in time is not spared with their agents', () => {
    const { scene, owner, task, admin, agent } = swarm()
    const spare = scene.grant(admin.cap, 'adminsOtherKey', 11)
    scene.revoke(owner, admin.cap, { keep: [agent.cap] })
    const after = [spare.batch]
    const byAgent = scene.set(agent.cap, task, 'agent', { after })
    const bySpare = scene.set(spare.cap, task, 'spare', { after })
    const { why } = bothWays(scene)
    expect([why(byAgent), why(bySpare)]).toEqual([null, 'revoked'])
  })

  test('scen 7, invite.double: closed on the first redemption, a late or dated-back one is void, the guest stays', () => {
    const scene = new Scene()
    const owner = scene.root()
    const task = scene.node('owner')
    scene.create(owner, task)
    const invite = scene.grant(owner, 'invite', 30, { invite: 'lasting' })
    const guest = scene.grant(invite.cap, 'guest', 31)
    scene.revoke(owner, invite.cap, { keep: [guest.cap] })
    const thief = scene.grant(invite.cap, 'thief', 31, {}, { prev: null, after: [invite.batch] })
    const byGuest = scene.set(guest.cap, task, 'guest')
    const byThief = scene.set(thief.cap, task, 'thief', { after: [thief.batch] })
    const { why, title } = bothWays(scene)
    expect([why(guest.batch), why(thief.batch), why(byGuest), why(byThief)]).toEqual([null, 'revoked', null, 'void-grant'])
    expect(title(task)).toBe('guest')
  })
})

describe('review 13: whose it is to end', () => {
  test('a member of one project cannot end what works in another, or in all', () => {
    const scene = new Scene()
    const owner = scene.root()
    const [p1, p2] = [scene.node('owner', { type: 'project' }), scene.node('owner', { type: 'project' })]
    for (const project of [p1, p2]) scene.create(owner, project)
    const member = scene.grant(owner, 'member', 30, { projects: [p1.id] })
    const agents = [[p1.id], [p2.id], [p1.id, p2.id], null].map((projects, i) =>
      scene.grant(owner, `agent${i}`, 70, { projects }),
    )
    const revoked = agents.map(({ cap }) => scene.revoke(member.cap, cap))
    const { why } = bothWays(scene)
    expect(revoked.map((batch) => why(batch))).toEqual([null, 'bad-target', 'bad-target', 'bad-target'])
  })

  test('a revocation of what nobody has granted yet is void, now and later', () => {
    const { scene, owner, admin } = swarm()
    const unborn = scene.world.grant({ ...admin.cap, parent: owner.id, issuer: 'owner', audience: 'unborn', rank: 40 })
    const early = scene.revoke(owner, unborn)
    expect(scene.play().why(early)).toBe('bad-target')
    scene.say('owner', [{ op: 'grant', cap: owner.id, grant: unborn }])
    expect(bothWays(scene).why(early)).toBe('bad-target')
  })

  test('a frontier that names what lies outside the revocation’s own past is void', () => {
    const { scene, owner, task, agent } = swarm()
    const unseen = scene.set(agent.cap, task, 'unseen')
    const revoked = scene.revoke(owner, agent.cap, { frontier: [unseen] }, { prev: null, after: [agent.batch] })
    expect(bothWays(scene).why(revoked)).toBe('bad-frontier')
  })
})

describe('review 11: adopting', () => {
  function cut() {
    const { scene, owner, task, admin, agent } = swarm()
    const work = scene.set(agent.cap, task, 'work')
    scene.revoke(owner, agent.cap, { frontier: [agent.batch] })
    return { scene, owner, task, admin, agent, work }
  }

  test('brings back work under its own name, for as long as the adopt stands', () => {
    const { scene, owner, task, admin, work } = cut()
    expect(bothWays(scene).title(task)).toBe('new')
    const adopt = scene.adopt(admin.cap, [work])
    const back = bothWays(scene)
    expect([back.why(work), back.title(task), back.reversed.title(task)]).toEqual([null, 'work', 'work'])
    const junior = scene.grant(owner, 'junior', 30)
    scene.say('junior', [{ op: 'unadopt', cap: junior.cap.id, names: [`${adopt.id}:0`] }])
    expect(bothWays(scene).title(task)).toBe('work')
    const undo = scene.say('owner', [{ op: 'unadopt', cap: owner.id, names: [`${adopt.id}:0`] }])
    expect(bothWays(scene).title(task)).toBe('new')
    scene.adopt(admin.cap, [work])
    expect(bothWays(scene).title(task)).toBe('work')
    // Fired as of before the second adopt: it falls with its author.
    scene.revoke(owner, admin.cap, { frontier: [undo] })
    expect(bothWays(scene).title(task)).toBe('new')
  })

  test('takes no more than the adopter might have done, and nothing that gives or takes rights', () => {
    const { scene, owner, task, agent, work } = cut()
    const grant = scene.grant(agent.cap, 'puppet', 90, {}, { after: [work] })
    const narrow = scene.grant(owner, 'narrow', 40, { rights: ['grant', 'create'] })
    scene.adopt(narrow.cap, [work, grant.batch])
    scene.adopt(owner, [grant.batch])
    const { why, title } = bothWays(scene)
    expect([why(work), why(grant.batch), title(task)]).toEqual(['revoked', 'right', 'new'])
  })

  test('cannot reach what comes after it', () => {
    const { scene, owner, task, agent, work } = cut()
    const hidden = scene.set(agent.cap, task, 'hidden', { prev: work, after: [] })
    scene.adopt(owner, [hidden], { after: [work] })
    expect(bothWays(scene).why(hidden)).toBe('revoked')
  })
})

test('a create that is cut hides its node, with all that others did to it, and brings it back when it counts again', () => {
  const { scene, owner, admin, agent } = swarm()
  const made = scene.node('agent')
  const created = scene.create(agent.cap, made)
  const named = scene.set(admin.cap, made, 'named by the admin')
  const cutIt = scene.revoke(owner, agent.cap, { frontier: [agent.batch] })
  const hidden = bothWays(scene)
  expect([hidden.why(created), hidden.why(named), hidden.title(made), hidden.reversed.title(made)]).toEqual([
    'revoked',
    null,
    undefined,
    undefined,
  ])
  scene.revoke(owner, agent.cap, { frontier: [cutIt], replaces: [cutIt] })
  const back = bothWays(scene)
  expect([back.title(made), back.reversed.title(made)]).toEqual(['named by the admin', 'named by the admin'])
})
