/** The UI's view of an open workspace: sync state in one value, people, invites, operations. */

import { type Bytes, fromBase64Url, fromHex, toBase64Url, toHex } from '../base/bytes.ts'
import { ok, refuse, type Result } from '../base/result.ts'
import type { Awareness } from 'y-protocols/awareness'
import { LOCAL } from '../core/limits.ts'
import { inviteKeys, keyPairOf } from '../log/keys.ts'
import { OPERATIONS, run } from '../operations/table.ts'
import { encodeInvite } from '../replica/invite.ts'
import { comparisonCode } from '../replica/attention.ts'
import { describeSelf } from '../replica/people.ts'
import { publishDeviceInvite, publishInvite } from '../replica/workspace.ts'
import { type IceServer, NO_SETTINGS, type Settings } from '../store/profile.ts'
import type { Beat, Presence } from '../sync/presence.ts'
import type { PeerRow, SavedAccount, Session, SyncState } from '../ui/session.ts'
import { colourOf } from './colour-of.ts'
import { hostAgents } from './host-agents.ts'
import { keepStorage } from './keep-storage.ts'
import { variable } from './observable.ts'
import type { TabAgents } from './tab-agents.ts'
import { type OpenWorkspace, randomBytes, type TabPorts, yieldToUi } from './open-workspace.ts'

export interface TabSession extends Session {
  /** The agents of this browser, with what their tab does with them; their code is loaded by the first call. */
  agents(): Promise<TabAgents>
  /** Joins the network once its code is loaded. */
  attach(awareness: Awareness, presence: Presence, settings: Settings): Promise<void>
  close(): Promise<void>
}

export function createSession(open: OpenWorkspace, ports: TabPorts, ownBox: Bytes, offlineAtStart: boolean): TabSession {
  const { profile, settings } = ports
  const { replica, exchange, known } = open
  const people = variable<readonly PeerRow[]>([])
  const awareness = variable<Awareness | null>(null)
  let presence: Presence | null = null
  let looksAt: string | null = null
  let work: Beat | null = null
  let myself: Settings = NO_SETTINGS
  let isOffline = offlineAtStart
  const sync = variable<SyncState>(syncState())

  function syncState(): SyncState {
    const { peers } = exchange.status()
    const down = open.transports.map((transport) => transport.status()).find(({ state }) => state === 'unreachable')
    return {
      save: replica.saveState,
      peers: peers.length,
      unshared: exchange.shared().ownUnacknowledged,
      offline: isOffline,
      detail: replica.sawNewerVersion ? 'a peer uses a newer version: reload to update' : isOffline ? '' : (down?.detail ?? ''),
    }
  }

  function refresh(): void {
    sync.set(syncState())
  }

  function showPeople(): void {
    if (presence === null) return
    people.set(
      presence.people().map(({ name, colour, actor, task, self, work: said }) => ({
        name,
        color: colour,
        actor: toHex(fromBase64Url(actor)),
        task,
        self,
        ...(said ? { run: said.run, step: said.step } : {}),
        beatAt: presence?.heardOf(actor) ?? 0,
      })),
    )
  }

  /** Says who we are and what we look at; whoever has no name yet goes by a short form of the key. */
  async function introduce(): Promise<void> {
    const { displayName, colour } = myself
    await presence?.say({
      name: displayName || `Guest ${replica.actor.slice(-4)}`,
      colour: colour || colourOf(replica.actor),
      task: looksAt,
      work,
    })
  }

  let hasWorked = false
  /** Once there is work of this person's on the disk, the browser is asked to keep it: not before, when there is nothing to lose. */
  function worked(): void {
    if (hasWorked) return
    hasWorked = true
    void replica.saved().then(() => keepStorage(navigator))
  }

  const agents = hostAgents(open, () => awareness.get())
  const links = variable(exchange.status())
  const stops = [
    replica.onSaveState(refresh),
    exchange.onStatus((status) => {
      links.set(status)
      refresh()
    }),
    keepShared(open, profile),
  ]

  return {
    replica,
    workspaceId: known.id,
    sync,
    links,
    people,
    awareness,
    async attach(shared, arrived, saved) {
      presence = arrived
      myself = saved
      awareness.set(shared)
      for (const transport of open.transports) stops.push(transport.onStatus(refresh))
      stops.push(arrived.onChange(showPeople))
      refresh()
      // Others see it while we are away, too.
      if (saved.displayName !== '') describeSelf(replica, { name: saved.displayName, color: saved.colour })
      await introduce()
    },
    lookAt(task) {
      looksAt = task
      void introduce()
    },
    beat(run, step) {
      // Greater than any before, also after the page was loaded anew.
      work = { run, step: step.slice(0, LOCAL.stepChars), n: Math.max((work?.n ?? 0) + 1, Date.now()) }
      void introduce()
    },
    // Of an agent of this tab it is known at first hand.
    heardOf: (actor) => agents.heardOf(actor) ?? presence?.heardOf(toBase64Url(fromHex(actor))) ?? null,
    hosted: agents.hosted,
    agents: agents.load,
    setOffline(offline) {
      isOffline = offline
      void profile.changeSettings({ workOffline: offline })
      if (offline) open.disconnect()
      else open.connect()
      refresh()
    },
    async setName(name, color) {
      myself = await profile.changeSettings({ displayName: name, colour: color })
      describeSelf(replica, { name, color })
      await introduce()
    },
    servers: {
      async offered() {
        const { offered } = await settings
        return { signalling: offered.signalling, iceServers: offered.iceServers.flatMap(oneByOne) }
      },
      chosen: async () => {
        const { signalling = null, iceServers = null } = await profile.settings()
        return { signalling, iceServers }
      },
      choose: async (servers) => void (await profile.changeSettings(servers)),
    },
    ownCode: comparisonCode(replica.workspace, fromHex(replica.actor), ownBox),
    async saveAccount(passphrase, onProgress): Promise<Result<SavedAccount>> {
      const { saveAccount } = await import('./account-file.ts')
      const saved = await saveAccount(ports, open, passphrase, onProgress)
      if (!saved.ok) return saved
      return ok({ file: new Blob([saved.value.file], { type: 'application/octet-stream' }), readOnly: saved.value.readOnly })
    },
    async invite({ kind, files, expires }): Promise<Result<string>> {
      const seed = randomBytes(32)
      const { signing, agreement } = await inviteKeys(seed)
      const [key, box] = [await keyPairOf(signing), await keyPairOf(agreement)]
      const to = { key: key.key, box: box.key }
      const role = kind === 'admin' ? 'viewer' : kind
      const limits = { ...(files ? { files } : {}), ...(expires === undefined ? {} : { expires }) }
      const grant = role === 'device' ? publishDeviceInvite(replica, to) : publishInvite(replica, { role, ...limits }, to)
      if (!grant.ok) return grant
      // The link's key must be able to read before anybody follows it.
      await replica.rekey()
      await replica.saved()
      const { pending, problem } = replica.saveState
      if (problem !== null && pending > 0)
        return refuse({
          code: 'unavailable',
          detail: `The invite could not be saved: ${problem} Nothing was shared; free some room and try again.`,
        })
      const link = encodeInvite({
        workspace: replica.workspace,
        secret: known.secret,
        seed,
        signalling: (await settings).signalling,
        batches: [],
        ...(kind === 'admin'
          ? { purpose: { kind } }
          : kind === 'device'
            ? { purpose: { kind, of: fromHex(replica.actor) } }
            : {}),
      })
      return ok(`${location.href.split('#')[0]}#join=${link}`)
    },
    async importPlan(file, onProgress): Promise<Result<string>> {
      if (file.size > LOCAL.importBytes)
        return refuse({ code: 'too_large', detail: `A plan may have ${LOCAL.importBytes / 1024 / 1024} MiB at most.` })
      const [{ importPlan }, { wordsOf }] = await Promise.all([
        import('../operations/import-plan.ts'),
        import('../operations/import-report.ts'),
      ])
      const imported = await importPlan(replica, await file.text(), onProgress, yieldToUi)
      if (!imported.ok) return imported
      worked()
      await replica.saved()
      return ok(wordsOf(imported.value).join('\n'))
    },
    run(name, input) {
      const done = run({ replica }, name, input)
      if (done.ok && OPERATIONS[name].needs !== null) worked()
      return done
    },
    async close() {
      for (const stop of stops) stop()
      await agents.close()
      presence?.close()
      await open.close()
    },
  }
}

/** A server of several addresses as several servers. */
function oneByOne({ urls, username, credential }: RTCIceServer): IceServer[] {
  return [urls].flat().map((url) => ({ urls: url, ...(username ? { username } : {}), ...(credential ? { credential } : {}) }))
}

const KEEP_MS = 5000

/** Writes down, now and then, how far our own work has been shared. */
function keepShared({ known, exchange }: OpenWorkspace, profile: TabPorts['profile']): () => void {
  let last = ''
  const timer = setInterval(() => {
    const shared = exchange.sharedUpTo()
    const now = shared.map(toHex).join()
    if (now === last) return
    last = now
    void profile.workspaces().then((all) => {
      const mine = all.find(({ id }) => id === known.id)
      return mine && profile.putWorkspace({ ...mine, shared })
    })
  }, KEEP_MS)
  return () => clearInterval(timer)
}
