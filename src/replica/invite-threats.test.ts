/** What somebody can do with a link that was not meant for them: nothing beyond what the invite says, and nothing once it is closed. */

import { beforeEach, describe, expect, test } from 'vitest'
import { type Bytes, fromHex } from '../base/bytes.ts'
import type { Capability } from '../core/capability-registry.ts'
import { FLAG, type Grant } from '../core/capability.ts'
import { signingKeys } from '../log/keys.ts'
import { exchange } from './cluster.fixture.ts'
import { Hand } from './hand.fixture.ts'
import { type HostileWorld, hostileWorld } from './hostile-world.fixture.ts'
import { closeInvite } from './membership.ts'
import { publishInvite } from './workspace.ts'

let world: HostileWorld
beforeEach(async () => {
  world = await hostileWorld()
})

describe('a link thief', () => {
  test('scen 7, invite.double: who redeems second, backdated or not, stays outside once the invite is closed', async () => {
    const { owner, honest, clock } = world
    const invite = await signingKeys(new Uint8Array(32).fill(5))
    expect(publishInvite(owner, { role: 'member' }, { key: invite.key, box: null })).toMatchObject({ ok: true })
    await owner.saved()
    await exchange(owner, honest)
    const thief = new Hand(invite, owner)
    const [held] = thief.held as [Capability]
    const redeem = async (key: Bytes, hlc?: readonly [number, number]) => {
      const grant: Grant = {
        ...held.grant,
        parent: fromHex(held.id),
        issuer: held.grant.audience,
        audience: key,
        rank: held.rank + 1,
        flags: 0,
        nonce: owner.random(8),
      }
      return thief.authority({ op: 'grant', grant }, { prev: null, ...(hlc && { hlc }) })
    }
    const guestKeys = await signingKeys(new Uint8Array(32).fill(6))
    const guest = await redeem(guestKeys.key)
    await world.attack(guest)
    expect(closeInvite(owner, held.id)).toMatchObject({ ok: true })
    await owner.saved()
    await exchange(owner, honest)
    const late = await redeem((await signingKeys(new Uint8Array(32).fill(7))).key)
    const backdated = await thief.authority(
      {
        op: 'grant',
        grant: {
          ...held.grant,
          parent: fromHex(held.id),
          issuer: held.grant.audience,
          audience: world.pairOf(await world.hand(null)).key,
          rank: held.rank + 1,
          flags: 0,
          nonce: owner.random(8),
        },
      },
      {
        prev: null,
        after: [Math.floor((held.carriers[0]?.ref as number) / 256)],
        hlc: [guest.header.hlc[0], guest.header.hlc[1] + 1],
      },
    )
    clock.ms += 1000
    await world.attack(late, backdated)
    expect([guest, late, backdated].map((batch) => world.why(batch))).toEqual([null, 'revoked', 'revoked'])
    const isIn = new Hand(guestKeys, owner)
    const work = await isIn.set(world.task, 'title', 'the guest works', { capability: isIn.held[0]?.id as string })
    await world.attack(work)
    expect(await world.shown()).toBe('the guest works')
  })

  test('cannot make of an invite more than it is: other rights, another rank, two at once, or work under it', async () => {
    const { owner } = world
    const invite = await signingKeys(new Uint8Array(32).fill(5))
    expect(publishInvite(owner, { role: 'viewer' }, { key: invite.key, box: null })).toMatchObject({ ok: true })
    await owner.saved()
    await exchange(owner, world.honest)
    const thief = new Hand(invite, owner)
    const [held] = thief.held as [Capability]
    expect(held.grant.flags & FLAG.redeemOnly).toBe(FLAG.redeemOnly)
    const base: Grant = {
      ...held.grant,
      parent: fromHex(held.id),
      issuer: held.grant.audience,
      audience: (await signingKeys(new Uint8Array(32).fill(6))).key,
      rank: held.rank + 1,
      flags: 0,
      nonce: owner.random(8),
    }
    const tries = [
      await thief.authority({ op: 'grant', grant: { ...base, rights: null } }, { prev: null }),
      await thief.authority({ op: 'grant', grant: { ...base, rank: 10 } }, { prev: null }),
      await thief.authority({ op: 'grant', grant: { ...base, flags: FLAG.redeemOnly } }, { prev: null }),
      await thief.set(world.task, 'title', 'by the link', { prev: null }),
    ]
    await world.attack(...tries)
    expect(tries.map((batch) => world.why(batch))).not.toContain(null)
    expect(await world.shown()).toBe('as it was')
  })
})
