/**
 * Who is here, and on which task: what each replica says of itself, for as long as it is heard.
 *
 * It rides y-protocols' awareness, where anybody in the room can write anything under any client id. So each statement is
 * signed by the device key over the workspace, the awareness client id and its own content: a key cannot be spoken for, and a
 * client id cannot be taken over. What is malformed, too long or not proven is taken out of the awareness again, so that the
 * editor's cursors, which read the same states, never show it either.
 *
 * Presence is a hint. No rule of the log depends on it; silence is measured on the observer's own clock (`heardAt`). Anybody can
 * say an old statement of another's again. So an agent numbers what it says of its work: of who does, only a greater number than
 * any before is a sign of life.
 */

import type { Awareness } from 'y-protocols/awareness'
import { concatBytes, fromBase64Url, toBase64Url, utf8, type Bytes } from '../base/bytes.ts'
import { createEmitter } from '../base/emitter.ts'
import { LOCAL } from '../core/limits.ts'

export interface Statement {
  readonly name: string
  /** `#rrggbb`. */
  readonly colour: string
  readonly task: string | null
  /** Of an agent: what it works on. */
  readonly work?: Beat | null
}

/** A sign of life of an agent at work. */
export interface Beat {
  /** The run that it works on, if any. */
  readonly run: string | null
  readonly step: string
  /** Grows with each. */
  readonly n: number
}

export interface Person extends Statement {
  /** The public key that signed, as base64url. */
  readonly actor: string
  /** Distinguishes the tabs of one actor. */
  readonly clientId: number
  readonly self: boolean
  /** When it was last heard of, on the clock passed in. */
  readonly heardAt: number
}

export interface PresenceOptions {
  readonly awareness: Awareness
  readonly workspace: Bytes
  readonly key: Bytes
  readonly sign: (message: Bytes) => Promise<Bytes>
  readonly verify: (key: Bytes, signature: Bytes, message: Bytes) => Promise<boolean>
  /** Monotonic. */
  readonly now: () => number
}

export interface Presence {
  /** Says it to everybody, signed. Throws `RangeError` when it is not a statement within the limits. */
  say(statement: Statement): Promise<void>
  /** Everybody proven, oneself included, by client id. */
  people(): readonly Person[]
  /** When this key last gave a sign of life, on the clock passed in, also after it left; null for never. */
  heardOf(actor: string): number | null
  onChange(listener: () => void): () => void
  /** For the editor's cursors: it adds the field `cursor`, and reads `user`. */
  readonly awareness: Awareness
  /** Stops listening and takes back what was said. The awareness stays the caller's. */
  close(): void
}

interface Signed extends Statement {
  readonly actor: string
  readonly proof: string
}

interface Heard {
  readonly words: string
  readonly signed: Signed
  proven: boolean
  heardAt: number
}

const TASK_CHARS = 64
const RUN_CHARS = 64
const KEY_CHARS = 64
const PROOF_CHARS = 128
const COLOUR = /^#[0-9a-f]{6}$/i

export function createPresence(options: PresenceOptions): Presence {
  const { awareness, workspace, key, sign, verify, now } = options
  const heard = new Map<number, Heard>()
  const changed = createEmitter<void>()
  const actor = toBase64Url(key)
  /** By key: the greatest number that it gave, null for none, and when it was last heard. */
  const signs = new Map<string, { readonly n: number | null; readonly at: number }>()
  let latest = 0

  awareness.on('update', listen)
  for (const id of awareness.getStates().keys()) consider(id)

  return {
    say,
    people,
    heardOf: (by) => signs.get(by)?.at ?? null,
    onChange: (listener) => changed.on(listener),
    awareness,
    close,
  }

  async function say({ name, colour, task, work }: Statement): Promise<void> {
    const turn = ++latest
    const statement = { name, colour, task, ...(work ? { work } : {}) }
    if (!isStatement(statement))
      throw new RangeError('a name, a colour as #rrggbb, a task id or null, and a run, a step and a number, within the limits')
    const proof = toBase64Url(await sign(proofBytes(workspace, awareness.clientID, statement)))
    // Said again meanwhile: the later statement stands, whichever signature came first.
    if (turn !== latest) return
    const signed: Signed = { ...statement, actor, proof }
    awareness.setLocalState({
      ...awareness.getLocalState(),
      worknode: signed,
      user: { name, color: colour, colorLight: `${colour}33` },
    })
  }

  function people(): readonly Person[] {
    return [...heard]
      .filter(([, { proven }]) => proven)
      .map(
        ([
          clientId,
          {
            signed: { name, colour, task, work, actor: by },
            heardAt,
          },
        ]) => ({
          actor: by,
          name,
          colour,
          task,
          ...(work ? { work } : {}),
          clientId,
          self: clientId === awareness.clientID,
          heardAt,
        }),
      )
      .toSorted((a, b) => a.clientId - b.clientId)
  }

  function listen({ added, updated, removed }: { added: number[]; updated: number[]; removed: number[] }): void {
    for (const id of [...added, ...updated, ...removed]) {
      // Others can tell us that we are gone; the library keeps our state then, and says it again.
      if (awareness.getStates().has(id)) consider(id)
      else if (heard.delete(id)) changed.emit()
    }
  }

  function consider(clientId: number): void {
    const state: unknown = awareness.getStates().get(clientId)
    // Nothing is said: every awareness begins like that.
    if (isEmpty(state)) {
      if (heard.delete(clientId)) changed.emit()
      return
    }
    const signed = signedOf(state)
    if (signed === undefined) return silence(clientId)
    const words = JSON.stringify(signed)
    const before = heard.get(clientId)
    if (before?.words === words) {
      before.heardAt = now()
      if (before.proven) note(before)
      return
    }
    const entry: Heard = { words, signed, proven: clientId === awareness.clientID && signed.actor === actor, heardAt: now() }
    // A name that was proven stays until the new one is.
    if (entry.proven || before === undefined) heard.set(clientId, entry)
    if (entry.proven) {
      note(entry)
      return changed.emit()
    }
    void proves(clientId, signed).then((proven) => {
      const current = signedOf(awareness.getStates().get(clientId))
      // Something else was said meanwhile, and is judged on its own.
      if (current === undefined || JSON.stringify(current) !== words) return
      if (!proven) return silence(clientId)
      entry.proven = true
      heard.set(clientId, entry)
      note(entry)
      changed.emit()
    })
  }

  /** A sign of life; of who numbers theirs, only a later one than any before. */
  function note({ signed: { actor: by, work }, heardAt }: Heard): void {
    const last = signs.get(by)
    if (last && last.n !== null && (work?.n ?? -1) <= last.n) return
    signs.delete(by)
    signs.set(by, { n: work?.n ?? null, at: heardAt })
    if (signs.size > LOCAL.signsOfLife) signs.delete(signs.keys().next().value as string)
  }

  async function proves(clientId: number, { actor: by, proof, ...statement }: Signed): Promise<boolean> {
    const signer = bytesOf(by)
    const signature = bytesOf(proof)
    return (
      signer !== undefined && signature !== undefined && verify(signer, signature, proofBytes(workspace, clientId, statement))
    )
  }

  /** Takes an unproven state out. Honest replicas all do; a client that was spoken for says its own again at once. */
  function silence(clientId: number): void {
    if (clientId === awareness.clientID) return
    if (heard.delete(clientId)) changed.emit()
    if (!awareness.states.delete(clientId)) return
    const change = { added: [], updated: [], removed: [clientId] }
    awareness.emit('change', [change, 'unproven'])
    awareness.emit('update', [change, 'unproven'])
  }

  function close(): void {
    latest++
    awareness.off('update', listen)
    awareness.setLocalState(null)
    heard.clear()
    signs.clear()
  }
}

/** "worknode/presence/1\0" ‖ workspace ‖ client id (8 bytes, big-endian) ‖ JSON of [name, colour, task], an agent's with [run, step, n]. */
function proofBytes(workspace: Bytes, clientId: number, { name, colour, task, work }: Statement): Bytes {
  const id = new Uint8Array(8)
  new DataView(id.buffer).setBigUint64(0, BigInt(clientId))
  const said = [name, colour, task, ...(work ? [[work.run, work.step, work.n]] : [])]
  return concatBytes(utf8('worknode/presence/1\0'), workspace, id, utf8(JSON.stringify(said)))
}

function signedOf(state: unknown): Signed | undefined {
  // A state over the limit says nothing, whatever part of it would be well formed.
  if (!isRecord(state) || utf8(JSON.stringify(state)).length > LOCAL.presenceBytes) return undefined
  const { worknode: said, user } = state
  if (!isRecord(said) || !isStatement(said)) return undefined
  const { name, colour, task, work, actor, proof } = said
  if (typeof actor !== 'string' || actor.length > KEY_CHARS || typeof proof !== 'string' || proof.length > PROOF_CHARS)
    return undefined
  // The editor labels cursors by `user`: it may say nothing that is not proven.
  if (!isRecord(user) || user['name'] !== name || user['color'] !== colour || user['colorLight'] !== `${colour}33`)
    return undefined
  return { name, colour, task, ...(work ? { work } : {}), actor, proof }
}

function isStatement(value: object): value is Statement {
  const { name, colour, task, work } = value as Record<string, unknown>
  return (
    typeof name === 'string' &&
    name.length <= LOCAL.nameChars &&
    typeof colour === 'string' &&
    COLOUR.test(colour) &&
    (task === null || (typeof task === 'string' && task.length <= TASK_CHARS)) &&
    (work === undefined || isBeat(work))
  )
}

function isBeat(value: unknown): value is Beat {
  if (!isRecord(value)) return false
  const { run, step, n } = value
  return (
    (run === null || (typeof run === 'string' && run.length <= RUN_CHARS)) &&
    typeof step === 'string' &&
    step.length <= LOCAL.stepChars &&
    Number.isSafeInteger(n) &&
    (n as number) >= 0
  )
}

function bytesOf(text: string): Bytes | undefined {
  try {
    return fromBase64Url(text)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isEmpty(state: unknown): boolean {
  return isRecord(state) && !Array.isArray(state) && Object.keys(state).length === 0
}
