import { expect, test } from 'vitest'
import { toHex } from '../base/bytes.ts'
import { exchange, founded, joined } from '../replica/cluster.fixture.ts'
import { describeSelf } from '../replica/people.ts'
import { claimDevice } from '../replica/people.ts'
import { revoke } from '../replica/membership.ts'
import { mergePeople, saidIn } from './known-people.ts'
import type { PeerRow } from './session.ts'

const peer = (actor: string, name: string): PeerRow => ({ actor, name, color: '#112233', task: null, self: false })

test('what a key says of itself in the log wins over presence, which names those who said nothing', async () => {
  const { owner, clock } = await founded()
  const { member } = await joined(owner, 7, clock)
  describeSelf(member, { name: 'Grace', color: '#0a7d5a' })
  await exchange(member, owner)
  const stranger = `01${'cd'.repeat(32)}`
  const known = mergePeople(saidIn(owner).get(), [peer(member.actor, 'Ada'), peer(stranger, 'Guest cdcd')], owner.actor)
  expect(known).toEqual([
    { actor: member.actor, name: 'Grace', color: '#0a7d5a', self: false, here: true },
    { actor: stranger, name: 'Guest cdcd', color: '#112233', self: false, here: true },
  ])
})

test('a device without a name goes by that of its person, not by that of whoever claims it alone', async () => {
  const { owner, clock } = await founded()
  describeSelf(owner, { name: 'Ada', color: '#5b5bd6' })
  const { member: phone } = await joined(owner, 7, clock, 'device')
  const { member: other } = await joined(owner, 8, clock)
  for (const device of [phone, other]) {
    claimDevice(device, owner.actor)
    await exchange(device, owner)
  }
  const names = new Map(mergePeople(saidIn(owner).get(), [], owner.actor).map(({ actor, name }) => [actor, name]))
  expect([names.get(phone.actor), names.get(other.actor)]).toEqual(['Ada', ''])
})

test('a name that was heard stays known after its saying it was cut', async () => {
  const { owner, clock } = await founded()
  const { member } = await joined(owner, 7, clock)
  const before = clock.ms
  clock.ms += 1000
  describeSelf(member, { name: 'Grace', color: '' })
  await exchange(member, owner)
  const said = saidIn(owner)
  expect(said.get().map(({ name }) => name)).toEqual(['Grace'])
  const [capability] = owner.authority.registry.heldBy(member.actor)
  clock.ms += 1000
  const ordinals = Array.from({ length: owner.history.count }, (_, ordinal) => ordinal)
  revoke(owner, capability?.id ?? '', { frontier: ordinals.filter((ordinal) => owner.history.hlcOf(ordinal)[0] <= before) })
  await owner.settled()
  expect([...owner.nodes.values()].some(({ type }) => type === 'person')).toBe(false)
  expect(said.get().map(({ name }) => name)).toEqual(['Grace'])
})

test('one look serves all who ask, and answers the same list while nothing changed', async () => {
  const { owner, peer: own } = await founded()
  describeSelf(owner, { name: 'Ada', color: '' })
  const said = saidIn(owner)
  expect(saidIn(owner)).toBe(said)
  const first = said.get()
  owner.transact(null, (tx) => tx.create({ type: 'task', fields: [['title', 'One']] }))
  expect(said.get()).toBe(first)
  let told = 0
  const stop = said.subscribe(() => told++)
  describeSelf(owner, { name: 'Countess', color: '' })
  expect([told > 0, said.get()[0]?.name, toHex(own.signer.key)]).toEqual([true, 'Countess', owner.actor])
  stop()
})
