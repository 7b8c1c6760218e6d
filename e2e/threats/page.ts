/**
 * A hostile page, driven through `window.hostile`: it has a join link, and a client of its own that asks nobody for leave. It learns
 * the log as any peer would, then writes what it likes under keys it holds and sends that over WebRTC, past every check.
 */

import { Awareness } from 'y-protocols/awareness'
import { Doc } from 'yjs'
import { type Bytes, equalBytes, fromHex, toHex } from '../../src/base/bytes.ts'
import type { ActorKey, NodeId } from '../../src/core/ids.ts'
import { Keyring } from '../../src/log/keyring.ts'
import { boxOf, generateKeys, inviteKeys, type KeyPair, keyPairOf, sign } from '../../src/log/keys.ts'
import { webSealing } from '../../src/log/sealing.ts'
import { verifySignature } from '../../src/log/signature.ts'
import { sealBatch } from '../../src/log/signing.ts'
import { inlineVerifier } from '../../src/log/verify.ts'
import { Hand, type Placed } from '../../src/replica/hand.fixture.ts'
import { type Invite, parseInvite, roomName } from '../../src/replica/invite.ts'
import { openReplica, type Replica } from '../../src/replica/replica.ts'
import { createGenesis, redeemInvite } from '../../src/replica/workspace.ts'
import type { Signer } from '../../src/replica/writer.ts'
import { memoryStore } from '../../src/store/memory-store.ts'
import { createExchange } from '../../src/sync/exchange.ts'
import { decodeMessage, encodeMessage, MESSAGE_BYTES } from '../../src/sync/exchange-messages.ts'
import { type Channel, createChannel } from '../../src/sync/frames.ts'
import { OPENING, shakeHands } from '../../src/sync/hello.ts'
import type { Link, Transport } from '../../src/sync/transport.ts'
import { createWebrtc } from '../../src/sync/webrtc.ts'

const randomBytes = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length))
const after = (ms: number, run: () => void): void => void setTimeout(run, ms)

interface Known {
  readonly invite: Invite
  readonly replica: Replica
  readonly pair: KeyPair
  readonly hand: Hand
}

let known: Known | null = null
const closed: string[] = []
let sent = 0
const flood: Bytes[] = []
/** Ways in to honest peers, past the hello, with the credit that each has given. */
const open = new Map<Channel, { credit: number; sent: number; wake: () => void }>()

const hostile = {
  /** Learns the log through a replica like everybody's, and becomes somebody by the link if told to; then goes off the net. */
  async learn(link: string, redeems: boolean): Promise<string> {
    const parsed = parseInvite(link)
    if (!parsed.ok) throw new Error(parsed.refusal.detail)
    const invite = parsed.value
    const device = await generateKeys()
    const pair = await keyPairOf(device.signing)
    const keys = await inviteKeys(invite.seed)
    const boxes = [await boxOf(device.agreement), await boxOf(keys.agreement)]
    const replica = await replicaOf(
      invite.workspace,
      pair,
      new Keyring({ workspace: invite.workspace, sealing: webSealing(), boxes, known: [] }),
    )
    known = { invite, replica, pair, hand: new Hand(pair, replica) }
    const exchange = createExchange({
      log: replica,
      clock: { now: () => Date.now(), after },
      random: Math.random,
      identity: identityOf(invite, pair),
      verify: verifySignature,
      randomBytes,
    })
    const transport = transportOf(invite)
    transport.start((link) => exchange.connect(link))
    const inviteKey = await keyPairOf(keys.signing)
    await until(replica, () => replica.authority.registry.heldBy(toHex(inviteKey.key) as ActorKey).length > 0)
    if (redeems) {
      const redeemed = await redeemInvite(replica, signerOf(inviteKey), boxes[0]?.key ?? null)
      if (!redeemed.ok) throw new Error(redeemed.refusal.detail)
      await replica.saved()
      while (exchange.shared().ownUnacknowledged > 0 || exchange.status().peers.every(({ behind }) => behind > 0)) await pause(50)
      // What comes from now on is opened by its own box, once somebody has sealed the key to that.
      await until(replica, () => hasKey(replica, boxes[0]?.key as Bytes))
    }
    exchange.close()
    transport.stop()
    return replica.actor
  },

  /** Goes on the net again, with a client that says what it is told to. Resolves once it is past the hello with so many peers. */
  async connect(peers: number): Promise<void> {
    const { invite, pair } = must()
    transportOf(invite).start((link) => void serve(link, invite, pair))
    while (open.size < peers) await pause(20)
  },

  /** Writes this and sends it to everybody. */
  async attack(
    kind: Attack,
    node: string,
    options: { readonly path?: string; readonly ms?: number; readonly victim?: string } = {},
  ): Promise<void> {
    const { hand } = must()
    const id = node as NodeId
    const placed: Placed = options.ms === undefined ? {} : backdated(options.ms)
    switch (kind) {
      case 'set':
        return send([(await hand.set(id, 'title', 'HOSTILE', placed)).wire])
      case 'borrow': {
        const [root] = must().replica.authority.registry.heldBy(options.victim as ActorKey)
        return send([(await hand.set(id, 'title', 'HOSTILE', { capability: root?.id as string })).wire])
      }
      case 'document':
        return send([(await hand.create({ type: 'document', path: options.path ?? null }, 'HOSTILE')).batch.wire])
      case 'forge':
        return send([(await hand.say(0, [], {}, { key: fromHex(options.victim as string), feed: randomBytes(8) })).wire])
      case 'replay': {
        const elsewhere = await anotherWorkspace(must().pair)
        return send([(await new Hand(must().pair, elsewhere).set(id, 'title', 'HOSTILE')).wire])
      }
    }
  },

  /** Signs that many batches for a flood, so that sending them costs this machine nothing. */
  async prepare(node: string, count: number): Promise<void> {
    const { hand } = must()
    flood.push((await hand.set(node as NodeId, 'title', 'HOSTILE')).wire)
    for (let i = 1; i < count; i++)
      flood.push((await hand.set(node as NodeId, 'title', `HOSTILE ${i}`, { after: [], hlc: nextTick() })).wire)
  },

  /** Sends all of it, as fast as it is let. */
  async flood(): Promise<void> {
    for (let from = 0; from < flood.length; from += 100) await send(flood.slice(from, from + 100))
  },

  state: () => ({ closed, sent, peers: open.size, actor: known?.replica.actor ?? null }),
}

type Attack = 'set' | 'borrow' | 'document' | 'forge' | 'replay'

let tick = 1
function nextTick(): readonly [number, number] {
  const ms = Math.max(Date.now(), must().replica.history.latest[0] + 1)
  return [ms + Math.floor(tick / 60_000), tick++ % 60_000]
}

/** Right after what the replica knew at that time: the least that admission lets through. */
function backdated(ms: number): Placed {
  const { history } = must().replica
  const seen = Array.from({ length: history.count }, (_, ordinal) => ordinal).filter((ordinal) => history.hlcOf(ordinal)[0] <= ms)
  const last = seen.at(-1) as number
  const [at, counter] = history.hlcOf(last)
  return { prev: null, after: [last], hlc: [at, counter + 1] }
}

async function serve(link: Link, invite: Invite, pair: KeyPair): Promise<void> {
  link.onClose((reason) => closed.push(reason))
  const channel = createChannel(link, { messageBytes: MESSAGE_BYTES, unreadBytes: 64 * MESSAGE_BYTES, opening: OPENING })
  const meeting = await shakeHands(channel, { identity: identityOf(invite, pair), verify: verifySignature, randomBytes, after })
  if (!meeting.ok) return link.close(meeting.reason)
  const way = { credit: 0, sent: 0, wake: () => {} }
  await channel.send(encodeMessage({ type: 'heads', wantsAnswer: false, isLast: true, heads: [] }))
  for (let bytes = await channel.next(); bytes !== null; bytes = await channel.next()) {
    const decoded = decodeMessage(bytes)
    if (!decoded.ok) continue
    const { message } = decoded
    if (message.type === 'heads')
      await channel.send(encodeMessage({ type: 'known', taken: 0, bitmap: new Uint8Array(Math.ceil(message.heads.length / 8)) }))
    if (message.type === 'have' && message.credit > way.credit) {
      way.credit = message.credit
      open.set(channel, way)
      way.wake()
    }
  }
  open.delete(channel)
  way.wake()
}

/** To every peer, as far as its credit goes; who is out of credit is waited for. */
async function send(wires: readonly Bytes[]): Promise<void> {
  const message = encodeMessage({ type: 'batches', wires, ids: [] })
  for (const [channel, way] of open) {
    while (open.has(channel) && way.sent + message.length > way.credit) await new Promise<void>((resolve) => (way.wake = resolve))
    if (!open.has(channel)) continue
    way.sent += message.length
    await channel.send(message)
  }
  sent += wires.length
}

function transportOf(invite: Invite): Transport {
  return createWebrtc({
    room: roomName(invite.workspace, invite.secret),
    signalling: invite.signalling,
    iceServers: [],
    awareness: new Awareness(new Doc()),
    secret: invite.secret,
    randomBytes,
    random: Math.random,
    page: window,
  })
}

function identityOf({ workspace, secret }: Invite, pair: KeyPair) {
  return { workspace, roomSecret: secret, key: pair.key, sign: (message: Bytes) => sign(pair, message) }
}

function signerOf(pair: KeyPair): Signer {
  return { key: pair.key, sign: (draft) => sealBatch(draft, pair) }
}

async function anotherWorkspace(pair: KeyPair): Promise<Replica> {
  const genesis = await createGenesis(signerOf(pair), null, Date.now(), randomBytes)
  const replica = await replicaOf(
    genesis.id,
    pair,
    new Keyring({ workspace: genesis.id, sealing: webSealing(), boxes: [], known: [] }),
  )
  await replica.receive([genesis.wire], 'self')
  return replica
}

function replicaOf(workspace: Bytes, pair: KeyPair, keyring: Keyring): Promise<Replica> {
  return openReplica(workspace, {
    store: memoryStore(),
    verifier: inlineVerifier(workspace),
    signer: signerOf(pair),
    keyring,
    openFeed: async () => ({ feed: toHex(randomBytes(8)), head: null, release: async () => {} }),
    now: () => Date.now(),
    random: randomBytes,
    yieldToUi: () => pause(0),
  })
}

/** Resolves once it is so, by what the replica has heard of who may what. */
function until(replica: Replica, isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = replica.onAuthority(look)
    look()

    function look(): void {
      if (!isSo()) return
      stop()
      resolve()
    }
  })
}

/** Whether the key of the bodies was handed to this box. */
function hasKey({ authority }: Replica, own: Bytes): boolean {
  return authority.entries.some(
    ({ change }) => change.op === 'rekey' && change.rekey.seals.some(({ box }) => equalBytes(box, own)),
  )
}

function must(): Known {
  if (known === null) throw new Error('learn first')
  return known
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

declare global {
  interface Window {
    hostile: typeof hostile
  }
}
window.hostile = hostile
