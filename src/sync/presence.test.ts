import { sha512 } from '@noble/hashes/sha2.js'
import { afterEach, describe, expect, test } from 'vitest'
import { applyAwarenessUpdate, encodeAwarenessUpdate, type Awareness } from 'y-protocols/awareness'
import { concatBytes, equalBytes, toBase64Url, utf8, type Bytes } from '../base/bytes.ts'
import { LOCAL } from '../core/limits.ts'
import { bridgeAwareness, broadcastCarrier, createAwareness, type Carrier } from './presence-bridge.ts'
import { createPresence, type Presence, type Statement } from './presence.ts'

const WORKSPACE: Bytes = new Uint8Array(32).fill(7)
const ADA: Statement = { name: 'Ada', colour: '#aa0000', task: null }
const BOB: Statement = { name: 'Bob', colour: '#00bb00', task: 'task-1' }

const KEY_OF_ADA = toBase64Url(utf8('ada'))

describe('presence', () => {
  const ends: (() => void)[] = []
  afterEach(() => ends.splice(0).forEach((end) => end()))

  test('what one says of itself the others hear, with who said it', async () => {
    const [a, b] = [replica('ada'), replica('bob')]
    connect(a, b)
    await a.presence.say(ADA)
    await b.presence.say(BOB)
    await turn()
    const known = a.presence.people().map(({ name, self }) => `${name} ${self}`)
    expect(known.toSorted()).toEqual(['Ada true', 'Bob false'])
    expect(b.presence.people().find(({ self }) => !self)).toEqual({
      ...ADA,
      actor: toBase64Url(utf8('ada')),
      clientId: a.awareness.clientID,
      self: false,
      heardAt: 5,
    })
  })

  test('whoever comes later hears who was there before', async () => {
    const [a, b] = [replica('ada'), replica('bob')]
    await a.presence.say(ADA)
    connect(a, b)
    await turn()
    expect(names(b)).toEqual(['Ada'])
  })

  test('who leaves is heard no more', async () => {
    const [a, b] = [replica('ada'), replica('bob')]
    connect(a, b)
    await a.presence.say(ADA)
    await turn()
    let heard = 0
    b.presence.onChange(() => heard++)
    a.presence.close()
    expect([names(b), heard]).toEqual([[], 1])
  })

  test('who takes back what it said is not shown, and is not cut off either', async () => {
    const [a, b] = [replica('ada'), replica('bob')]
    connect(a, b)
    await a.presence.say(ADA)
    await turn()
    a.awareness.setLocalState({})
    expect([names(b), b.awareness.getStates().has(a.awareness.clientID)]).toEqual([[], true])
  })

  test('a sign of life moves the time on, and changes nothing else', async () => {
    const [a, b] = [replica('ada'), replica('bob')]
    connect(a, b)
    await a.presence.say(ADA)
    await turn()
    let changes = 0
    b.presence.onChange(() => changes++)
    b.clock.now = 90
    a.awareness.setLocalState(a.awareness.getLocalState())
    expect([b.presence.people()[0]?.heardAt, changes]).toEqual([90, 0])
  })

  test('an agent says what it works on, and each beat moves the time on and is told', async () => {
    const [a, b] = [replica('ada'), replica('bob')]
    connect(a, b)
    await a.presence.say({ ...ADA, work: { run: 'run-1', step: 'Reading', n: 1 } })
    await turn()
    expect(b.presence.people().find(({ self }) => !self)).toMatchObject({ name: 'Ada', work: { run: 'run-1', step: 'Reading' } })
    let changes = 0
    b.presence.onChange(() => changes++)
    b.clock.now = 90
    await a.presence.say({ ...ADA, work: { run: 'run-1', step: 'Reading', n: 2 } })
    await turn()
    expect([b.presence.heardOf(KEY_OF_ADA), changes]).toEqual([90, 1])
    a.presence.close()
    expect([names(b), b.presence.heardOf(KEY_OF_ADA)]).toEqual([[], 90])
  })

  test('of an agent that numbers its beats neither its page nor an old word said again is a sign of life', async () => {
    const [a, b] = [replica('ada'), replica('bob')]
    connect(a, b)
    await a.presence.say({ ...ADA, work: { run: 'run-1', step: 'Reading', n: 1 } })
    const old = a.awareness.getLocalState()
    await a.presence.say({ ...ADA, work: { run: 'run-1', step: 'Reading', n: 2 } })
    await turn()
    b.clock.now = 90
    a.awareness.setLocalState(a.awareness.getLocalState())
    a.awareness.setLocalState(old)
    await a.presence.say(ADA)
    await turn()
    expect(b.presence.heardOf(KEY_OF_ADA)).toBe(5)
  })

  test('whoever numbers nothing is heard of as long as their page is', async () => {
    const [a, b] = [replica('ada'), replica('bob')]
    connect(a, b)
    await a.presence.say(ADA)
    await turn()
    b.clock.now = 90
    a.awareness.setLocalState(a.awareness.getLocalState())
    expect([b.presence.heardOf(KEY_OF_ADA), b.presence.heardOf(toBase64Url(utf8('cal')))]).toEqual([90, null])
  })

  test('the cursor of the editor travels along and needs no new signature', async () => {
    const [a, b] = [replica('ada'), replica('bob')]
    connect(a, b)
    await a.presence.say(ADA)
    a.awareness.setLocalStateField('cursor', { anchor: 1 })
    await turn()
    expect(b.awareness.getStates().get(a.awareness.clientID)).toMatchObject({
      cursor: { anchor: 1 },
      user: { name: 'Ada', color: '#aa0000' },
    })
    expect([names(b), a.signed()]).toEqual([['Ada'], 1])
  })

  test('said twice at once, the later stands', async () => {
    const [a, b] = [replica('ada'), replica('bob')]
    connect(a, b)
    const [first, second] = [a.presence.say(ADA), a.presence.say({ ...ADA, name: 'Ada L.' })]
    await Promise.all([first, second])
    await turn()
    expect(names(b)).toEqual(['Ada L.'])
  })

  test('what is over a limit cannot be said', async () => {
    const { presence } = replica('ada')
    await expect(presence.say({ ...ADA, name: 'x'.repeat(LOCAL.nameChars + 1) })).rejects.toThrow(RangeError)
    await expect(presence.say({ ...ADA, colour: 'red' })).rejects.toThrow(RangeError)
    await expect(presence.say({ ...ADA, task: 'x'.repeat(65) })).rejects.toThrow(RangeError)
    const work = { run: null, step: 'x'.repeat(LOCAL.stepChars + 1), n: 1 }
    await expect(presence.say({ ...ADA, work })).rejects.toThrow(RangeError)
  })

  const forgeries: Readonly<Record<string, (honest: Said) => unknown>> = {
    'another name under the same proof': (said) => ({
      ...said,
      worknode: { ...said.worknode, name: 'Eve' },
      user: { ...said.user, name: 'Eve' },
    }),
    'another task under the same proof': (said) => ({ ...said, worknode: { ...said.worknode, task: 'task-9' } }),
    'a beat that was never signed': (said) => ({ ...said, worknode: { ...said.worknode, work: { run: null, step: '', n: 9 } } }),
    "another's key": (said) => ({ ...said, worknode: { ...said.worknode, actor: toBase64Url(utf8('bob')) } }),
    'no proof': (said) => ({ user: said.user, cursor: {} }),
    'a proof that is not text': (said) => ({ ...said, worknode: { ...said.worknode, proof: 1 } }),
    'a proof that is not base64url': (said) => ({ ...said, worknode: { ...said.worknode, proof: '*' } }),
    'a name on the cursor that is not proven': (said) => ({ ...said, user: { ...said.user, name: 'Eve' } }),
    'a colour that is none': (said) => ({ ...said, worknode: { ...said.worknode, colour: 'url(x)' } }),
    'too much': (said) => ({ ...said, cursor: 'x'.repeat(LOCAL.presenceBytes) }),
    'a list': () => [],
  }
  for (const [what, forge] of Object.entries(forgeries)) {
    test(`a state with ${what} is shown to nobody, the editor included`, async () => {
      const [a, b] = [replica('ada'), replica('bob')]
      await a.presence.say(ADA)
      const forged = createAwareness()
      ends.push(() => forged.destroy())
      forged.clientID = a.awareness.clientID
      const said = a.awareness.getLocalState() as unknown as Said
      // Twice, as a first state is not heard; before the forgery the same is believed.
      for (let i = 0; i < 2; i++) forged.setLocalState({ ...said })
      hear(b, forged)
      await turn()
      expect(names(b)).toEqual(['Ada'])
      forged.setLocalState(forge(said) as Record<string, unknown>)
      hear(b, forged)
      await turn()
      expect([names(b), b.awareness.getStates().has(forged.clientID)]).toEqual([[], false])
    })
  }

  test('a statement taken over under another client id, or in another workspace, is not believed', async () => {
    const [a, b, elsewhere] = [replica('ada'), replica('bob'), replica('cal', new Uint8Array(32))]
    await a.presence.say(ADA)
    const thief = createAwareness()
    ends.push(() => thief.destroy())
    thief.setLocalState(a.awareness.getLocalState())
    hear(b, thief)
    hear(elsewhere, a.awareness)
    await turn()
    expect([names(b), names(elsewhere)]).toEqual([[], []])
  })

  test('a client that was spoken for is heard again when it next speaks', async () => {
    const [a, b] = [replica('ada'), replica('bob')]
    connect(a, b)
    await a.presence.say(ADA)
    await turn()
    const eve = createAwareness()
    ends.push(() => eve.destroy())
    eve.clientID = a.awareness.clientID
    for (let i = 0; i < 5; i++) eve.setLocalState({ worknode: { ...ADA, name: 'Eve', actor: '', proof: '' } })
    hear(b, eve)
    await turn()
    expect(names(b)).toEqual(['Ada'])
  })

  test('tabs of one browser hear each other over a channel', async () => {
    const [a, b] = [replica('ada'), replica('bob')]
    const open = (name: string): BroadcastChannel => new BroadcastChannel(name)
    for (const { awareness } of [a, b]) ends.push(bridgeAwareness(awareness, broadcastCarrier('tabs', open)))
    await a.presence.say(ADA)
    for (let i = 0; i < 1000 && names(b).length === 0; i++) await new Promise((resolve) => setImmediate(resolve))
    expect(names(b)).toEqual(['Ada'])
  })

  test('what is not awareness within the limits does not pass a bridge', () => {
    const { awareness } = replica('ada')
    let say: (message: Bytes) => void = () => {}
    ends.push(bridgeAwareness(awareness, { send() {}, onMessage: (listener) => (say = listener), close() {} }))
    const loud = createAwareness()
    ends.push(() => loud.destroy())
    loud.setLocalState({ words: 'x'.repeat(LOCAL.presenceBytes) })
    say(encodeAwarenessUpdate(loud, [loud.clientID]) as Bytes)
    say(Uint8Array.of(255))
    expect([...awareness.getStates().keys()]).toEqual([awareness.clientID])
  })

  interface Said {
    readonly worknode: Record<string, unknown>
    readonly user: Record<string, unknown>
  }

  interface Replica {
    readonly awareness: Awareness
    readonly presence: Presence
    readonly clock: { now: number }
    signed(): number
  }

  /** Signatures are a hash of key ‖ message here, as long as real ones. That a real one cannot be made up is the verifier's business. */
  function replica(name: string, workspace = WORKSPACE): Replica {
    const awareness = createAwareness()
    const clock = { now: 5 }
    let signed = 0
    const presence = createPresence({
      awareness,
      workspace,
      key: utf8(name),
      async sign(message) {
        signed++
        return signature(utf8(name), message)
      },
      verify: async (key, given, message) => equalBytes(given, signature(key, message)),
      now: () => clock.now,
    })
    ends.push(() => awareness.destroy())
    return { awareness, presence, clock, signed: () => signed }
  }

  function connect(a: Replica, b: Replica): void {
    const listeners: ((message: Bytes) => void)[] = []
    const carrier = (own: 0 | 1): Carrier => ({
      send: (message) => listeners[1 - own]?.(message),
      onMessage: (listener) => (listeners[own] = listener),
      close() {},
    })
    ends.push(bridgeAwareness(a.awareness, carrier(0)), bridgeAwareness(b.awareness, carrier(1)))
  }

  function hear(listener: Replica, from: Awareness): void {
    applyAwarenessUpdate(listener.awareness, encodeAwarenessUpdate(from, [from.clientID]), 'test')
  }
})

function names({ presence }: { readonly presence: Presence }): string[] {
  return presence.people().map(({ name }) => name)
}

function signature(key: Bytes, message: Bytes): Bytes {
  return sha512(concatBytes(key, message))
}

/** Lets promises that are ready go on. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
