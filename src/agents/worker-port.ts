/**
 * The agent port over a MessagePort, for an agent in a Worker of its own: a stub of one object, bound to one key (capnweb). The Worker
 * holds this and no more: it can name no other object, and what the object may is judged behind it.
 *
 * A port that is closed, or whose other end is gone, says nothing and leaves calls open; so each call has a deadline, and after it
 * throws `PortClosedError`. The other way round, whoever serves an agent hears its beats, and takes silence for its end.
 */

import { newMessagePortRpcSession, RpcTarget } from 'capnweb'
import { createEmitter } from '../base/emitter.ts'
import type { NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { type AgentEvent, type AgentPort, type Kept, PortClosedError } from './agent-port.ts'
import type { Clock } from './clock.ts'

type Listener = (event: AgentEvent) => unknown
/** A function of the other side: kept beyond the call that brought it, it has to be taken over. */
type Borrowed = Listener & { dup(): Listener & Disposable }

/** All that an agent in a Worker can reach. */
class AgentTarget extends RpcTarget implements Omit<AgentPort, 'events' | 'beat'> {
  readonly #port: AgentPort
  readonly #signs: () => void
  readonly #stops: (() => void)[] = []

  constructor(port: AgentPort, signs: () => void) {
    super()
    this.#port = port
    this.#signs = signs
  }

  self(): ReturnType<AgentPort['self']> {
    return this.#port.self()
  }

  call(...[name, input]: Parameters<AgentPort['call']>): ReturnType<AgentPort['call']> {
    return this.#port.call(name, input)
  }

  use(run: NodeId, tool: string, input: unknown): ReturnType<AgentPort['use']> {
    return this.#port.use(run, tool, input)
  }

  take(): ReturnType<AgentPort['take']> {
    return this.#port.take()
  }

  brief(run: NodeId): ReturnType<AgentPort['brief']> {
    return this.#port.brief(run)
  }

  recall(run: NodeId): ReturnType<AgentPort['recall']> {
    return this.#port.recall(run)
  }

  keep(run: NodeId, kept: Kept | null): Promise<void> {
    return this.#port.keep(run, kept)
  }

  overBudget(run: NodeId, detail: string): Promise<boolean> {
    return this.#port.overBudget(run, detail)
  }

  beat(run: NodeId | null, step: string): void {
    this.#signs()
    this.#port.beat(run, step)
  }

  listen(listener: Borrowed): void {
    const own = listener.dup()
    const stop = this.#port.events((event) => {
      // Whoever does not listen any more is noticed by its silence.
      void Promise.resolve(own(event)).catch(() => undefined)
    })
    this.#stops.push(() => {
      stop()
      own[Symbol.dispose]()
    })
  }

  [Symbol.dispose](): void {
    for (const stop of this.#stops.splice(0)) stop()
  }
}

/** Serves the port to whoever has the other end of the channel; `signs` hears each beat. Returns what ends it. */
export function serveAgent(port: AgentPort, channel: MessagePort, signs: () => void): () => void {
  const target = new AgentTarget(port, signs)
  const session = newMessagePortRpcSession(channel, target) as unknown as Disposable
  return () => {
    target[Symbol.dispose]()
    session[Symbol.dispose]()
    channel.close()
  }
}

type Remote = Omit<AgentPort, 'events' | 'beat'> & {
  beat(run: NodeId | null, step: string): Promise<void>
  listen(listener: Listener): Promise<void>
}

/** The port at the other end of the channel. */
export function connectAgent(channel: MessagePort, clock: Clock): AgentPort {
  const remote = newMessagePortRpcSession(channel) as unknown as Remote
  const events = createEmitter<AgentEvent>()
  const listening = withDeadline(
    remote.listen((event) => events.emit(event)),
    LOCAL.callMs,
  )
  // Whoever calls next hears of it as well.
  listening.catch(() => undefined)

  async function withDeadline<T>(calling: PromiseLike<T>, ms: number): Promise<T> {
    let late = false
    const deadline = new Promise<never>((_, reject) =>
      clock.after(ms, () => {
        late = true
        reject(new PortClosedError(`The workspace did not answer for ${ms / 1000} seconds.`))
      }),
    )
    deadline.catch(() => undefined)
    try {
      return await Promise.race([calling, deadline])
    } catch (error) {
      if (late || error instanceof PortClosedError) throw error
      throw new PortClosedError('The workspace could not be asked.', { cause: error })
    }
  }

  /** What was said is heard of from the first call on. */
  async function ask<T>(call: () => PromiseLike<T>, ms: number = LOCAL.callMs): Promise<T> {
    await listening
    return withDeadline(call(), ms)
  }

  return {
    self: () => ask(() => remote.self()),
    call: (name, input) => ask(() => remote.call(name, input)),
    use: (run, tool, input) => ask(() => remote.use(run, tool, input), LOCAL.toolMs),
    take: () => ask(() => remote.take()),
    brief: (run) => ask(() => remote.brief(run)),
    recall: (run) => ask(() => remote.recall(run)),
    keep: (run, kept) => ask(() => remote.keep(run, kept)),
    overBudget: (run, detail) => ask(() => remote.overBudget(run, detail)),
    events: (listener) => events.on(listener),
    beat(run, step) {
      // One that is not heard is no reason to stop: the next call tells whether anybody is there.
      remote.beat(run, step).then(undefined, () => undefined)
    },
  }
}
