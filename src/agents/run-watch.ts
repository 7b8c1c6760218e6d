/**
 * What becomes of a run while its agent works: whether it may go on, what was said to it, what was answered. Listens from before the
 * briefing is read, so that nothing falls between.
 *
 * `while` gives a piece of work a signal that is aborted as soon as the run may not go on: paused, stopped, or lost.
 */

import type { NodeId } from '../core/ids.ts'
import { createEmitter } from '../base/emitter.ts'
import type { AgentPort, Briefing, Hold, Said } from './agent-port.ts'

/** The run may not go on. Whoever was only paused goes on later. */
export class HeldBackError extends Error {
  override readonly name = 'HeldBackError'
  readonly isPause: boolean

  constructor(hold: Hold) {
    super('detail' in hold ? hold.detail : `The run is ${hold.state}.`)
    this.isPause = hold.state === 'paused'
  }
}

export class RunWatch {
  readonly #signal: AbortSignal
  readonly #changed = createEmitter<void>()
  readonly #stop: () => void
  readonly #answers = new Map<NodeId, Said>()
  readonly #known = new Set<NodeId>()
  #news: Said[] = []
  #hold: Hold = { state: 'held' }

  constructor(port: AgentPort, run: NodeId, signal: AbortSignal) {
    this.#signal = signal
    this.#stop = port.events((event) => {
      if (event.type === 'hold' && event.run === run) this.#hold = event.hold
      else if (event.type === 'said' && !this.#known.has(event.said.id)) {
        this.#known.add(event.said.id)
        this.#news.push(event.said)
      } else if (event.type === 'answered') this.#answers.set(event.said.id, event.said)
      else return
      this.#changed.emit()
    })
  }

  /** Takes in what was read: the agent knows all of that. */
  briefed({ hold, comments }: Briefing): void {
    this.#hold = hold
    for (const said of comments) {
      this.#known.add(said.id)
      if (said.answer !== null) this.#answers.set(said.id, said)
    }
    this.#news = this.#news.filter(({ id }) => !comments.some((said) => said.id === id))
    this.#changed.emit()
  }

  get hold(): Hold {
    return this.#hold
  }

  /** What was said since it was asked last. */
  takeNews(): readonly Said[] {
    const news = this.#news
    this.#news = []
    return news
  }

  /** Resolves once the run may go on; true if it had to wait. Throws `HeldBackError` where it never will. */
  async untilHeld(): Promise<boolean> {
    let waited = false
    while (this.#hold.state !== 'held') {
      if (this.#hold.state !== 'paused') throw new HeldBackError(this.#hold)
      waited = true
      await this.#next()
    }
    return waited
  }

  /** The answer to a question of this run, when it is there. */
  async answerTo(question: NodeId): Promise<Said> {
    for (;;) {
      const said = this.#answers.get(question)
      if (said) return said
      if (this.#hold.state === 'gone' || this.#hold.state === 'submitted') throw new HeldBackError(this.#hold)
      await this.#next()
    }
  }

  /** Rejects with `HeldBackError` as soon as the run may not go on, and aborts the signal that the work was given. */
  async while<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const own = new AbortController()
    const check = (): void => {
      if (this.#hold.state !== 'held') own.abort(new HeldBackError(this.#hold))
    }
    const off = this.#changed.on(check)
    check()
    try {
      const signal = AbortSignal.any([own.signal, this.#signal])
      return await Promise.race([work(signal), whenAborted(signal)])
    } finally {
      off()
    }
  }

  close(): void {
    this.#stop()
  }

  #next(): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(this.#signal.reason as Error)
      if (this.#signal.aborted) return stop()
      const off = this.#changed.on(() => {
        off()
        this.#signal.removeEventListener('abort', stop)
        resolve()
      })
      this.#signal.addEventListener('abort', stop, { once: true })
    })
  }
}

/** Work that ignores its signal is not waited for. */
function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error)
    else signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}
