/** The Worker's half: answers requests to verify, each apart. */

import { webSealing } from './sealing.ts'
import { type LearnRequest, type VerifyAnswer, type VerifyRequest, ID_BYTES, splitWires } from './verifier-messages.ts'
import { type Opener, openerOf, verifyEnvelope } from './verify.ts'

/** A Worker's global scope, or one end of a channel. */
export interface VerifierScope {
  onmessage: ((event: MessageEvent<VerifyRequest | LearnRequest>) => void) | null
  postMessage(answer: VerifyAnswer): void
}

export function serveVerifier(scope: VerifierScope): void {
  const opener = openerOf(webSealing())
  scope.onmessage = ({ data }) => {
    if ('learn' in data) return opener.learn(data.learn)
    answer(data, opener).then(
      (said) => scope.postMessage(said),
      (error: unknown) => scope.postMessage({ request: data.request, failed: String(error) }),
    )
  }
}

async function answer({ request, workspace, ...joined }: VerifyRequest, opener: Opener): Promise<VerifyAnswer> {
  const envelopes = await Promise.all(splitWires(joined).map((wire) => verifyEnvelope(wire, workspace, opener)))
  const ids = new Uint8Array(envelopes.length * ID_BYTES)
  const refused = envelopes.flatMap((envelope, index) => {
    if (!envelope.ok) return [{ index, reason: envelope.reason, detail: envelope.detail }]
    ids.set(envelope.value.id, index * ID_BYTES)
    return []
  })
  const opened = envelopes.flatMap((envelope, index) => {
    const { wasSealed, wire } = envelope.ok ? envelope.value : { wasSealed: false, wire: null }
    return wasSealed && wire?.form === 'open' ? [{ index, body: wire.body }] : []
  })
  return { request, ids, refused, opened }
}
