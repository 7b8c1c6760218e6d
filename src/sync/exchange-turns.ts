/**
 * Whose batches the log judges next: of the peers that wait, the one that took the least of its time lately.
 *
 * Several pieces are in work at once, so that one is verified while another is stored. A piece is as large as the log judges in a
 * moment, by how long that peer's last ones took. While others are at work too, the person at this device among them, who takes
 * far more time than they do has one piece in work at most, and after it rests twice as long as it took: what it costs the device
 * besides the log (storing, passing on, painting) is then bounded as well. So however much a peer sends, and however small it
 * cuts it, everybody else waits for a moment and no longer. Among those who send alike nobody rests.
 */

export interface Turns {
  /** Resolves when it is this peer's turn; call what it answers when these bytes are judged. */
  take(peer: string, size: number): Promise<() => void>
  /** How many bytes of this peer's are given to the log together. */
  together(peer: string): number
  /** Somebody writes on this device. */
  writtenHere(): void
}

export interface TurnsClock {
  now(): number
  after(ms: number, run: () => void): unknown
}

const IN_WORK = 2
/** While there is one peer nobody waits, and large pieces cost the least. */
const TOGETHER_ALONE = 256 * 1024
const TOGETHER_LEAST = 8 * 1024
const MOMENT_MS = 25
/** What a peer took counts half after this long: who was quiet is not owed for ever. */
const HALF_LIFE_MS = 5000
/** Even what is judged at once is a turn. */
const TURN_MS = 1
/** Whoever did something so lately is at work. */
const AT_WORK_MS = 2000
/** So many times as long as it worked rests who takes far more than others. */
const REST = 2
/** So many times the time of somebody else is far more. */
const FAR_MORE = 4
const HERE = ''

interface Share {
  /** Milliseconds of the log's time, faded. */
  spent: number
  at: number
  msPerByte: number
  inWork: number
  restsUntil: number
}

export function createTurns(clock: TurnsClock): Turns {
  const shares = new Map<string, Share>()
  const waiting: { readonly peer: string; readonly go: () => void }[] = []
  let running = 0

  function shareOf(peer: string): Share {
    const known = shares.get(peer)
    if (known) return known
    const made = { spent: 0, at: clock.now(), msPerByte: 0, inWork: 0, restsUntil: 0 }
    shares.set(peer, made)
    return made
  }

  function spentBy({ spent, at }: Share): number {
    return spent * 0.5 ** ((clock.now() - at) / HALF_LIFE_MS)
  }

  function takesFarMore(peer: string): boolean {
    const spent = spentBy(shareOf(peer))
    for (const [name, other] of shares)
      if (name !== peer && clock.now() - other.at <= AT_WORK_MS && spentBy(other) * FAR_MORE <= spent) return true
    return false
  }

  function hasToWait(peer: string): boolean {
    const { inWork, restsUntil } = shareOf(peer)
    return (inWork > 0 || restsUntil > clock.now()) && takesFarMore(peer)
  }

  function goOn(): void {
    while (running < IN_WORK) {
      const free = waiting.filter(({ peer }) => !hasToWait(peer))
      if (free.length === 0) return
      const next = free.reduce((least, one) => (spentBy(shareOf(one.peer)) < spentBy(shareOf(least.peer)) ? one : least))
      waiting.splice(waiting.indexOf(next), 1)
      begin(next.peer)
      next.go()
    }
  }

  function begin(peer: string): void {
    running++
    shareOf(peer).inWork++
  }

  function end(peer: string, size: number, took: number): void {
    const share = shareOf(peer)
    running--
    share.inWork--
    const pace = took / size
    share.msPerByte = share.msPerByte === 0 ? pace : (share.msPerByte + pace) / 2
    share.spent = spentBy(share) + took + TURN_MS
    share.at = clock.now()
    share.restsUntil = share.at + took * REST
    if (took > 0 && takesFarMore(peer)) clock.after(took * REST, goOn)
    for (const [name, { at, inWork }] of shares)
      if (inWork === 0 && name !== peer && clock.now() - at > 60 * HALF_LIFE_MS) shares.delete(name)
    goOn()
  }

  return {
    together(peer) {
      const share = shares.get(peer)
      const isAlone = [...shares.keys()].every((name) => name === peer || name === HERE)
      if (isAlone || !share?.msPerByte) return isAlone ? TOGETHER_ALONE : TOGETHER_LEAST
      return Math.min(TOGETHER_ALONE, Math.max(TOGETHER_LEAST, MOMENT_MS / share.msPerByte))
    },
    async take(peer, size) {
      if (running < IN_WORK && !hasToWait(peer)) begin(peer)
      else {
        const turn = new Promise<void>((go) => waiting.push({ peer, go }))
        // Whoever rests has nobody else to be woken by.
        const { restsUntil } = shareOf(peer)
        if (restsUntil > clock.now()) clock.after(restsUntil - clock.now(), goOn)
        await turn
      }
      const began = clock.now()
      let isOver = false
      return () => {
        if (!isOver) end(peer, size, clock.now() - began)
        isOver = true
      }
    },
    writtenHere() {
      shareOf(HERE).at = clock.now()
    },
  }
}
