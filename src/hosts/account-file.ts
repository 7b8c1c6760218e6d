/**
 * Saving and restoring an account in this browser: every workspace of the profile is opened quietly, without a network, one after
 * the other.
 */

import { type Bytes, fromHex, toHex } from '../base/bytes.ts'
import { ok, refuse, type Result } from '../base/result.ts'
import { read } from '../core/fold.ts'
import { workspaceNodeId } from '../core/ids.ts'
import { boxOf, inviteKeys, keyPairOf } from '../log/keys.ts'
import { sealBatch } from '../log/signing.ts'
import { type Account, type AccountWorkspace, openAccount, sealAccount } from '../replica/account.ts'
import { claimDevice, describeSelf } from '../replica/people.ts'
import type { Replica } from '../replica/replica.ts'
import { inviteState, publishDeviceInvite, redeemInvite } from '../replica/workspace.ts'
import type { KnownWorkspace } from '../store/profile.ts'
import { type QuietWorkspace, openQuietly, randomBytes, type TabPorts } from './open-workspace.ts'

export type Progress = (words: string) => void

/** `open` is the workspace that is open already: it is not opened twice. */
export async function saveAccount(
  ports: TabPorts,
  open: { readonly known: KnownWorkspace; readonly replica: Replica } | null,
  passphrase: string,
  onProgress: Progress,
): Promise<Result<{ readonly file: Bytes; readonly readOnly: number }>> {
  const { displayName, colour } = await ports.profile.settings()
  const all = await ports.profile.workspaces()
  const workspaces: AccountWorkspace[] = []
  for (const [i, known] of all.entries()) {
    onProgress(`Saving ${known.name} (${i + 1} of ${all.length}) …`)
    if (open?.known.id === known.id) workspaces.push(await workspaceOf(known, open.replica))
    else await within(openQuietly(known, ports), async ({ replica }) => void workspaces.push(await workspaceOf(known, replica)))
  }
  onProgress('Locking the file with your passphrase …')
  const account: Account = { savedAt: Date.now(), name: displayName, colour, workspaces }
  const file = await sealAccount(account, passphrase, randomBytes)
  if (!file.ok) return file
  return ok({ file: file.value, readOnly: workspaces.filter(({ seed }) => seed === null).length })
}

/** Becomes one more device of the person whose account this is, in each of its workspaces. Answers how many those are. */
export async function restoreAccount(
  ports: TabPorts,
  file: Bytes,
  passphrase: string,
  onProgress: Progress,
): Promise<Result<{ readonly workspaces: number; readonly readOnly: number }>> {
  onProgress('Opening the file …')
  const opened = await openAccount(file, passphrase)
  if (!opened.ok) return opened
  const { name, colour, workspaces } = opened.value
  if (workspaces.length === 0) return refuse({ code: 'not_found', detail: 'There is no workspace in this account.' })
  await ports.profile.changeSettings({ displayName: name, colour })
  let readOnly = 0
  for (const [i, saved] of workspaces.entries()) {
    onProgress(`Restoring ${saved.name} (${i + 1} of ${workspaces.length}) …`)
    if (!(await restoreWorkspace(ports, saved, { name, color: colour }))) readOnly++
  }
  return ok({ workspaces: workspaces.length, readOnly })
}

async function workspaceOf(known: KnownWorkspace, replica: Replica): Promise<AccountWorkspace> {
  const seed = randomBytes(32)
  const { signing, agreement } = await inviteKeys(seed)
  const [key, box] = [await keyPairOf(signing), await boxOf(agreement)]
  const invited = publishDeviceInvite(replica, { key: key.key, box: box.key })
  await replica.rekey()
  await replica.saved()
  const wires: Bytes[] = []
  for await (const page of replica.exportLog()) wires.push(...page)
  const kept = (known.keys ?? []).map((raw) => raw.slice())
  return {
    id: fromHex(known.id),
    name: nameOf(replica) ?? known.name,
    secret: known.secret,
    seed: invited.ok ? seed : null,
    keys: kept,
    wires,
  }
}

/** Answers whether this device may write there now. */
async function restoreWorkspace(
  ports: TabPorts,
  { id, name, secret, seed, keys, wires }: AccountWorkspace,
  self: { readonly name: string; readonly color: string },
): Promise<boolean> {
  const known: KnownWorkspace = { id: toHex(id), name, secret, openedAt: Date.now(), role: 'member', keys }
  await ports.profile.putWorkspace(known)
  const invite = seed && (await inviteKeys(seed))
  return within(openQuietly(known, ports, invite ? await boxOf(invite.agreement) : undefined), async ({ replica, keyring }) => {
    for (let from = 0; from < wires.length; from += WIRES_AT_ONCE)
      await replica.receive(wires.slice(from, from + WIRES_AT_ONCE), 'file')
    if (replica.held.length > 0) return true
    if (!invite) return false
    const pair = await keyPairOf(invite.signing)
    const state = inviteState(replica, pair.key)
    if (state.state !== 'open') return false
    const box = await boxOf(ports.keys.agreement)
    const redeemed = await redeemInvite(replica, { key: pair.key, sign: (draft) => sealBatch(draft, pair) }, box.key)
    if (!redeemed.ok) return false
    await replica.rekey()
    describeSelf(replica, self)
    const issuer = replica.authority.registry.get(state.id)?.parent?.audience
    if (issuer) claimDevice(replica, issuer)
    await replica.saved()
    await ports.profile.putWorkspace({ ...known, keys: keyring.keys.map(({ raw }) => raw) })
    return true
  })
}

const WIRES_AT_ONCE = 512

async function within<T>(opening: Promise<QuietWorkspace>, work: (open: QuietWorkspace) => Promise<T>): Promise<T> {
  const open = await opening
  try {
    return await work(open)
  } finally {
    await open.close()
  }
}

function nameOf(replica: Replica): string | null {
  const node = replica.nodes.get(workspaceNodeId(replica.workspace))
  const name = node && read(node, 'name')
  return typeof name === 'string' && name !== '' ? name : null
}
