import { expect, test } from 'vitest'
import { sample } from './batch.fixture.ts'
import { serveVerifier } from './serve-verifier.ts'
import type { LearnRequest, VerifyAnswer, VerifyRequest } from './verifier-messages.ts'
import { workerVerifierContract } from './worker-verifier.contract.ts'
import { createWorkerVerifier, type VerifierPort } from './worker-verifier.ts'

/** A Worker without a thread: the two halves over a channel, so that messages are cloned and buffers change hands. */
function channelWorker(): VerifierPort {
  const { port1, port2 } = new MessageChannel()
  const scope = { onmessage: null, postMessage: (answer: VerifyAnswer) => port2.postMessage(answer) } as Parameters<
    typeof serveVerifier
  >[0]
  serveVerifier(scope)
  port2.onmessage = (event: MessageEvent<VerifyRequest | LearnRequest>) => scope.onmessage?.(event)
  const worker: VerifierPort = {
    onmessage: null,
    onerror: null,
    onmessageerror: null,
    postMessage: (request, transfer) => port1.postMessage(request, transfer),
    terminate: () => port1.close(),
  }
  port1.onmessage = (event: MessageEvent<VerifyAnswer>) => worker.onmessage?.(event)
  return worker
}

/** A Worker that never answers by itself. */
function muteWorker(): VerifierPort & { readonly asked: VerifyRequest[] } {
  const asked: VerifyRequest[] = []
  return {
    asked,
    onmessage: null,
    onerror: null,
    onmessageerror: null,
    postMessage: (request) => void ('learn' in request || asked.push(request)),
    terminate() {},
  }
}

workerVerifierContract('a channel', channelWorker)

test('when the Worker dies, every open and later call rejects with the reason', async () => {
  const { genesis } = await sample()
  const worker = muteWorker()
  const verifier = createWorkerVerifier(worker, genesis.id)
  const open = [verifier.verify([genesis.wire]), verifier.verify([genesis.wire])].map((verdicts) =>
    expect(verdicts).rejects.toThrow('out of memory'),
  )
  worker.onerror?.({ message: 'out of memory' } as ErrorEvent)
  await Promise.all(open)
  await expect(verifier.verify([genesis.wire])).rejects.toThrow('out of memory')
})

test('a Worker that could not do one request does not take the others along', async () => {
  const { genesis } = await sample()
  const worker = muteWorker()
  const verifier = createWorkerVerifier(worker, genesis.id)
  const [first, second] = [verifier.verify([genesis.wire]), verifier.verify([genesis.wire])]
  worker.onmessage?.({ data: { request: 0, failed: 'no curve' } } as MessageEvent<VerifyAnswer>)
  worker.onmessage?.({ data: { request: 1, ids: genesis.id, refused: [], opened: [] } } as unknown as MessageEvent<VerifyAnswer>)
  await expect(first).rejects.toThrow('no curve')
  expect(await second).toEqual([{ ok: true, batch: genesis }])
})

test('a body is judged on the page, as strictly as in the Worker', async () => {
  const worker = muteWorker()
  const verdicts = createWorkerVerifier(worker, null).verify([new Uint8Array(3)])
  worker.onmessage?.({
    data: { request: 0, ids: new Uint8Array(32), refused: [], opened: [] },
  } as unknown as MessageEvent<VerifyAnswer>)
  expect(await verdicts).toMatchObject([{ ok: false, reason: 'malformed' }])
})
