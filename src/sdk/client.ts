/**
 * The client of a board, for programs: scripts, agents, pages. Over HTTP with a token, over the service worker of the same origin,
 * or in process: the same methods, the same answers, the same errors (`WorknodeError`, by its `code`).
 */

import { CLIENT } from '../core/limits.ts'
import type { Context } from '../operations/operation.ts'
import type { ArrivedEvent, CallOptions, Door, EventFilter } from './door.ts'
import { httpDoor } from './http-door.ts'
import { type Answer, httpRequests, type HttpRequests, type RequestOptions } from './http-requests.ts'
import type { AnswerOf, InputOf, OperationName } from './operations.ts'
import { type Ports, realPorts } from './ports.ts'
import type { RetryPolicy } from './retry.ts'
import { duringRun, type RunOptions, type Work } from './run.ts'
import { Task } from './task.ts'

export interface ClientOptions extends Partial<Ports> {
  /** For one attempt, its answer included. */
  readonly timeoutMs?: number | undefined
  readonly retry?: Partial<RetryPolicy> | undefined
  /** Another way in than HTTP. */
  readonly door?: Door | undefined
}

/** Which tasks: of several statuses any, of several labels all. */
export type TaskFilter = Omit<InputOf<'list_tasks'>, 'status' | 'label' | 'cursor'> & {
  readonly status?: string | string[] | undefined
  readonly label?: string | string[] | undefined
}

export class Client {
  readonly #ports: Ports
  readonly #door: Door
  readonly #http: HttpRequests | null
  #actor: Promise<string> | null = null

  /**
   * `url`: where the host is, such as `http://localhost:8080`. Without one, where this page came from: its service worker answers,
   * offline too, for the tab’s own identity.
   */
  constructor(url: string | null = null, token: string | null = null, options: ClientOptions = {}) {
    const { timeoutMs = CLIENT.timeoutMs, retry, door, ...ports } = options
    const policy: RetryPolicy = { ...USUAL_RETRY, ...retry }
    this.#ports = { ...realPorts(), ...ports }
    this.#http = door ? null : httpRequests({ base: baseOf(url), token, timeoutMs, retry: policy }, this.#ports)
    this.#door = door ?? httpDoor(this.#http as HttpRequests, policy, this.#ports)
  }

  /** Direct calls on a replica of this realm, under its key: nothing is written out and read again. */
  static async local(context: Context, options: ClientOptions = {}): Promise<Client> {
    const { localDoor } = await import('./local-door.ts')
    return new Client(null, null, { ...options, door: localDoor(context) })
  }

  async createTask(input: InputOf<'create_task'>, options?: CallOptions): Promise<Task> {
    return new Task(this.#door, await this.#door.call('create_task', input, options))
  }

  /** All that fit, the oldest first, up to the limit. */
  async queryTasks(filter: TaskFilter = {}, options?: CallOptions): Promise<Task[]> {
    const { status, label, ...rest } = filter
    const input = {
      ...rest,
      ...(status !== undefined && { status: [status].flat() }),
      ...(label !== undefined && { label: [label].flat() }),
    }
    return (await this.#door.call('list_tasks', input, options)).map((data) => new Task(this.#door, data))
  }

  /** By its id or its key. */
  async task(id: string, options?: CallOptions): Promise<Task> {
    return new Task(this.#door, await this.#door.call('get_task', { id }, options))
  }

  /** Takes the next task that is ready for whoever calls; null where there is none now. */
  async claimNext(options?: CallOptions): Promise<Task | null> {
    const data = await this.#door.call('claim_next', { id: 'me' }, options)
    return data && new Task(this.#door, data)
  }

  /**
   * Claims a task and works on it: renews the lease, aborts the signal when the claim is lost, stopped or paused, gives the task
   * back where `work` throws. Null where there is nothing to do.
   */
  async withRun<T>(work: Work<T>, options: RunOptions = {}): Promise<T | null> {
    const task = await this.claimNext({ signal: options.signal })
    return task && duringRun(this.#door, this.#ports, task, work, options)
  }

  /**
   * What happens, as it arrives: from a cursor or an HLC, from `'now'`, or from the beginning. It goes on where it broke off; ends
   * with the signal, or when the loop is left.
   */
  async *events(
    since: string | null = 'now',
    { signal: outer, ...filter }: EventFilter & { readonly signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<ArrivedEvent> {
    const left = new AbortController()
    try {
      yield* this.#door.events(since, filter, outer ? AbortSignal.any([outer, left.signal]) : left.signal)
    } finally {
      left.abort()
    }
  }

  /** The key of whoever calls, in hex: what events call `actor` and runs `agent`. */
  agentId(): Promise<string> {
    // One that failed is asked for again.
    this.#actor ??= this.#door.call('who_am_i', {}).then(
      ({ actor }) => actor,
      (error: unknown) => {
        this.#actor = null
        throw error
      },
    )
    return this.#actor
  }

  /** Any operation, by its name. */
  call<N extends OperationName>(name: N, input: InputOf<N>, options?: CallOptions): Promise<AnswerOf<N>> {
    return this.#door.call(name, input, options)
  }

  /** Any request below `/api/v1`, with the retries and errors of all others; where this client speaks HTTP. */
  request(method: string, path: string, options?: RequestOptions): Promise<Answer> {
    if (!this.#http) throw new TypeError('This client makes direct calls: there are no requests.')
    return this.#http.send(method, path, options)
  }
}

const USUAL_RETRY: RetryPolicy = {
  attempts: CLIENT.attempts,
  baseMs: CLIENT.retryBaseMs,
  maxMs: CLIENT.retryMaxMs,
  patienceMs: CLIENT.patienceMs,
}

/** Any address of a host will do, with or without `/api` behind it. */
function baseOf(url: string | null): string {
  const here =
    typeof document === 'undefined' ? (globalThis as { readonly location?: Location }).location?.href : document.baseURI
  const base = url === null ? here && new URL('.', here).href : new URL(url, here).href
  if (!base) throw new TypeError('Say where the host is: new Client("http://localhost:8080", token).')
  return `${base
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '')
    .replace(/\/api(?:\/v1)?$/, '')}/api/v1`
}
