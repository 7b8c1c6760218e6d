/**
 * Brings an empty data folder into a workspace that others have, by a join link: so that several hosts serve one workspace.
 *
 * The host behind the link is called over its socket, where it is a peer of that workspace; else who is there is met over WebRTC. The
 * secrets are written last, when the invite is redeemed and that is on the disk: whatever fails before leaves the folder as it was.
 */

import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { toHex } from '../base/bytes.ts'
import { ok, refuse, type Result } from '../base/result.ts'
import { boxOf, inviteKeys, type KeyPair, keyPairOf } from '../log/keys.ts'
import { sealBatch } from '../log/signing.ts'
import { type Invite, parseInvite } from '../replica/invite.ts'
import { inviteState, redeemInvite } from '../replica/workspace.ts'
import type { HostLog } from './host-log.ts'
import { callPeers } from './host-peers.ts'
import { type HostSecrets, randomBytes, readSecrets, writeSecrets } from './host-secrets.ts'
import { meetOverWebrtc } from './host-webrtc.ts'
import { type NodeReplica, openNodeReplica } from './node-replica.ts'

export interface JoinPorts {
  readonly log: HostLog
  readonly say: (line: string) => unknown
  /** Gives up. */
  readonly signal: AbortSignal
}

export async function joinWorkspace(
  dataDir: string,
  link: string,
  ports: JoinPorts,
): Promise<Result<{ readonly peers: readonly string[] }>> {
  const parsed = parseInvite(link)
  if (!parsed.ok) return parsed
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  if (await readSecrets(dataDir))
    return refuse({ code: 'wrong_state', detail: `There is a workspace in ${dataDir} already. Choose another folder: --data.` })
  const invite = parsed.value
  const peers = await hostsBehind(link, invite)
  const secrets: HostSecrets = { seed: randomBytes(32), invite: null, room: invite.secret, workspace: invite.workspace, peers }
  const keys = await inviteKeys(invite.seed)
  const opened = await openNodeReplica(dataDir, secrets, () => Promise.resolve(invite.workspace), [await boxOf(keys.agreement)])
  const ticker = setInterval(() => opened.replica.tick(), TICK_MS)
  const leave = peers.length > 0 ? callPeers(peers, opened.exchange) : await meet(opened, invite, link, ports)
  const outcome = await becomeMember(opened, invite, await keyPairOf(keys.signing), ports)
  if (outcome.ok) await writeSecrets(dataDir, secrets)
  clearInterval(ticker)
  leave()
  opened.exchange.close()
  await opened.replica.close()
  await opened.store.close()
  if (!outcome.ok) {
    await rm(join(dataDir, 'log'), { recursive: true, force: true })
    return outcome
  }
  return ok({ peers })
}

const TICK_MS = 1000

/** The socket of the host that the link leads to, where that is a peer of the workspace. */
async function hostsBehind(link: string, { workspace }: Invite): Promise<readonly string[]> {
  if (!URL.canParse(link)) return []
  const page = new URL(link)
  try {
    const answer = await fetch(new URL('api/settings', `${page.origin}${page.pathname}`))
    const { peer } = (await answer.json()) as { peer?: { workspace: string; path: string } }
    if (peer?.workspace !== toHex(workspace)) return []
    return [new URL(peer.path, `${page.origin.replace(/^http/, 'ws')}${page.pathname}`).href]
  } catch {
    // A static host, or none that answers: others may be in the room.
    return []
  }
}

function meet({ replica, exchange }: NodeReplica, invite: Invite, link: string, { log }: JoinPorts): Promise<() => void> {
  const own = URL.canParse(link) ? [`${new URL(link).origin.replace(/^http/, 'ws')}/signal`] : []
  const signalling = invite.signalling.length > 0 ? invite.signalling : own
  return meetOverWebrtc({
    workspace: replica.workspace,
    roomSecret: invite.secret,
    exchange,
    signalling,
    own: '',
    iceServers: [],
    log,
  })
}

async function becomeMember(
  { replica, exchange, box }: NodeReplica,
  invite: Invite,
  pair: KeyPair,
  { say, signal }: JoinPorts,
): Promise<Result<unknown>> {
  if (invite.batches.length > 0) await replica.receive(invite.batches, 'link')
  say('Looking for somebody who is in this workspace …')
  const arrived = await new Promise<boolean>((resolve) => {
    const stops = [replica.onDurable(check), exchange.onStatus(check)]
    signal.addEventListener('abort', () => settle(false), { once: true })
    check()

    function check(): void {
      if (signal.aborted) settle(false)
      else if (inviteState(replica, pair.key).state !== 'unknown') settle(true)
    }

    function settle(is: boolean): void {
      for (const stop of stops) stop()
      resolve(is)
    }
  })
  if (!arrived) return refuse({ code: 'unavailable', detail: 'Stopped before anybody answered. Nothing was changed.' })
  const redeemed = await redeemInvite(replica, { key: pair.key, sign: (draft) => sealBatch(draft, pair) }, box.key)
  if (!redeemed.ok) return redeemed
  // The key of the bodies came by the invite's box; from here on it comes to this host's own.
  await replica.rekey()
  await replica.saved()
  const { problem } = replica.saveState
  if (problem !== null) return refuse({ code: 'unavailable', detail: `It could not be saved: ${problem}` })
  // Whoever let us in is to have heard of it before we hang up; else the next start tells them.
  await shared(exchange, signal)
  return ok(null)
}

function shared(exchange: NodeReplica['exchange'], signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = exchange.onStatus(check)
    signal.addEventListener('abort', done, { once: true })
    check()

    function check(): void {
      if (signal.aborted || exchange.status().peers.length === 0 || exchange.shared().ownUnacknowledged === 0) done()
    }

    function done(): void {
      stop()
      resolve()
    }
  })
}
