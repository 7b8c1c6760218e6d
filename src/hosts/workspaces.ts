/**
 * What opens a workspace in this tab: create, join, import, or one this profile knows. At most one is open at a time.
 *
 * Loaded after the first paint (`home.ts`); the network's code comes later still, when the board is there.
 */

import * as z from 'zod/mini'
import { toHex } from '../base/bytes.ts'
import { ok, refuse, type Result } from '../base/result.ts'
import { boxOf, generateKeys, inviteKeys, type KeyPair, keyPairOf } from '../log/keys.ts'
import { sealBatch } from '../log/signing.ts'
import { type Invite, parseInvite } from '../replica/invite.ts'
import { takeOver } from '../replica/rewrite.ts'
import { createGenesis, inviteState, nameWorkspace, redeemInvite } from '../replica/workspace.ts'
import type { Signer } from '../replica/writer.ts'
import { acquireFeed } from '../store/feed-lock.ts'
import { deleteIndexedDbStore, openIndexedDbStore } from '../store/indexeddb-store.ts'
import type { KnownWorkspace, Profile } from '../store/profile.ts'
import { DEMO_WORKSPACE } from '../ui/demo/demo-name.ts'
import { notify } from '../ui/notices.ts'
import type { Home } from '../ui/session.ts'
import type { Variable } from './observable.ts'
import type { Network } from './network.ts'
import { loadSettings, withChosen } from './page-settings.ts'
import { openWorkspace, type OpenWorkspace, randomBytes, type TabPorts } from './open-workspace.ts'
import { scriptClient } from './script-client.ts'
import { createSession, type TabSession } from './session.ts'
import { read } from '../core/fold.ts'
import { type ActorKey, workspaceNodeId } from '../core/ids.ts'
import { askForAdmin, claimDevice } from '../replica/people.ts'

export type Workspaces = Pick<Home, 'create' | 'watchDemo' | 'open' | 'join' | 'importPlan' | 'restoreAccount'>
export type WorkspaceList = ReturnType<Home['workspaces']['get']>

const SECRET_BYTES = 16

// Else zod probes for `eval`, which the page's policy forbids and reports.
z.config({ jitless: true })

export async function createWorkspaces(
  profile: Profile,
  session: Variable<TabSession | null>,
  workspaces: Variable<WorkspaceList>,
): Promise<Workspaces> {
  const chosen = await profile.settings()
  const settings = loadSettings(location).then((page) => withChosen(page, chosen))
  const ports: TabPorts = { profile, keys: await profile.deviceKeys(generateKeys), settings }

  let reopening: Promise<void> | null = null

  async function show(known: KnownWorkspace): Promise<TabSession> {
    const last = session.get()
    const { pending, problem } = last?.replica.saveState ?? { pending: 0, problem: null }
    if (problem !== null && pending > 0)
      throw new Error(
        `Changes in the open workspace could not be saved (${problem}) and would be lost. Export them or free some room first.`,
      )
    await last?.close()
    const open = await openWorkspace(known, ports)
    return start(open)
  }

  async function start(open: OpenWorkspace, network: Network | null = null): Promise<TabSession> {
    const { workOffline } = await profile.settings()
    const next = createSession(open, ports, (await boxOf(ports.keys.agreement)).key, workOffline)
    await remember(open)
    session.set(next)
    exposeForScripts(next)
    open.replica.onStuck(() => {
      // What an agent that is still closing tries to write after that is none of the fresh one's concern.
      if (session.get() !== next) return
      reopening ??= reopen(open).finally(() => (reopening = null))
    })
    void joinNetwork(open, next, network)
    return next
  }

  /** Nothing is saved there any more: what was not goes into feeds of a fresh replica, before anybody goes on with it. */
  async function reopen({ known, replica: stuck }: OpenWorkspace): Promise<void> {
    const last = session.get()
    // Off the screen first: what is being typed is written by its editor as it goes, and nothing comes after that.
    session.set(null)
    await last?.close()
    const open = await openWorkspace(known, ports)
    const { replica, store } = open
    try {
      const left = await takeOver(replica, stuck, (signer) => ({
        signer,
        openFeed: () => acquireFeed({ store, key: toHex(signer.key), locks: navigator.locks, random: randomBytes }),
      }))
      if (left > 0)
        notify('An agent’s key does not sign. What it wrote last, and what hangs on that, could not be kept; all else is here', {
          tone: 'bad',
          stays: true,
        })
    } finally {
      await start(open)
    }
  }

  async function remember({ known, replica, keyring }: OpenWorkspace): Promise<void> {
    const node = replica.nodes.get(workspaceNodeId(replica.workspace))
    const name = (node && (read(node, 'name') as string | undefined)) ?? known.name
    await profile.putWorkspace({ ...known, name, openedAt: Date.now(), keys: keyring.keys.map(({ raw }) => raw) })
    workspaces.set(await profile.workspaces())
  }

  /** A workspace may have joined the network before it is shown, to find its first peer. */
  async function joinNetwork(open: OpenWorkspace, shown: TabSession, early: Network | null): Promise<void> {
    const { createNetwork } = await import('./network.ts')
    const network = early ?? (await createNetwork(open, ports, () => shown.sync.get().offline))
    if (network) await shown.attach(network.awareness, network.presence, await profile.settings())
  }

  async function create(name: string): Promise<TabSession> {
    const pair = await keyPairOf(ports.keys.signing)
    const signer: Signer = { key: pair.key, sign: (draft) => sealBatch(draft, pair) }
    const box = await boxOf(ports.keys.agreement)
    const genesis = await createGenesis(signer, box.key, Date.now(), randomBytes)
    const id = toHex(genesis.id)
    const store = await openIndexedDbStore({ name: id, random: randomBytes })
    await store.append([genesis.wire])
    await store.close()
    const known: KnownWorkspace = { id, name, secret: randomBytes(SECRET_BYTES), openedAt: Date.now(), role: 'owner' }
    await profile.putWorkspace(known)
    const next = await show(known)
    await next.replica.rekey()
    nameWorkspace(next.replica, name)
    await next.replica.saved()
    return next
  }

  async function join(link: string, onProgress: (words: string) => void, signal: AbortSignal): Promise<Result<null>> {
    const parsed = parseInvite(link)
    if (!parsed.ok) return parsed
    const invite = parsed.value
    const known: KnownWorkspace = {
      id: toHex(invite.workspace),
      name: 'Joining …',
      secret: invite.secret,
      openedAt: Date.now(),
      role: 'member',
    }
    onProgress('Opening the workspace on this device …')
    const settings: TabPorts = {
      ...ports,
      settings: ports.settings.then((own) => ({
        ...own,
        signalling: [...new Set([...own.signalling, ...invite.signalling])],
      })),
    }
    const keys = await inviteKeys(invite.seed)
    const open = await openWorkspace(known, settings, await boxOf(keys.agreement))
    const outcome = await becomeMember(open, settings, invite, await keyPairOf(keys.signing), onProgress, signal)
    if (!outcome.ok) {
      await open.close()
      return outcome
    }
    await start(open, outcome.value)
    return ok(null)
  }

  async function becomeMember(
    open: OpenWorkspace,
    settings: TabPorts,
    invite: Invite,
    pair: KeyPair,
    onProgress: (words: string) => void,
    signal: AbortSignal,
  ): Promise<Result<Network | null>> {
    const { replica } = open
    let network: Network | null = null
    if (replica.held.length > 0) return ok(null)
    if (invite.batches.length > 0) await replica.receive(invite.batches, 'link')
    if (inviteState(replica, pair.key).state === 'unknown') {
      onProgress('Looking for somebody who is in this workspace …')
      const { createNetwork } = await import('./network.ts')
      network = await createNetwork(open, settings, () => false)
      const arrived = await untilInvited(open, pair.key, onProgress, signal)
      if (!arrived)
        return refuse({
          code: 'unavailable',
          detail: 'Stopped before anybody answered. Nothing was changed; open the link again when somebody is online.',
        })
    }
    onProgress('Joining …')
    const signer: Signer = { key: pair.key, sign: (draft) => sealBatch(draft, pair) }
    const box = await boxOf(ports.keys.agreement)
    const redeemed = await redeemInvite(replica, signer, box.key)
    if (!redeemed.ok) return redeemed
    // The key came by the invite's box; from here on it comes to this device's own.
    await replica.rekey()
    if (invite.purpose?.kind === 'device') claimDevice(replica, toHex(invite.purpose.of) as ActorKey)
    if (invite.purpose?.kind === 'admin') askForAdmin(replica, true)
    return ok(network)
  }

  /** A new workspace for the plan. If the file is none that can be read, no workspace is left behind. */
  async function importPlan(file: File, onProgress: (done: number, total: number) => void): Promise<Result<string>> {
    const next = await create(file.name.replace(/\.[^.]*$/, '') || 'Imported plan')
    const imported = await next.importPlan(file, onProgress)
    if (imported.ok) return imported
    session.set(null)
    await next.close()
    await profile.removeWorkspace(next.workspaceId)
    await deleteIndexedDbStore(next.workspaceId)
    workspaces.set(await profile.workspaces())
    return imported
  }

  return {
    create: async (name) => void (await create(name)),
    async watchDemo() {
      const next = await create(DEMO_WORKSPACE)
      const agents = await next.agents()
      await agents.startDemo()
    },
    async open(id) {
      await reopening
      if (session.get()?.workspaceId === id) return
      const known = (await profile.workspaces()).find((one) => one.id === id)
      if (!known) throw new Error('This browser does not have that workspace. Ask somebody who is in it for an invite link.')
      await show(known)
    },
    join,
    importPlan,
    async restoreAccount(file, passphrase, onProgress): Promise<Result<string>> {
      const { restoreAccount } = await import('./account-file.ts')
      const restored = await restoreAccount(ports, new Uint8Array(await file.arrayBuffer()), passphrase, onProgress)
      workspaces.set(await profile.workspaces())
      if (!restored.ok) return restored
      const { workspaces: count, readOnly } = restored.value
      const whole = `${count} ${count === 1 ? 'workspace is' : 'workspaces are'} here again.`
      return ok(readOnly === 0 ? whole : `${whole} ${readOnly} of them can only be read: ask somebody there for an invite.`)
    },
  }
}

/** Resolves true once the invite's grant is here, false when the person gives up. */
function untilInvited(
  { replica, exchange }: OpenWorkspace,
  key: Uint8Array<ArrayBuffer>,
  onProgress: (words: string) => void,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const stops = [replica.onDurable(check), exchange.onStatus(check)]
    signal.addEventListener('abort', () => settle(false), { once: true })
    check()

    function check(): void {
      const { peers } = exchange.status()
      if (peers.length > 0)
        onProgress(
          replica.delayed.sealed > 0
            ? 'Connected, but this link does not open the workspace: it was used or closed already, or whoever made it has to come online first. Waiting …'
            : `Connected. Received ${replica.history.count.toLocaleString()} batches …`,
        )
      if (inviteState(replica, key).state !== 'unknown') settle(true)
    }

    function settle(arrived: boolean): void {
      for (const stop of stops) stop()
      resolve(arrived)
    }
  })
}

/** The workspace for the console and for scripts of this page. */
function exposeForScripts(session: TabSession): void {
  Object.assign(window, { worknode: scriptClient(session, location.origin) })
}
