/**
 * Whose batches the log judges next: of the peers that wait, the one that took the least of its time lately.
 *
 * Several pieces are in work at once, so that one is verified while another is stored. A piece is as large as the log judges in a
 * moment, by how long that peer's last ones took. So however much a peer sends, and however small it cuts it, another one
 * waits for a moment and no longer, and gets half of the log while both have something.
 */

export interface Turns {
  /** Resolves when it is this peer's turn; call what it answers when these bytes are judged. */
  take(peer: string, size: number): Promise<() => void>
  /** How many bytes of this peer's are given to the log together. */
  together(peer: string): number
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

interface Share {
  /** Milliseconds of the log's time, faded. */
  spent: number
  at: number
  msPerByte: number
}

export function createTurns(now: () => number): Turns {
  const shares = new Map<string, Share>()
  const waiting: { readonly peer: string; readonly go: () => void }[] = []
  let running = 0

  function spentBy(peer: string): number {
    const share = shares.get(peer)
    return share ? share.spent * 0.5 ** ((now() - share.at) / HALF_LIFE_MS) : 0
  }

  function end(peer: string, size: number, took: number): void {
    running--
    const pace = took / size
    const before = shares.get(peer)?.msPerByte ?? pace
    shares.set(peer, { spent: spentBy(peer) + took + TURN_MS, at: now(), msPerByte: (before + pace) / 2 })
    for (const [name, { at }] of shares) if (name !== peer && now() - at > 60 * HALF_LIFE_MS) shares.delete(name)
    if (waiting.length === 0) return
    const next = waiting.reduce((least, one) => (spentBy(one.peer) < spentBy(least.peer) ? one : least))
    waiting.splice(waiting.indexOf(next), 1)
    next.go()
  }

  return {
    together(peer) {
      const share = shares.get(peer)
      if (shares.size < 2 || !share) return shares.size < 2 ? TOGETHER_ALONE : TOGETHER_LEAST
      return Math.min(TOGETHER_ALONE, Math.max(TOGETHER_LEAST, MOMENT_MS / Math.max(share.msPerByte, 1e-6)))
    },
    async take(peer, size) {
      if (running < IN_WORK) running++
      else
        await new Promise<void>((resolve) => {
          const go = (): void => {
            running++
            resolve()
          }
          waiting.push({ peer, go })
        })
      const began = now()
      let isOver = false
      return () => {
        if (!isOver) end(peer, size, now() - began)
        isOver = true
      }
    },
  }
}
