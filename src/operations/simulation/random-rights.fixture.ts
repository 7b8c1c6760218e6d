/** What people do to each other's rights in a simulation: anything that the replica offers, at random, rightly or by mistake. */

import { toHex } from '../../base/bytes.ts'
import type { Result } from '../../base/result.ts'
import type { ActorKey } from '../../core/ids.ts'
import type { Role } from '../../core/roles.ts'
import {
  adopt,
  frontierAt,
  grantTo,
  reaffirm,
  removeActor,
  renounce,
  revoke,
  unadopt,
  undoCut,
} from '../../replica/membership.ts'
import { liveOf } from '../../replica/standing.ts'
import type { Device, Live } from './device.fixture.ts'
import type { World } from './virtual-world.fixture.ts'

/** Does one thing; answers what it was, in short, for the trace. */
export function changeRightsAtRandom({ replica }: Live, devices: readonly Device[], world: World): string {
  const { upTo, pick, chance } = world
  const { registry, entries, adoption } = replica.authority
  const device = pick(devices)
  const actor = toHex(device.pair.key) as ActorKey
  switch (upTo(8)) {
    case 0:
      return said(`remove ${device.name}`, removeActor(replica, actor, { keepBelow: chance(0.5) }))
    case 1: {
      const target = pick(registry.all)
      const ago = upTo(20_000)
      const keep = chance(0.5) ? target.children.filter(() => chance(0.5)).map(({ id }) => id) : []
      const frontier = chance(0.5) ? { frontier: frontierAt(replica, replica.now() - ago) } : {}
      return said(`revoke ${target.id.slice(0, 6)} as of ${ago} ms ago`, revoke(replica, target.id, { keep, ...frontier }))
    }
    case 2:
    case 3:
      return said(
        `grant ${device.name}`,
        grantTo(replica, { key: device.pair.key, box: device.box.key }, { role: roleFor(device, chance(0.2)) }),
      )
    case 4:
    case 5: {
      const revocations = entries.filter(({ change }) => change.op === 'revoke')
      if (revocations.length === 0) return 'nobody was ever removed'
      const { ref } = pick(revocations)
      return chance(0.7) ? said('undo a revocation', undoCut(replica, ref)) : said('affirm a revocation', reaffirm(replica, ref))
    }
    case 6: {
      const refs = [...replica.quarantine.keys()].filter(() => chance(0.5)).slice(0, 50)
      const adopts = [...adoption.adopted].flatMap((ref) => adoption.adoptersOf(ref).map((entry) => entry.ref))
      if (adopts.length > 0 && chance(0.3)) return said('let go what was adopted', unadopt(replica, [pick(adopts)]))
      return refs.length > 0 ? said(`adopt ${refs.length}`, adopt(replica, refs)) : 'nothing to adopt'
    }
    default: {
      const [held] = replica.held
      return held && chance(0.2) ? said('leave', renounce(replica, held.id)) : 'stay'
    }
  }
}

/** Lets everybody back in whom somebody removed. Answers whether there was anybody. */
export function letBackIn({ replica }: Live, devices: readonly Device[]): boolean {
  const removed = devices.filter(({ pair }) => liveOf(replica.authority, toHex(pair.key) as ActorKey).length === 0)
  for (const device of removed) grantTo(replica, { key: device.pair.key, box: device.box.key }, { role: roleFor(device, false) })
  return removed.length > 0
}

/** Some of the devices are agents', and stay so. */
export function isAgentDevice({ name }: Device): boolean {
  return name === 'd2' || name === 'd4'
}

function roleFor(device: Device, isAdmin: boolean): Role {
  return isAgentDevice(device) ? 'agent' : isAdmin ? 'admin' : 'member'
}

function said(what: string, result: Result<unknown>): string {
  return result.ok ? what : `${what}: ${result.refusal.code}`
}
