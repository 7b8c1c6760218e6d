/**
 * Whose batches the log judges next: of the peers that wait, the one that took the least of it lately.
 *
 * Several messages are in work at once, so that one is verified while another is stored. However much a peer sends, another
 * one waits for what is in work and no longer, and gets half of the log while both have something.
 */

export interface Turns {
  /** Resolves when it is this peer's turn with `size` bytes; call what it answers when they are judged. */
  take(peer: string, size: number): Promise<() => void>
  /** How many bytes are given to the log together: less while others wait. */
  readonly together: number
}

const IN_WORK = 2
const TOGETHER_ALONE = 256 * 1024
const TOGETHER_SHARED = 64 * 1024
/** What a peer took counts half after this long: who was quiet is not owed for ever. */
const HALF_LIFE_MS = 5000
/** A batch costs more than its bytes, and so does a message. */
const MESSAGE_COST = 1024

interface Share {
  spent: number
  at: number
}

export function createTurns(now: () => number): Turns {
  const shares = new Map<string, Share>()
  const waiting: { readonly peer: string; readonly go: () => void }[] = []
  const inWork = new Map<string, number>()
  let running = 0

  function spentBy(peer: string): number {
    const share = shares.get(peer)
    return share ? share.spent * 0.5 ** ((now() - share.at) / HALF_LIFE_MS) : 0
  }

  function begin(peer: string, size: number): void {
    running++
    inWork.set(peer, (inWork.get(peer) ?? 0) + 1)
    shares.set(peer, { spent: spentBy(peer) + size + MESSAGE_COST, at: now() })
  }

  function end(peer: string): void {
    running--
    const left = (inWork.get(peer) ?? 1) - 1
    if (left === 0) inWork.delete(peer)
    else inWork.set(peer, left)
    forgetTheQuiet()
    if (waiting.length === 0) return
    const next = waiting.reduce((least, one) => (spentBy(one.peer) < spentBy(least.peer) ? one : least))
    waiting.splice(waiting.indexOf(next), 1)
    next.go()
  }

  function forgetTheQuiet(): void {
    for (const peer of shares.keys()) if (spentBy(peer) < 1) shares.delete(peer)
  }

  return {
    get together() {
      const others = new Set([...inWork.keys(), ...waiting.map(({ peer }) => peer)])
      return others.size > 1 ? TOGETHER_SHARED : TOGETHER_ALONE
    },
    async take(peer, size) {
      if (running < IN_WORK) begin(peer, size)
      else
        await new Promise<void>((resolve) => {
          const go = (): void => {
            begin(peer, size)
            resolve()
          }
          waiting.push({ peer, go })
        })
      let isOver = false
      return () => {
        if (!isOver) end(peer)
        isOver = true
      }
    },
  }
}
