/**
 * The rule does not drift between versions: a log full of attacks, recorded once, is judged today as it was then. Its bytes are
 * in `golden-corpus.json`; `WRITE_GOLDEN=1` tells the story anew and records it, which is right only with a new header version.
 */

import { writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { type Bytes, fromHex, toHex } from '../base/bytes.ts'
import { generateCapability } from '../core/roles.ts'
import { type KeyPair, signingKeys } from '../log/keys.ts'
import { founded, testPeer } from './cluster.fixture.ts'
import golden from './golden-corpus.json' with { type: 'json' }
import { Hand } from './hand.fixture.ts'
import { adopt, grantTo, reaffirm, revoke, undoCut } from './membership.ts'
import { openReplica, type Replica } from './replica.ts'

interface Corpus {
  readonly workspace: string
  /** When the log is read; milliseconds since 1970. */
  readonly readAt: number
  readonly wires: readonly string[]
  readonly verdicts: readonly (readonly [batch: string, index: number, why: string])[]
  readonly stateHash: string
}

test('golden.corpus: what was recorded reads as it did, forwards and backwards', async () => {
  const recorded = process.env.WRITE_GOLDEN ? await record() : (golden as unknown as Corpus)
  const wires = recorded.wires.map((wire) => new Uint8Array(Buffer.from(wire, 'base64')))
  expect(wires.length).toBeGreaterThan(25)
  expect(new Set(recorded.verdicts.map(([, , why]) => why)).size).toBeGreaterThan(6)
  for (const order of [wires, wires.toReversed()]) {
    const workspace = fromHex(recorded.workspace)
    const { ports } = await testPeer(5, workspace, { ms: recorded.readAt })
    const replica = await openReplica(workspace, ports)
    expect((await replica.receive(order, 'file')).refused).toEqual([])
    expect(replica.history.count).toBe(wires.length)
    expect(verdictsOf(replica)).toEqual(recorded.verdicts)
    expect(await replica.stateHash()).toBe(recorded.stateHash)
  }
})

test('golden.corpus: the story told anew has the same bytes', async () => {
  const told = await tell()
  expect((await wiresOf(told.owner)).findIndex((wire, nth) => wire !== golden.wires[nth])).toBe(-1)
})

async function record(): Promise<Corpus> {
  const { owner, readAt } = await tell()
  const corpus = {
    workspace: toHex(owner.workspace),
    readAt,
    wires: await wiresOf(owner),
    verdicts: verdictsOf(owner),
    stateHash: await owner.stateHash(),
  }
  await writeFile(new URL('golden-corpus.json', import.meta.url), `${JSON.stringify(corpus, null, 1)}\n`)
  return corpus
}

function verdictsOf(replica: Replica): Corpus['verdicts'] {
  return [...replica.quarantine]
    .map(([ref, why]) => [toHex(replica.history.idOf(Math.floor(ref / 256))), ref % 256, why] as const)
    .toSorted(([a, i], [b, j]) => (a < b ? -1 : a > b ? 1 : i - j))
}

async function wiresOf(replica: Replica): Promise<string[]> {
  const wires: string[] = []
  for await (const page of replica.exportLog()) wires.push(...page.map((wire) => Buffer.from(wire).toString('base64')))
  return wires
}

/** Everybody in it misbehaves once, and some mistakes are mended. */
async function tell(): Promise<{ owner: Replica; readAt: number }> {
  const { owner, clock } = await founded(1, { ms: Date.UTC(2026, 0, 1) })
  const keysOf = (n: number): Promise<KeyPair> => signingKeys(new Uint8Array(32).fill(n))
  const take = async (...wires: readonly Bytes[]): Promise<void> => {
    expect((await owner.receive(wires, 'peer')).refused).toEqual([])
    await owner.settled()
    await owner.saved()
    clock.ms += 1000
  }
  const join = async (n: number, spec: Parameters<typeof grantTo>[2]): Promise<Hand> => {
    const pair = await keysOf(n)
    expect(grantTo(owner, { key: pair.key, box: null }, spec)).toMatchObject({ ok: true })
    await take()
    return new Hand(pair, owner)
  }
  const project = owner.transact(null, (tx) => tx.create({ type: 'project', number: 1, fields: [['title', 'One']] }))
  const other = owner.transact(null, (tx) => tx.create({ type: 'project', number: 2, fields: [['title', 'Two']] }))
  const task = owner.transact(null, (tx) => tx.create({ type: 'task', number: 1, project, fields: [['title', 'as it was']] }))
  const elsewhere = owner.transact(null, (tx) =>
    tx.create({ type: 'task', number: 2, project: other, fields: [['title', 'there']] }),
  )
  await take()

  const admin = await join(11, { role: 'admin' })
  const member = await join(12, { role: 'member', projects: [project] })
  const viewer = await join(13, { role: 'viewer' })
  const agent = await join(14, { role: 'agent', files: ['src/**'], expires: clock.ms + 60_000 })

  await take((await viewer.set(task, 'title', 'right')).wire)
  await take((await viewer.set(task, 'title', 'wrong signer', { capability: admin.held[0]?.id as string })).wire)
  await take((await member.set(task, 'title', 'by a member')).wire, (await member.set(elsewhere, 'title', 'project')).wire)
  await take((await agent.create({ type: 'document', path: 'etc/passwd' }, 'path')).batch.wire)
  await take((await agent.create({ type: 'document', path: 'src/a.ts' }, 'fine')).batch.wire)
  await take((await agent.create({ type: 'document', path: 'src/../b.ts' }, 'malformed')).batch.wire)
  await take((await agent.edit([[{ op: 'set', node: task, field: 'title', value: 'wrong right' }, 'comment']])).wire)
  const honest = await agent.set(task, 'title', 'by an agent')
  await take(honest.wire)
  clock.ms += 120_000
  await take((await agent.set(task, 'title', 'expired')).wire)

  const [ofAgent, ofMember] = [agent.held[0]?.id as string, member.held[0]?.id as string]
  const grant = generateCapability(
    member.held[0]?.grant as never,
    2,
    { key: (await keysOf(15)).key, box: null },
    { role: 'agent' },
    owner.random(8),
  )
  if (!grant.ok) throw new Error(grant.refusal.detail)
  await take((await member.authority({ op: 'grant', grant: grant.value })).wire)
  const worker = new Hand(await keysOf(15), owner)
  await take((await worker.set(task, 'priority', 1)).wire)
  await take(
    (
      await admin.authority({
        op: 'revoke',
        revocation: { target: fromHex(ofAgent), keep: [], frontier: [], replaces: [], reason: 'too much' },
      })
    ).wire,
  )
  const cut = owner.authority.entries.findLast(({ change }) => change.op === 'revoke')?.ref as number
  undoCut(owner, cut)
  await take()
  const seen = owner.history.ordinalOf(honest.id) as number
  await take((await agent.set(task, 'title', 'backdated', { prev: null, after: [seen], hlc: [honest.header.hlc[0], 7] })).wire)
  // The member goes, and what they handed on goes with them; then the admin, and what only the admin had ended comes back.
  await take(
    (
      await admin.authority({
        op: 'revoke',
        revocation: { target: fromHex(ofMember), keep: [], frontier: null, replaces: [], reason: 'left' },
      })
    ).wire,
  )
  await take((await member.set(task, 'title', 'revoked')).wire, (await worker.set(task, 'priority', 3)).wire)
  const voided = owner.authority.entries.findLast(({ change }) => change.op === 'revoke')?.ref as number
  const before = owner.history.ordinalOf(honest.id) as number
  revoke(owner, admin.held[0]?.id as string, { frontier: [before] })
  await take()
  reaffirm(owner, voided)
  await take()
  const late = [...owner.quarantine].filter(([, why]) => why === 'revoked').map(([ref]) => ref)
  adopt(owner, late.slice(0, 1))
  await take()
  return { owner, readAt: clock.ms }
}
