/** Who can read what: real keys, real seals, batches as peers get them. */

import { describe, expect, test } from 'vitest'
import { type Bytes, toHex } from '../base/bytes.ts'
import { read } from '../core/fold.ts'
import type { NodeId } from '../core/ids.ts'
import { decodeWire } from '../log/batch-codec.ts'
import { exchange, founded, joined } from './cluster.fixture.ts'
import { closeInvite, removeActor } from './membership.ts'
import type { Replica } from './replica.ts'

async function sealedWorkspace() {
  return founded(1, { ms: Date.UTC(2026, 0, 1) }, { sealed: true })
}

function write(replica: Replica, title: string): NodeId {
  return replica.transact(null, (tx) => tx.create({ type: 'task', number: 1, fields: [['title', title]] }))
}

function titles({ nodes }: Replica): string[] {
  return [...nodes.values()]
    .filter(({ type }) => type === 'task')
    .map((node) => String(read(node, 'title')))
    .toSorted()
}

/** Everything as it leaves a device. */
async function outgoing(replica: Replica): Promise<Bytes[]> {
  await replica.saved()
  const all = Array.from({ length: replica.history.count }, (_, ordinal) => ordinal)
  const wires: Bytes[] = []
  for await (const page of replica.wires(all)) wires.push(...page.map(({ wire }) => wire))
  return wires
}

describe('in a sealed workspace', () => {
  test('no word leaves a device in the clear but the genesis and the keys themselves', async () => {
    const { owner } = await sealedWorkspace()
    write(owner, 'TOP-SECRET-TITLE')
    const wires = await outgoing(owner)
    expect(Buffer.concat(wires).includes('TOP-SECRET-TITLE')).toBe(false)
    const forms = wires.map((bytes) => decodeWire(bytes)).map((wire) => (wire.ok ? wire.value.form : 'none'))
    expect(forms).toEqual(['open', 'open', 'sealed'])
  })

  test('a newcomer reads all that was before, and is read by all', async () => {
    const { owner, clock } = await sealedWorkspace()
    write(owner, 'old')
    const { member } = await joined(owner, 7, clock)
    expect(titles(member)).toEqual(['old'])
    write(member, 'new')
    await exchange(member, owner)
    expect(titles(owner)).toEqual(['new', 'old'])
    expect(await owner.stateHash()).toBe(await member.stateHash())
  })

  test('a viewer, who may hand out no key, gets one of their own from others', async () => {
    const { owner, clock } = await sealedWorkspace()
    const { member: viewer, peer } = await joined(owner, 7, clock, { role: 'viewer' })
    expect(await owner.rekey()).toBe(true)
    expect(await owner.rekey()).toBe(false)
    // Their own box opens it now, without the invite's.
    const keys = await owner.keyWires(await currentEpoch(owner))
    expect(Buffer.concat([...keys]).includes(Buffer.from(peer.box.key))).toBe(true)
    expect(viewer.may('create', 'task')).toBe(false)
  })

  test('epoch.removed-cannot-open: who is removed can read nothing that is sent afterwards, new or old', async () => {
    const { owner, clock } = await sealedWorkspace()
    const { member: bob } = await joined(owner, 7, clock)
    const { member: carl } = await joined(owner, 8, clock)
    await exchange(owner, bob)
    write(carl, 'written by Carl before he heard of it')
    await exchange(owner, carl)
    expect(removeActor(owner, bob.actor)).toMatchObject({ ok: true, value: 1 })
    // The key is turned by itself; here it is only waited for.
    await owner.rekey()
    write(owner, 'after the removal')
    await exchange(owner, carl)
    await exchange(carl, owner)
    // Bob gets whatever anybody would serve him, from both.
    const before = titles(bob)
    const refused: string[] = []
    for (const from of [owner, carl]) {
      await bob.learn(await from.keyWires(await currentEpoch(from)))
      refused.push(...(await bob.receive(await outgoing(from), 'somebody')).refused)
    }
    expect(refused).toEqual([])
    expect(titles(bob)).toEqual(before)
    expect(bob.delayed.sealed).toBeGreaterThan(0)
    expect(titles(carl)).toEqual(['after the removal', 'written by Carl before he heard of it'])
    expect(titles(owner)).toEqual(titles(carl))
  })

  test('a key is turned when an invite is closed: whoever has the link had the key', async () => {
    const { owner, clock } = await sealedWorkspace()
    const first = await currentEpoch(owner)
    const { member, invite } = await joined(owner, 7, clock)
    await exchange(owner, member)
    expect(closeInvite(owner, invite)).toMatchObject({ ok: true })
    await owner.rekey()
    expect(toHex(await currentEpoch(owner))).not.toBe(toHex(first))
    write(owner, 'later')
    await exchange(owner, member)
    expect(titles(member)).toContain('later')
  })

  test('two who turn the key apart end with one that suits both removals', async () => {
    const { owner, clock } = await sealedWorkspace()
    const { member: dan } = await joined(owner, 6, clock, { role: 'admin' })
    const [{ member: bob }, { member: carl }] = [await joined(owner, 7, clock), await joined(owner, 8, clock)]
    await exchange(owner, dan)
    removeActor(owner, bob.actor)
    removeActor(dan, carl.actor)
    await owner.rekey()
    await dan.rekey()
    await exchange(owner, dan)
    await exchange(dan, owner)
    // Each key was handed to one of the two removed: neither is tight now.
    expect(await owner.rekey()).toBe(true)
    expect(await owner.rekey()).toBe(false)
    await exchange(owner, dan)
    expect(await dan.rekey()).toBe(false)
    write(dan, 'for the two of us')
    for (const lost of [bob, carl]) {
      await lost.learn(await dan.keyWires(await currentEpoch(dan)))
      await lost.receive(await outgoing(dan), 'dan')
      expect(titles(lost)).toEqual([])
    }
    await exchange(dan, owner)
    expect(titles(owner)).toEqual(['for the two of us'])
  })

  test('what came before its key waits, and is there once the key is', async () => {
    const { owner, clock } = await sealedWorkspace()
    const { member } = await joined(owner, 7, clock)
    await exchange(owner, member)
    const { member: bob } = await joined(owner, 8, clock)
    removeActor(owner, bob.actor)
    await owner.rekey()
    write(owner, 'under the new key')
    const sealed = (await outgoing(owner)).filter((bytes) => {
      const wire = decodeWire(bytes)
      return wire.ok && wire.value.form === 'sealed'
    })
    await member.receive(sealed, 'owner')
    expect([titles(member), member.delayed.sealed > 0]).toEqual([[], true])
    await member.learn(await owner.keyWires(await currentEpoch(owner)))
    // The rekey itself is an ancestor of what was written after it.
    await exchange(owner, member)
    expect([titles(member), member.delayed]).toEqual([['under the new key'], { waiting: 0, held: 0, sealed: 0, outside: 0 }])
  })
})

test('a workspace whose genesis names no box stays in the clear', async () => {
  const { owner } = await founded()
  expect(await owner.rekey()).toBe(false)
  write(owner, 'plain')
  expect(Buffer.concat(await outgoing(owner)).includes('plain')).toBe(true)
})

async function currentEpoch(replica: Replica): Promise<Bytes> {
  await replica.saved()
  for await (const page of replica.wires([replica.history.count - 1, 0])) for (const { epoch } of page) if (epoch) return epoch
  write(replica, 'to see the key')
  return currentEpoch(replica)
}
