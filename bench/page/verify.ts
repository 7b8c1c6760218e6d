/** Batches verified each second, by the app's Worker and by a Worker that calls nothing but WebCrypto. */

import { fromHex } from '../../src/base/bytes.ts'
import { decodeHeader, decodeWire } from '../../src/log/batch-codec.ts'
import { signedBytes } from '../../src/log/signing.ts'
import { createWorkerVerifier } from '../../src/log/worker-verifier.ts'
import type { RawSignature } from '../raw-verify.ts'
import { timed } from './store.ts'
import { startVerifier, wiresOf, workloadInfo } from './workspace.ts'

export interface VerifyRates {
  readonly batches: number
  readonly oursMs: number
  readonly rawMs: number
}

export async function verifyRates(): Promise<VerifyRates> {
  const info = await workloadInfo()
  const wires = await wiresOf('/w.bin')
  const verifier = createWorkerVerifier(startVerifier(), fromHex(info.workspace))
  // Loads the Worker and its code for keys.
  await verifier.verify(wires.slice(0, 20))
  const raw = await rawWorker(
    wires.map((bytes): RawSignature => {
      const wire = decodeWire(bytes)
      const header = wire.ok && decodeHeader(wire.value.header)
      if (!wire.ok || !header || !header.ok) throw new Error('W cannot be read')
      return { key: header.value.key, signature: wire.value.signature, message: signedBytes(wire.value.header) }
    }),
  )
  const rawMs: number[] = []
  const oursMs: number[] = []
  for (let round = 0; round < 3; round++) {
    rawMs.push(await raw.run())
    oursMs.push(
      await timed(async () => {
        const verdicts = await verifier.verify(wires)
        if (verdicts.some(({ ok }) => !ok)) throw new Error('a batch of W was refused')
      }),
    )
  }
  raw.end()
  verifier.close()
  return { batches: wires.length, oursMs: Math.min(...oursMs), rawMs: Math.min(...rawMs) }
}

async function rawWorker(signatures: readonly RawSignature[]): Promise<{ run(): Promise<number>; end(): void }> {
  const worker = new Worker(new URL('./raw-verify-worker.ts', import.meta.url), { type: 'module' })
  const ask = (message: unknown): Promise<number> =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<number>) => resolve(data)
      worker.onerror = () => reject(new Error('the raw Worker failed'))
      worker.postMessage(message)
    })
  await ask(signatures)
  return { run: () => ask('run'), end: () => worker.terminate() }
}
