/**
 * Runs an agent in a Worker of its own, and sees to it that it lives: a Worker that falls silent is ended, and whoever called
 * begins another one, which goes on with the run where its conversation was kept.
 */

import type { AgentPort } from '../agents/agent-port.ts'
import { type Clock, every } from '../agents/clock.ts'
import type { ModelConfig } from '../agents/model-config.ts'
import { serveAgent } from '../agents/worker-port.ts'
import { LOCAL } from '../core/limits.ts'
import type { SealedSecret } from '../store/sealed-secret.ts'

/** What a Worker is told at its start; nothing more is ever sent to it but through the channel. */
export interface AgentStart {
  readonly config: ModelConfig
  readonly secret: SealedSecret | null
  /** How long each step of a script stands, to be looked at. */
  readonly paceMs: number
  readonly channel: MessagePort
}

/** What it says at its end. */
export interface WorkerEnd {
  /** Another Worker would fare no better. */
  readonly needsPerson: boolean
  readonly detail: string
}

export class AgentWorkerError extends Error {
  override readonly name = 'AgentWorkerError'
  readonly needsPerson: boolean

  constructor({ needsPerson, detail }: WorkerEnd) {
    super(detail)
    this.needsPerson = needsPerson
  }
}

export interface AgentWorkerPorts {
  readonly port: AgentPort
  readonly config: ModelConfig
  readonly secret: SealedSecret | null
  readonly paceMs: number
  readonly spawn: () => Worker
  readonly clock: Clock
}

/** Runs until the signal is aborted, and throws its reason; throws `AgentWorkerError` where the Worker ends, fails or falls silent. */
export async function runInWorker(
  { port, config, secret, paceMs, spawn, clock }: AgentWorkerPorts,
  signal: AbortSignal,
): Promise<never> {
  signal.throwIfAborted()
  const worker = spawn()
  const { port1, port2 } = new MessageChannel()
  let heardAt = clock.now()
  const stopServing = serveAgent(port, port1, () => (heardAt = clock.now()))
  let stopWatching = (): unknown => undefined
  try {
    return await new Promise<never>((_, reject) => {
      const end = (detail: string, needsPerson = false): void => reject(new AgentWorkerError({ needsPerson, detail }))
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      worker.addEventListener('message', ({ data }: MessageEvent<WorkerEnd>) => end(data.detail, data.needsPerson))
      worker.addEventListener('error', ({ message }) => end(message || 'The Worker of the agent could not be loaded.'))
      worker.addEventListener('messageerror', () => end('What the Worker said could not be read.'))
      stopWatching = watchSilence(
        clock,
        () => heardAt,
        () => end('The Worker of the agent fell silent.'),
      )
      const start: AgentStart = { config, secret, paceMs, channel: port2 }
      worker.postMessage(start, [port2])
    })
  } finally {
    stopWatching()
    stopServing()
    worker.terminate()
  }
}

/**
 * A page that slept, or is hidden and looks once a minute, has heard nothing for long and knows little: several looks in a row have to
 * find that nothing came between.
 */
function watchSilence(clock: Clock, heardAt: () => number, onSilence: () => void): () => void {
  let lookedAt = clock.now()
  let quietLooks = 0
  return every(clock, LOCAL.beatMs, () => {
    quietLooks = heardAt() < lookedAt ? quietLooks + 1 : 0
    lookedAt = clock.now()
    if (quietLooks >= QUIET_LOOKS && lookedAt - heardAt() >= LOCAL.workerSilenceMs) onSilence()
  })
}

const QUIET_LOOKS = 3
