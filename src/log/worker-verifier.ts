/**
 * The page's half of a verifying Worker: in Chromium a small WebCrypto call blocks the thread that makes it, so the page
 * lets another do it. Answers come in the order of the wires. When the Worker is gone, every open and later call rejects;
 * whoever uses it starts another.
 */

import type { Bytes } from '../base/bytes.ts'
import type { Verdict, Verifier } from './verifier.ts'
import { ID_BYTES, joinWires, type LearnRequest, type VerifyAnswer, type VerifyRequest } from './verifier-messages.ts'
import { readEnvelope } from './verify.ts'

/** What we need of a `Worker`. */
export interface VerifierPort {
  onmessage: ((event: MessageEvent<VerifyAnswer>) => void) | null
  onerror: ((event: ErrorEvent) => void) | null
  onmessageerror: ((event: MessageEvent) => void) | null
  postMessage(request: VerifyRequest | LearnRequest, transfer: Transferable[]): void
  terminate(): void
}

/** Wires in one message: answers are decoded on the page, so that many at most hold it up at once. */
const WIRES_PER_REQUEST = 64

interface Pending {
  readonly resolve: (answer: VerifyAnswer) => void
  readonly reject: (error: Error) => void
}

/** Accepts batches of `workspace`; with null those of any. Owns the Worker: `close` ends it. */
export function createWorkerVerifier(worker: VerifierPort, workspace: Bytes | null): Verifier {
  const pending = new Map<number, Pending>()
  let requests = 0
  let gone: Error | null = null

  function fail(reason: string): void {
    if (gone) return
    gone = new Error(reason)
    worker.terminate()
    for (const { reject } of pending.values()) reject(gone)
    pending.clear()
  }

  async function ask(wires: readonly Bytes[]): Promise<readonly Verdict[]> {
    if (gone) throw gone
    const request = requests++
    const joined = joinWires(wires)
    const answer = await new Promise<VerifyAnswer>((resolve, reject) => {
      pending.set(request, { resolve, reject })
      worker.postMessage({ request, workspace, ...joined }, [joined.wires.buffer])
    })
    if ('failed' in answer) throw new Error(answer.failed)
    return verdictsOf(wires, answer)
  }

  worker.onmessage = ({ data }) => {
    pending.get(data.request)?.resolve(data)
    pending.delete(data.request)
  }
  worker.onerror = (event) => fail(`The verifying Worker failed: ${event.message}`)
  worker.onmessageerror = () => fail('The verifying Worker answered what cannot be read.')

  return {
    learn(key) {
      if (!gone) worker.postMessage({ learn: key }, [])
    },
    async verify(wires) {
      const asked: Promise<readonly Verdict[]>[] = []
      for (let from = 0; from < wires.length; from += WIRES_PER_REQUEST)
        asked.push(ask(wires.slice(from, from + WIRES_PER_REQUEST)))
      return (await Promise.all(asked)).flat()
    },
    close: () => fail('The verifier is closed.'),
  }
}

function verdictsOf(
  wires: readonly Bytes[],
  { ids, refused, opened }: Extract<VerifyAnswer, { ids: Bytes }>,
): readonly Verdict[] {
  const refusals = new Map(refused.map((refusal) => [refusal.index, refusal]))
  const bodies = new Map(opened.map(({ index, body }) => [index, body]))
  return wires.map((wire, i) => {
    const refusal = refusals.get(i)
    if (refusal) return { ok: false, reason: refusal.reason, detail: refusal.detail }
    return readEnvelope(wire, ids.slice(i * ID_BYTES, (i + 1) * ID_BYTES), bodies.get(i))
  })
}
