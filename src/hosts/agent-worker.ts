/**
 * The Worker of one agent. It is told which model to ask and given one end of a channel; by that it reaches its run, and nothing else
 * of the workspace. A provider's key comes sealed, with a key that opens it and cannot be taken out: it is open here alone.
 */

import * as z from 'zod/mini'
import { runAgent } from '../agents/agent.ts'
import { realClock } from '../agents/clock.ts'
import { ModelError } from '../agents/model.ts'
import { openModel } from '../agents/open-model.ts'
import { paced } from '../agents/paced.ts'
import { connectAgent } from '../agents/worker-port.ts'
import { openSecret } from '../store/sealed-secret.ts'
import type { AgentStart, WorkerEnd } from './agent-in-worker.ts'

// Else it probes for `eval`, which the policy forbids and reports.
z.config({ jitless: true })

self.addEventListener('message', ({ data }: MessageEvent<AgentStart>) => void live(data), { once: true })

async function live({ config, secret, paceMs, channel }: AgentStart): Promise<void> {
  try {
    const opened = await openModel(config, secret && (await openSecret(secret)))
    const model = opened.isScripted ? paced(opened, realClock, paceMs) : opened
    const port = connectAgent(channel, realClock)
    await runAgent({ port, model, clock: realClock, random: Math.random }, new AbortController().signal)
  } catch (error) {
    const end: WorkerEnd = {
      needsPerson: error instanceof ModelError && error.kind === 'auth',
      detail: error instanceof Error ? error.message : String(error),
    }
    self.postMessage(end)
  }
}
